"""One map over many tasks: serial, in processes or on a Dask cluster, with the same result whichever runs it."""

from cartwise.execution.mapping import Progress, run
from cartwise.execution.outcome import Outcome

__all__ = ["Outcome", "Progress", "run"]
