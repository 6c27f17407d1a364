"""Commands that ready files for a run: barcoded runs taken apart, spillover measured on single stains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # as for every command: --help does not wait for numpy and scipy
    from cartwise.cytometry import BarcodeKey, Debarcoded, Events, Spillover

FcsFile = Annotated[Path, typer.Argument(metavar="FILE.fcs")]
Separation = Annotated[
    float | None,
    typer.Option(
        "--separation", min=0, help="Cut-off for every sample; default: the valley of each sample's own."
    ),
]
Distance = Annotated[
    float | None,
    typer.Option(
        "--distance", min=0, help="Squared Mahalanobis distance from its sample that an event may have."
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that are there from an earlier time.")
]
PICTURE = "separation.svg"
KEPT_KEYWORDS = {"cyt": "$CYT", "timestep": "$TIMESTEP", "invented": "INVENTED", "com": "$COM"}
"""Keywords of the pooled file that a sample's file keeps; the comment only where the data are invented, because in any
other file it may name a patient."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise cytometry debarcode pooled.fcs --key key.csv --out samples")(
        debarcode
    )
    app.command(epilog="Example: cartwise cytometry spillover beads.fcs --stains stains.csv --out spill.csv")(
        spillover
    )


def debarcode(
    file: FcsFile,
    key: Annotated[
        Path,
        typer.Option("--key", metavar="KEY.csv", help="A row a sample, a column a channel, 1 where carried."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the samples' files.")],
    *,
    separation: Separation = None,
    distance: Distance = None,
    overwrite: Overwrite = False,
) -> None:
    """Take a barcoded run apart: one FCS file a sample with its events as read, and a plot of how clearly they separate."""
    from cartwise import cytometry, reports

    events, codes = cytometry.read_fcs(file), cytometry.read_barcode_key(key)
    paths = _paths(codes, out)
    picture = out / PICTURE
    _check_new([*paths.values(), picture], file, key, overwrite=overwrite)
    found = cytometry.debarcode(
        events.values[:, codes.columns(events.channels)], codes, separation=separation, distance=distance
    )
    _show(events, found, codes)
    out.mkdir(parents=True, exist_ok=True)
    print(f"Wrote {reports.write_separation(found, picture, invented=_invented(events))}")
    source = cytometry.file_hash(file)
    for place, (name, path) in enumerate(paths.items()):
        values = events.values[found.sample == place]
        if not len(values):
            print(f"{name}: no events; no file was written")
            continue
        said = _kept(events) | {"CARTWISE_BARCODE": name, "CARTWISE_SOURCE_SHA256": source}
        cytometry.write_fcs(path, values, events.channels, events.markers, said)
        print(f"Wrote {path}: {len(values)} events")


def spillover(
    file: FcsFile,
    stains: Annotated[
        Path,
        typer.Option("--stains", metavar="STAINS.csv", help="Column `channel`: each was stained alone."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="The matrix.")],
    *,
    separation: Separation = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure spillover on pooled single stains (beads or cells): which part of each metal appears in other channels."""
    from cartwise import cytometry

    _check_new([out], file, stains, overwrite=overwrite)
    events = cytometry.read_fcs(file)
    codes = cytometry.BarcodeKey.single_stains(_stains(stains))
    columns = codes.columns(events.channels)
    found = cytometry.debarcode(events.values[:, columns], codes, separation=separation)
    _show(events, found, codes)
    stained = [columns[place] if place >= 0 else -1 for place in found.sample.tolist()]
    matrix = cytometry.Spillover.of_stains(events, stained)
    out.parent.mkdir(parents=True, exist_ok=True)
    matrix.write(out)
    _show_matrix(matrix, {codes.channels[place]: events.channels[at] for place, at in enumerate(columns)})
    print(
        f'Wrote {out}. A run uses it by a line such as spillover = "cytometry/{out.name}" in cytometry.toml.'
    )
    if _invented(events):
        print("These are invented data.")


def _show(events: Events, found: Debarcoded, codes: BarcodeKey) -> None:
    """The account: how many events each sample has, which separation it asked for, what was not assigned."""
    from cartwise.cli.terminal import show_table

    rows = [
        (name, int((found.sample == place).sum()), f"{setting.value:.3g}", setting.how)
        for place, (name, setting) in enumerate(zip(codes.samples, found.step.settings, strict=False))
    ]
    show_table(("sample", "events", "separation from", "how"), rows)
    limit = found.step.settings[-1]
    print(f"{limit.name}: {limit.value:.3g} ({limit.scale}; {limit.how})")
    print(f"{found.step.after} of {found.step.before} events are assigned.")
    for remark in (*found.step.remarks, *events.warnings):
        print(f"note: {remark}")


def _show_matrix(matrix: Spillover, stained: Mapping[str, str]) -> None:
    from cartwise.cli.terminal import show_table

    rows = [
        (channel, into, f"{100 * part:.2f}")
        for channel, parts in zip(matrix.channels, matrix.matrix.tolist(), strict=True)
        for into, part in zip(matrix.channels, parts, strict=True)
        if into != channel and part > 0
    ]
    show_table(("spills from", "into", "percent"), rows)
    for name, channel in stained.items():
        if channel not in matrix.channels or channel in matrix.unmeasured:
            print(f"note: {name} has too few single-stained events; its spillover stands as none.")


def _stains(path: Path) -> list[str]:
    import csv

    from cartwise.basis import UserError

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise UserError(f"The list of stains {path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UserError(f"The list of stains {path.name} is no text in UTF-8.") from None
    channels = [(row.get("channel") or "").strip() for row in rows]
    if len(channels) < 2 or not all(channels) or len(set(channels)) < len(channels):
        raise UserError(
            f"The list of stains {path.name} needs a column `channel` with at least two channels, each once: one row "
            "for each metal that was stained alone."
        )
    return channels


def _paths(codes: BarcodeKey, out: Path) -> dict[str, Path]:
    from cartwise.basis import UserError

    wrong = [name for name in codes.samples if not name.strip() or Path(name).name != name]
    if wrong or len({name.lower() for name in codes.samples}) < len(codes.samples):
        raise UserError(
            "Each sample of the key gives a file its name: no two may be alike, none empty, none with a slash."
        )
    return {name: out / f"{name}.fcs" for name in codes.samples}


def _check_new(paths: Iterable[Path], *sources: Path, overwrite: bool) -> None:
    """What is read is never replaced, and what else is there only when that was asked for."""
    from cartwise.basis import UserError

    for path in paths:
        if path.resolve() in {source.resolve() for source in sources}:
            raise UserError(f"{path.name} itself would be replaced. Give another place with --out.")
        if path.exists() and not overwrite:
            raise UserError(f"{path} is there already. Give another place, or --overwrite.")


def _kept(events: Events) -> dict[str, str]:
    return {
        written: events.keywords[key]
        for key, written in KEPT_KEYWORDS.items()
        if events.keywords.get(key) and (key != "com" or _invented(events))
    }


def _invented(events: Events) -> bool:
    return "invented" in events.keywords
