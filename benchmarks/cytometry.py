"""One sample of 300,000 events from file to counts, stage by stage, and what 77 of them would take on two cores."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from time import perf_counter

from cartwise.cli.inventing import write_with_cytometry
from cartwise.cytometry import (
    Settings,
    clean,
    columns_from,
    gate,
    match_panel,
    read_fcs,
    run_cytometry,
    shipped_definition,
    shipped_panel,
)
from cartwise.invention import invent
from cartwise.study import cytometry_samples, load

EVENTS, SAMPLES, CORES = 300_000, 77, 2


def main() -> None:
    """Print the stages of one file and the whole run of a small study."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        write_with_cytometry(
            invent("lodz", patients=1, seed=1), folder, events=EVENTS, progress=lambda _done, _total: None
        )
        samples = cytometry_samples(load(folder))
        _stages(samples[0].path)
        _whole(folder)


def _stages(path: Path) -> None:
    panel, definition = shipped_panel("demo"), shipped_definition("000")
    started = perf_counter()
    events = read_fcs(path)
    read = perf_counter()
    matched = match_panel(panel, events)
    cleaned = clean(events, columns_from(panel, events.channels))
    tidy = perf_counter()
    cells = matched.cells(events, cleaned.keep)
    scaled = perf_counter()
    gate(cells, definition)
    gated = perf_counter()
    print(f"one file of {EVENTS:,} events x {len(events.channels)} channels:")
    for name, seconds in (
        ("read", read - started),
        ("match and clean", tidy - read),
        ("transform", scaled - tidy),
        ("gate", gated - scaled),
    ):
        print(f"  {name:<16} {seconds:6.2f} s")


def _whole(folder: Path) -> None:
    samples = cytometry_samples(load(folder))
    started = perf_counter()
    run = run_cytometry(
        samples,
        {"demo 1": shipped_panel("demo")},
        shipped_definition("000"),
        Settings(panels=("panel.toml",)),
    )
    took = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = took / len(samples)
    print(
        f"whole run of {len(run.counted)} samples and {len(samples) - len(run.counted)} controls: {took:.1f} s, peak {peak:.0f} MB"
    )
    print(f"so {SAMPLES} files on {CORES} cores: about {each * SAMPLES / CORES:.0f} s (target 240 s)")


if __name__ == "__main__":
    main()
