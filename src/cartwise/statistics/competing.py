"""A Cox model for each of several competing causes: cause-specific hazards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cartwise.statistics.causes import causes_of
from cartwise.statistics.cox import Cox, cox
from cartwise.statistics.design import ColumnOrValues, values_of
from cartwise.statistics.likelihood import Ties


@dataclass(frozen=True, slots=True, eq=False)
class CauseSpecific(Mapping[str, Cox]):
    """Cox models by the name of their cause.

    Attributes:
        models: one per cause, in order.
        methods: the sentence for a methods section.
    """

    models: dict[str, Cox]
    methods: str

    def __getitem__(self, cause: str) -> Cox:
        """The model of a cause."""
        return self.models[cause]

    def __iter__(self) -> Iterator[str]:
        """The names of the causes."""
        return iter(self.models)

    def __len__(self) -> int:
        """How many causes there are."""
        return len(self.models)

    def table(self) -> pd.DataFrame:
        """One row per cause and coefficient."""
        tables = {name: model.table() for name, model in self.models.items()}
        return pd.concat(tables, names=["cause"]).reset_index("cause").reset_index(drop=True)


def cause_specific_cox(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    *,
    time: ColumnOrValues,
    cause: ColumnOrValues,
    entry: ColumnOrValues | None = None,
    strata: ColumnOrValues | None = None,
    cluster: ColumnOrValues | None = None,
    weights: ColumnOrValues | None = None,
    ties: Ties = "efron",
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> CauseSpecific:
    """A Cox model of every cause, in which the other causes censor (Prentice et al., Biometrics 1978;34:541).

    Arguments are those of `cox`, with `cause` as in `fine_gray`; the models stand by the name of their cause.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    codes, causes = causes_of(values_of(data, "cause", cause), len(data))
    models: dict[str, Cox] = {}
    how = ""
    # Where all are censored, one model without numbers says why.
    for code, name in enumerate(causes or ("any event",), start=1):
        model = cox(
            data,
            columns,
            time=time,
            event=codes == code,
            entry=entry,
            strata=strata,
            cluster=cluster,
            weights=weights,
            ties=ties,
            reference=reference,
            level=level,
        )
        how = model.methods
        models[name] = replace(
            model, methods=f"{how} Causes other than {name} censor (cause-specific hazard)."
        )
    return CauseSpecific(
        models, f"{how} Each cause has a model, in which the other causes censor (cause-specific hazards)."
    )
