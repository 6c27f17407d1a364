"""Names of channels and markers as instruments and laboratories write them, and when two mean the same."""

from __future__ import annotations

import re

# One antigen under several names: the CD nomenclature (HCDM) beside the names in common use. The first is the
# one that a drafted panel and the shipped populations use.
_SAME = (
    ("CD8", "CD8a"),
    ("CD14", "CD14 LPS receptor"),
    ("CD16", "FcgRIII", "CD16a"),
    ("CD25", "IL-2Ra", "IL2R"),
    ("CD56", "NCAM"),
    ("CD127", "IL-7Ra", "IL7R"),
    ("CTLA-4", "CD152"),
    ("PD-1", "CD279"),
    ("PD-L1", "CD274"),
    ("TIM-3", "CD366", "HAVCR2"),
    ("LAG-3", "CD223"),
    ("CCR7", "CD197"),
    ("CCR6", "CD196"),
    ("CCR4", "CD194"),
    ("CXCR3", "CD183"),
    ("CXCR5", "CD185"),
    ("CD62L", "L-selectin"),
    ("CD66b", "CEACAM8"),
    ("CD161", "KLRB1"),
    ("CD123", "IL-3R", "IL-3Ra"),
    ("CD95", "Fas"),
    ("ICOS", "CD278"),
    ("TCRgd", "GDTCR", "TCR gamma delta", "TCRγδ", "gdTCR"),
    ("TCRVa7.2", "Va7.2", "TCR Va7.2", "TCRVα7.2"),
    ("HLA-DR", "HLADR"),
    ("FOXP3",),
    ("Ki-67", "MKI67"),
    ("CAR", "CD19 CAR", "FMC63", "anti-CD19 CAR"),
)
_ISOTOPE = re.compile(r"^\(?\d{2,3}\)?[A-Z][a-z]?(?=$|[\s_\-:/])[\s_\-:/]*|[\s_\-:/]+\d{2,3}[A-Z][a-z]?$")
_METAL = re.compile(r"^\(?([A-Z][a-z]?)(\d{2,3})\)?(?:Di|Dd)$")


def bare(name: str) -> str:
    """A name without case, blanks, dashes and other marks: `CTLA-4` and `ctla 4` are one."""
    return re.sub(r"[\W_]+", "", name).lower()


def channel_key(name: str) -> str:
    """What two spellings of a channel share: older software writes `(Er168)Di` and `Cell_length`."""
    key = bare(name)
    return "eventlength" if key == "celllength" else key


def isotope_of(channel: str) -> str:
    """Isotope of a mass channel (`Er168Di` is `168Er`), "" for any other channel."""
    found = _METAL.match(channel.strip())
    return f"{found[2]}{found[1]}" if found else ""


def without_isotope(name: str) -> str:
    """A long name without the isotope that many laboratories write before or after it (`168Er_CD8`)."""
    return _ISOTOPE.sub("", name.strip()).strip()


def usual_name(name: str) -> str:
    """The name in common use for what a file's long name means; the name itself where none is known."""
    plain = without_isotope(name)
    for part in (plain, *re.split(r"[_/]", plain)):
        if bare(part) in _USUAL:
            return _USUAL[bare(part)]
    return plain


def is_antigen(name: str) -> bool:
    """Whether a long name is one of the markers known by name, or a CD number."""
    plain = without_isotope(name)
    return bare(plain) in _USUAL or re.match(r"CD\d+", plain, re.IGNORECASE) is not None


def same_marker(one: str, other: str) -> bool:
    """Whether two long names mean the same marker.

    Tolerates case, dashes, blanks, an isotope before or after, two names joined (`CD196_CCR6`) and the
    synonyms of the CD nomenclature.
    """
    return bool(_meanings(one) & _meanings(other))


def says_something(name: str, channel: str) -> bool:
    """Whether a long name says more than the channel itself does (`168Er` says nothing of Er168Di)."""
    metal = _METAL.match(channel.strip())
    itself = {"", channel_key(channel)}
    if metal:
        itself |= {bare(metal[1] + metal[2]), bare(metal[2] + metal[1]), metal[2]}
    return channel_key(without_isotope(name)) not in itself


_USUAL = {bare(name): names[0] for names in _SAME for name in names}


def _meanings(name: str) -> set[str]:
    plain = without_isotope(name)
    parts = {bare(part) for part in (plain, *re.split(r"[_/]", plain))} - {""}
    return {bare(_USUAL.get(part, part)) for part in parts}
