"""A panel drafted from the headers of files, with guessed roles, for a laboratory to correct."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from cartwise.basis import UserError
from cartwise.cytometry.events import Events
from cartwise.cytometry.marker_names import (
    bare,
    channel_key,
    isotope_of,
    says_something,
    usual_name,
)

_GAUSSIAN = {"eventlength", "center", "offset", "width", "residual"}
_BEADS = {"140Ce"}
_UNNAMED = {"Gaussian", "time", "bead"}
_DNA = {"191Ir", "193Ir"}
_VIABILITY = {"195Pt", "103Rh", "194Pt", "198Pt"}
_UNNAMED_VIABILITY = {"195Pt"}
_NOTHING = {"", "na", "n/a", "<na>", "nan", "none", "empty", "blank", "unused"}
_STAINED_DEAD = ("live", "dead", "viab", "cispt", "cisplatin", "rhodium", "intercal")
_STATE = (
    *("CTLA-4", "PD-1", "TIM-3", "LAG-3", "TIGIT", "ICOS", "PD-L1", "CD39", "CD57", "KLRG1", "TOX"),
    *(
        "Ki-67",
        "HLA-DR",
        "CD28",
        "CD38",
        "CD66b",
        "CD69",
        "CD95",
        "CD107a",
        "CD137",
        "CD154",
        "4-1BB",
        "OX40",
    ),
    *("CCR2", "CCR4", "CCR6", "CCR9", "CXCR3", "CXCR4", "CXCR5", "CD192", "Perforin"),
)
_SECRETED = re.compile(
    r"il\d+[a-fαβ]?|ifn[agαγ]?|tnf[abαβ]?|gmcsf|tgf[bβ]?\d?|mip\d[abαβ]|mcp\d|ccl\d+|cxcl\d+|(granzyme|gr?zm?)[abk]"
)
"""Cytokines, chemokines and granzymes as `bare` writes them; a receptor (`IL-10R`) is none."""
_SIGNAL = re.compile(
    r"p?(stat\d[ab]?|p38|erk(12)?|s6|creb|mapkapk2|ikba?|nfkb(p65)?|akt|plcg\d|4ebp1|syk|btk|zap70(syk)?|slp76)"
)
"""Proteins of signalling, whether or not the name says that they are phosphorylated."""


def draft_panel(events: Sequence[Events]) -> str:
    """TOML of a panel that every one of these files has, with roles guessed from isotopes and names.

    Guessed: iridium is DNA, cerium 140 and whatever is named bead is bead, platinum or rhodium that is named for
    it viability (platinum 195 without a name as well, where no other channel is), palladium and names such as BC1
    barcode, a name with CAR in it CAR, cytokines, signalling proteins and known markers of state are state, every
    other named channel lineage. A channel whose long name says nothing is left out with a comment.

    Args:
        events: files of one stain; headers are enough.

    Raises:
        UserError: no file was given, or they have no channel in common.
    """
    if not events:
        raise UserError("A panel cannot be drafted from no file. Give at least one FCS file.")
    common = [name for name in events[0].channels if all(name in file.channels for file in events)]
    if not common:
        raise UserError(
            "These files have no channel in common, so they are of no one panel. Draft one for each."
        )
    names = {channel: _long_name(events, channel) for channel in common}
    unnamed = set() if any(_shows_dead(*named) for named in names.items()) else _UNNAMED_VIABILITY
    blocks, left_out, taken = [], [], Counter[str]()
    for channel, name in names.items():
        roles = _roles(channel, name, unnamed)
        if not roles:
            left_out.append(f"{channel} ({name})" if name else channel)
            continue
        blocks.append(_block(channel, name, roles, taken))
    return "\n\n".join([_head(left_out, events), *blocks]) + "\n"


def _head(left_out: list[str], events: Sequence[Events]) -> str:
    lines = [
        f"# Drafted from the header of {len(events)} file(s). Every role is a guess: check each one, name the panel,",
        "# and give the channel of the CAR the role CAR.",
    ]
    if left_out:
        lines.append(f"# Left out, because their names say nothing: {', '.join(left_out)}.")
    return "\n".join([*lines, "", 'name = "draft"', 'version = "1"', "cofactor = 5"])


def _long_name(events: Sequence[Events], channel: str) -> str:
    names = (file.markers[file.channels.index(channel)].strip() for file in events)
    return next((name for name in names if name.lower() not in _NOTHING), "")


def _roles(channel: str, name: str, unnamed_viability: AbstractSet[str]) -> tuple[str, ...]:
    """The first guess that holds; no roles where nothing says what the channel is for."""
    isotope, key, told = isotope_of(channel), channel_key(channel), bare(name)
    named = says_something(name, channel)
    guesses = (
        (key in _GAUSSIAN, ("Gaussian",)),
        (key == "time", ("time",)),
        (isotope in _DNA, ("DNA",)),
        (isotope != "" and "bead" in told, ("bead",)),
        (_is_barcode(isotope, name), ("barcode",)),
        (_shows_dead(channel, name) or (isotope in unnamed_viability and not named), ("viability",)),
        (isotope in _BEADS and not named, ("bead",)),
        (named and isotope != "", _marker_roles(usual_name(name))),
    )
    return next((roles for holds, roles in guesses if holds), ())


def _is_barcode(isotope: str, name: str) -> bool:
    return (
        isotope.endswith("Pd")
        or re.search(r"(^|[\s_])(BC|barcode)[\s_-]?\d*", name, re.IGNORECASE) is not None
    )


def _shows_dead(channel: str, name: str) -> bool:
    """Whether a channel of a metal that enters dead cells is named for that."""
    return isotope_of(channel) in _VIABILITY and any(word in bare(name) for word in _STAINED_DEAD)


def _marker_roles(marker: str) -> tuple[str, ...]:
    if re.search(r"(^|[\s_\-+])CAR($|[\s_\-+T\d])", marker):
        return ("CAR",)
    told = bare(marker)
    is_state = (
        told in map(bare, _STATE)
        or _SECRETED.fullmatch(told) is not None
        or _SIGNAL.fullmatch(told) is not None
    )
    return ("state",) if is_state else ("lineage",)


def _block(channel: str, name: str, roles: tuple[str, ...], taken: Counter[str]) -> str:
    named = says_something(name, channel) and not set(roles) & _UNNAMED
    marker = usual_name(name) if named else ""
    taken[marker] += 1
    doubled = marker and taken[marker] > 1
    lines = [
        "[[channel]]",
        f"channel = {json.dumps(channel)}",
        f"isotope = {json.dumps(isotope_of(channel))}",
        f"marker = {json.dumps(f'{marker} {taken[marker]}' if doubled else marker)}",
        f"roles = {json.dumps(list(roles))}",
    ]
    if doubled:
        lines.insert(1, f"# a second channel is called {marker} in these files")
    if marker and marker != name:
        lines.insert(1, f"# the file calls it {json.dumps(name)}")
    return "\n".join(lines)
