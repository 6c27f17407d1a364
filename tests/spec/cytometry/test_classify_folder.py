"""A reference from a folder of sorted populations."""

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.fcs_writing import write_fcs
from cartwise.cytometry.panel import Channel, Panel
from cartwise.cytometry.reference import Reference

PANEL = Panel(
    "sorted",
    "1",
    5,
    (
        Channel("Nd142Di", "142Nd", "CD19", ("lineage",)),
        Channel("Er170Di", "170Er", "CD3", ("lineage",)),
        Channel("Dy162Di", "162Dy", "PD-1", ("state",)),
    ),
)


def sort_into(folder, name: str, cd19: float, cd3: float, cells: int) -> None:
    """Invented cells of one population; channels in another order than the panel's."""
    noise = np.random.default_rng(cells).lognormal(0, 0.3, (cells, 3))
    write_fcs(folder / f"{name}.fcs", noise * [cd3, 1, cd19], ["Er170Di", "Dy162Di", "Nd142Di"])


def test_each_file_is_a_population_and_their_sizes_are_no_prior(tmp_path):
    sort_into(tmp_path, "B", 200, 1, cells=2_000)
    sort_into(tmp_path, "T", 1, 200, cells=100)
    reference = Reference.from_folder(tmp_path, PANEL)
    assert reference.populations == ("B", "T")
    assert reference.counts == (2_000, 100)
    assert reference.markers == ("CD19", "CD3"), "state markers do not make a population"
    np.testing.assert_allclose(reference.model.means[0], np.arcsinh([40, 0.2]), atol=0.1)
    alike = np.linalg.slogdet(reference.model.covariances)[1]
    np.testing.assert_allclose(reference.model.offsets - alike, 2 * np.log(2))


def test_markers_and_rule_can_be_chosen(tmp_path):
    sort_into(tmp_path, "B", 200, 1, cells=50)
    sort_into(tmp_path, "T", 1, 200, cells=60)
    reference = Reference.from_folder(tmp_path, PANEL, rule="good2018", markers=("CD3",))
    assert (reference.rule, reference.markers) == ("good2018", ("CD3",))


def test_a_folder_of_one_file_is_refused(tmp_path):
    sort_into(tmp_path, "B", 200, 1, cells=50)
    with pytest.raises(UserError, match=r"holds 1 FCS file\(s\)"):
        Reference.from_folder(tmp_path, PANEL)
    with pytest.raises(UserError, match=r"holds 0 FCS file\(s\)"):
        Reference.from_folder(tmp_path / "absent", PANEL)


def test_a_file_without_a_channel_of_the_panel_is_refused(tmp_path):
    sort_into(tmp_path, "B", 200, 1, cells=50)
    write_fcs(tmp_path / "T.fcs", np.ones((50, 1)), ["Er170Di"])
    with pytest.raises(UserError, match=r"T\.fcs: .*Nd142Di"):
        Reference.from_folder(tmp_path, PANEL)
