"""Commands that look at a study's cells without recording anything: clusters and maps, files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cartwise.cli import cytometry_running
from cartwise.cli.cytometry_running import Scheduler, WorkerCount, close, executor_named
from cartwise.cli.studying import StudyFolder

if TYPE_CHECKING:  # as for every command: --help does not wait for pandas and scipy
    from cartwise.cytometry import LabelledCells, Run

Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for what is written.")]
NodeCount = Annotated[int, typer.Option("--clusters", min=4, help="Nodes of the map, at most.")]
MetaclusterCount = Annotated[
    int | None,
    typer.Option("--metaclusters", min=2, help="How many; by default as many as add to the consensus."),
]
CellCount = Annotated[int, typer.Option("--cells", min=10, help="Cells of each sample that make the map.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of everything that is drawn.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog="Example: cartwise cytometry explore build/invented --out build/explored --umap")(
        explore
    )
    app.command(epilog="Example: cartwise cytometry export build/invented --out build/labelled --format fcs")(
        export
    )


def explore(
    study: StudyFolder,
    out: Out,
    *,
    clusters: NodeCount = 100,
    metaclusters: MetaclusterCount = None,
    cells: CellCount = 2_000,
    umap: Annotated[bool, typer.Option("--umap", help="Draw the map by UMAP; else by PCA.")] = False,
    seed: Seed = 1,
    scheduler: Scheduler = "processes",
    workers: WorkerCount = None,
) -> None:
    """Cluster cells of all samples, hold the clusters against gates and classifier, place cells on a map; records nothing."""
    from cartwise import cytometry, reports
    from cartwise.cli.terminal import show_frame

    if umap:  # a study takes minutes, and what is not installed is better said before
        cytometry.optional("umap")
    loaded, run = cytometry_running.ran(study, scheduler, workers)
    samples = _samples(run, cells, scheduler, workers)
    fitted = cytometry.fit_clusters(samples, nodes=clusters, metacluster_count=metaclusters, seed=seed)
    found = cytometry.explore(samples, fitted, umap=umap)
    tables = cytometry.exploration_tables(found, invented=loaded.about.invented)
    _write(tables, out)
    axes = ("UMAP_1", "UMAP_2") if umap else ("PCA_1", "PCA_2")
    print(
        f"Wrote {reports.write_cell_map(tables['cells'], axes, out / 'map.svg', invented=loaded.about.invented)}"
    )
    print(f"Wrote {len(tables)} tables to {out}: exploratory views, which enter no record of the study.")
    for name in ("about", "agreement"):
        show_frame(tables[name])
    close(loaded, run)


def export(
    study: StudyFolder,
    out: Out,
    form: Annotated[str, typer.Option("--format", help="h5ad (AnnData), or fcs (e.g. for FlowJo).")],
    *,
    clusters: NodeCount = 100,
    metaclusters: MetaclusterCount = None,
    cells: CellCount = 2_000,
    seed: Seed = 1,
    scheduler: Scheduler = "processes",
    workers: WorkerCount = None,
) -> None:
    """Write every cell of every sample with its population, subset and cluster, one file a sample; records nothing."""
    from cartwise import cytometry

    if form not in {"h5ad", "fcs"}:
        raise typer.BadParameter("--format is h5ad or fcs.")
    if form == "h5ad":
        cytometry.optional("anndata")
    loaded, run = cytometry_running.ran(study, scheduler, workers)
    samples = _samples(run, cells, scheduler, workers)
    fitted = cytometry.fit_clusters(samples, nodes=clusters, metacluster_count=metaclusters, seed=seed)
    by = cytometry.Labelling.of(run)
    out.mkdir(parents=True, exist_ok=True)
    for item in run.counted:
        path = out / _file_name(item.sample.name, form)
        labelled = cytometry.label_cells(item, by=by)
        if form == "h5ad":
            cytometry.write_annotated(path, labelled, run, fitted, invented=loaded.about.invented)
        else:
            cytometry.write_labelled_fcs(path, labelled, by, fitted, invented=loaded.about.invented)
        print(f"Wrote {path}: {len(labelled)} cells of {labelled.events} events")
    _write({"codes": cytometry.code_table(by)} if form == "fcs" else {}, out)
    close(loaded, run)


def _samples(run: Run, cells: int, scheduler: str, workers: int | None) -> tuple[LabelledCells, ...]:
    from cartwise.cli.terminal import progress
    from cartwise.cytometry import Workers, label_samples

    with progress("Labelling cells") as step, executor_named(scheduler, workers) as executor:
        who = Workers(executor, workers, progress=step)
        return label_samples(run, at_most=cells, workers=who)


def _write(tables: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(out / f"{name}.csv", index=False, lineterminator="\n", float_format="%.6g")


def _file_name(sample: str, form: str) -> str:
    """The sample's file name with its folders, so that two files of one name do not replace each other."""
    return "_".join(Path(sample).with_suffix(f".{form}").parts)
