"""Gates drawn elsewhere: FlowJo workspaces and GatingML 2.0, applied to a file by FlowKit (extra `flowjo`)."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from cartwise.basis import UserError
from cartwise.cytometry.events import Mask
from cartwise.cytometry.step import Step

TOLERANCE = 0.5
"""Percent by which a count may differ from FlowJo's before it is remarked upon: FlowJo bins polygons, FlowKit does not."""

GatePath = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnGates:
    """The populations of one file by gates that somebody drew.

    Attributes:
        populations: name -> (n,) which events of the file belong to it. A name that stands under several parents is
            written with its path (`CD4 T cells/CAR+`).
        parents: name -> the population it is a part of; "" for one of all events.
        counted: name -> events as FlowJo counted them; a gate that FlowJo stored no count for is not in it.
        steps: the account of every gate, with a remark where the count differs from FlowJo's.
    """

    populations: Mapping[str, Mask]
    parents: Mapping[str, str]
    counted: Mapping[str, int]
    steps: tuple[Step, ...]

    def count(self, name: str) -> int:
        """Events of a population."""
        return int(np.count_nonzero(self.populations[name]))


def flowjo_populations(workspace: Path | str, fcs: Path | str) -> DrawnGates:
    """Apply the gates that a FlowJo 10 workspace holds for one file, with its compensation and transformations.

    Args:
        workspace: .wsp file.
        fcs: the file, which the workspace must hold a sample of.

    Raises:
        UserError: FlowKit is not installed, a file is absent or no workspace, or it holds no sample of the file.
    """
    flowkit = _flowkit()
    workspace, fcs = _file(workspace), _file(fcs)
    with _reading(workspace, "FlowJo workspace"):
        tree = ET.parse(workspace).getroot()  # noqa: S314  # the user's own file; expat bounds entities
    if tree.tag != "Workspace":
        raise UserError(f"{workspace.name} is no FlowJo workspace. Save it from FlowJo 10 as a .wsp file.")
    with _reading(workspace, "FlowJo workspace"):
        opened = flowkit.Workspace(str(workspace), fcs_samples=str(fcs))
        samples = [str(name) for name in opened.get_sample_ids()]
    if len(samples) != 1:
        raise UserError(
            f"{workspace.name} holds no sample of {fcs.name}. Give the file under the name that FlowJo knew it by."
        )
    with _reading(workspace, "FlowJo workspace"):
        opened.analyze_samples(sample_id=samples[0], use_mp=False)
        results = opened.get_gating_results(samples[0])
    return _drawn(results, _flowjo_counts(tree, samples[0]))


def gatingml_populations(xml: Path | str, fcs: Path | str) -> DrawnGates:
    """Apply the gates of a GatingML 2.0 file (Spidlen et al., Cytometry A 2015;87:683) to one file.

    Args:
        xml: GatingML 2.0.
        fcs: the file.

    Raises:
        UserError: FlowKit is not installed, a file is absent, is no GatingML 2.0, or names channels the file lacks.
    """
    flowkit = _flowkit()
    xml, fcs = _file(xml), _file(fcs)
    with _reading(fcs, "FCS file"):
        sample = flowkit.Sample(str(fcs))
    with _reading(xml, "GatingML 2.0"):
        results = flowkit.parse_gating_xml(str(xml)).gate_sample(sample)
    return _drawn(results, {})


def _flowkit() -> ModuleType:
    try:
        import flowkit  # noqa: PLC0415  # an extra
    except ImportError:
        raise UserError(
            "Gates of FlowJo and GatingML are read by FlowKit, which is not installed. Install it: "
            "pip install cartwise[flowjo]"
        ) from None
    module: ModuleType = flowkit
    return module


def _file(path: Path | str) -> Path:
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path} is not a file. Check the path.")
    return path


@contextmanager
def _reading(path: Path, what: str) -> Iterator[None]:
    """Whatever FlowKit cannot read is told as one message that names the file; its warnings are kept quiet.

    It warns of samples of a workspace that were not given; here one is given by intent.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:  # noqa: BLE001  # FlowKit lets through whatever its parsers raise
        told = str(error).rstrip(".")
        raise UserError(
            f"{path.name} cannot be read as {what}: {told}. Export it again, or gate by a definition."
        ) from None


def _drawn(results: Any, counted: Mapping[GatePath, int]) -> DrawnGates:
    gates: list[tuple[str, GatePath]] = [
        (str(name), tuple(path))
        for name, path in zip(results.report["gate_name"], results.report["gate_path"], strict=True)
    ]
    names = _names([(*path[1:], name) for name, path in gates])
    populations = {
        names[(*path[1:], name)]: np.asarray(results.get_gate_membership(name, path), dtype=np.bool_)
        for name, path in gates
    }
    parents = {written: _parent(path, names) for path, written in names.items()}
    told = {names[path]: count for path, count in counted.items() if path in names}
    return DrawnGates(populations, parents, told, _steps(populations, parents, told))


def _names(paths: list[GatePath]) -> dict[GatePath, str]:
    """A gate's own name where it stands once; otherwise as much of its path as tells it apart."""
    names = {path: path[-1] for path in paths}
    for depth in range(2, max(map(len, paths), default=0) + 1):
        counts = Counter(names.values())
        names = {
            path: "/".join(path[-depth:]) if counts[written] > 1 else written
            for path, written in names.items()
        }
    return names


def _parent(path: GatePath, names: Mapping[GatePath, str]) -> str:
    """Name of the gate that a gate stands under; a quadrant's own path does not name the divider that made it."""
    above = path[:-1]
    return names.get(above) or names.get((*above[:-2], *above[-1:]), "")


def _flowjo_counts(tree: ET.Element, sample: str) -> dict[GatePath, int]:
    """FlowJo's own counts by path of gates; a count of -1, or of 0 where FlowJo never ran, is none."""
    counts: dict[GatePath, int] = {}
    for node in tree.iter("SampleNode"):
        if node.get("name") == sample:
            _collect(node, (), counts)
    return counts


def _collect(node: ET.Element, path: GatePath, counts: dict[GatePath, int]) -> None:
    for group in node.findall("Subpopulations"):
        for child in group:
            name, count = child.get("name"), int(child.get("count", "-1"))
            if name is None:
                continue
            if count > 0:
                counts[*path, name] = count
            _collect(child, (*path, name), counts)


def _steps(
    populations: Mapping[str, Mask], parents: Mapping[str, str], counted: Mapping[str, int]
) -> tuple[Step, ...]:
    sizes = {name: int(np.count_nonzero(mask)) for name, mask in populations.items()}
    return tuple(
        Step(
            name=name,
            before=sizes[parents[name]] if parents[name] else len(mask),
            after=sizes[name],
            remarks=_differs(name, sizes[name], counted.get(name)),
        )
        for name, mask in populations.items()
    )


def _differs(name: str, here: int, there: int | None) -> tuple[str, ...]:
    if there is None or abs(here - there) <= TOLERANCE / 100 * there:
        return ()
    return (f"{name}: {here} events here, {there} as FlowJo counted them.",)
