"""Which sample each event of a barcoded run belongs to.

The single-cell algorithm of Zunder et al., Nat Protoc 2015;10:316-333: an event belongs to the code of its highest
barcode channels if these stand far enough above the others and the event lies near its sample's other events.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cartwise.basis import UserError
from cartwise.cytometry.cells import asinh
from cartwise.cytometry.events import FloatArray, Mask
from cartwise.cytometry.marker_names import channel_key, isotope_of
from cartwise.cytometry.smooth_density import picture, shape
from cartwise.cytometry.step import Density, Setting, Step

COFACTOR = 10.0
"""Of the barcode channels, as published."""
POSITIVE_QUANTILE = 0.95
FAR = 4e-5
"""Part of a sample's events that lie farther from its mean than is allowed, were they normal.

With six channels that is a squared Mahalanobis distance of 30, the customary bound."""
SEPARATION = 0.3
"""Cut-off where the separations of a sample show no valley, on the normalised scale."""
UNASSIGNED = -1
KERNEL = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class BarcodeKey:
    """Which barcode channels each sample carries.

    Attributes:
        samples: (s,) names.
        channels: (c,) barcode channels, as the key names them.
        codes: (s, c) whether a sample carries a channel.
    """

    samples: tuple[str, ...]
    channels: tuple[str, ...]
    codes: Mask

    def __post_init__(self) -> None:
        if self.codes.shape != (len(self.samples), len(self.channels)):
            raise UserError(
                f"The barcode key has codes of shape {self.codes.shape} for {len(self.samples)} samples and "
                f"{len(self.channels)} channels."
            )
        if not self.codes.any(axis=1).all() or len(self.channels) < 2 or self.codes.all(axis=1).any():
            raise UserError(
                "Each sample of a barcode key needs a channel that it carries and one that it does not."
            )
        if len(np.unique(self.codes, axis=0)) < len(self.samples):
            raise UserError("Two samples of the barcode key have the same code; nothing can tell them apart.")

    @property
    def positives(self) -> int | None:
        """Channels that every sample carries, where all carry as many: then doublets have too many; else None."""
        numbers = set(self.codes.sum(axis=1).tolist())
        return int(numbers.pop()) if len(numbers) == 1 else None

    @classmethod
    def single_stains(cls, channels: Sequence[str]) -> BarcodeKey:
        """The key of pooled single stains: each carries one channel and is called by it."""
        return cls(tuple(channels), tuple(channels), np.eye(len(channels), dtype=np.bool_))

    def columns(self, channels: Sequence[str]) -> list[int]:
        """Where a file has the key's channels; the key may name them as the file does, or by mass alone (`104`).

        Raises:
            UserError: the file lacks one, or has it more than once.
        """
        places: dict[str, list[int]] = {}
        for column, channel in enumerate(channels):
            mass = re.match(r"\d+", isotope_of(channel))
            for name in {channel_key(channel), *([mass[0]] if mass else [])}:
                places.setdefault(name, []).append(column)
        found = [places.get(channel_key(channel), []) for channel in self.channels]
        wrong = [name for name, at in zip(self.channels, found, strict=True) if len(at) != 1]
        if wrong:
            raise UserError(
                f"The file has not exactly one channel {', '.join(wrong)}; its channels are {', '.join(channels)}. "
                "Name the channels as the file does ($PnN), or by mass."
            )
        return [at[0] for at in found]


@dataclass(frozen=True, slots=True, eq=False)
class Debarcoded:
    """The samples of a barcoded run.

    Attributes:
        sample: (n,) place in `BarcodeKey.samples`, UNASSIGNED where no sample can be told.
        separation: (n,) between the lowest positive and the highest negative channel, normalised.
        cutoffs: (s,) separation that each sample asked for.
        step: the account.
    """

    sample: NDArray[np.int64]
    separation: FloatArray
    cutoffs: NDArray[np.float64]
    step: Step


def read_barcode_key(path: Path | str) -> BarcodeKey:
    """A key from a CSV file: the sample's name first, then one column a channel with 1 (carried) or 0.

    Raises:
        UserError: no such table, cells other than 0 and 1, or codes that tell no samples apart.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise UserError(f"The barcode key {path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UserError(f"The barcode key {path.name} is no text in UTF-8.") from None
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise UserError(f"The barcode key {path.name} is no table of samples by channels.")
    cells = [row[1:] for row in rows[1:]]
    if any(cell.strip() not in {"0", "1"} for row in cells for cell in row):
        raise UserError(f"The barcode key {path.name} may hold 0 and 1 alone.")
    codes = np.array([[cell.strip() == "1" for cell in row] for row in cells], dtype=np.bool_)
    return BarcodeKey(tuple(row[0] for row in rows[1:]), tuple(rows[0][1:]), codes)


def debarcode(
    values: FloatArray, key: BarcodeKey, *, separation: float | None = None, distance: float | None = None
) -> Debarcoded:
    """Assign events to samples.

    Every channel is divided by the 95th percentile of the events that carry it, so that channels stained weaker count
    the same. Where all codes have k positives, the k highest channels are an event's code and its separation is that
    between the k-th and the next; else the code is cut at the widest gap. Doublets of two samples carry more than k:
    their code is of no sample or their separation is small.

    Args:
        values: (n, c) raw barcode channels, in the key's order. An event with a value that is no number has no code.
        key: the samples' codes.
        separation: cut-off for every sample; by default each sample's own, in the valley of its separations.
        distance: squared Mahalanobis distance from its sample's mean that an event may have; by default FAR for as many
            channels as there are.

    Raises:
        UserError: not as many columns as the key has channels.
    """
    if values.ndim != 2 or values.shape[1] != len(key.channels):
        raise UserError(f"The key has {len(key.channels)} barcode channels; the values have other columns.")
    readable = np.asarray(np.isfinite(values).all(axis=1))
    transformed = asinh(np.where(readable[:, None], values, np.float32(0)), COFACTOR)
    normalised = transformed / _positive_level(transformed, key)
    sample, gaps = _codes(normalised, key)
    sample[~readable] = UNASSIGNED
    cutoffs, settings, densities = _cutoffs(gaps, sample, key, separation)
    farthest = _farthest(len(key.channels)) if distance is None else distance
    kept = np.where((sample != UNASSIGNED) & (gaps >= cutoffs[sample]), sample, UNASSIGNED)
    close = np.where(_near(normalised, kept, len(key.samples), farthest), kept, UNASSIGNED)
    how = "chance of 4e-5 under a normal law" if distance is None else "given"
    settings.append(Setting("distance, upper", farthest, "squared Mahalanobis distance", how))
    step = Step(
        "debarcoding",
        len(values),
        int((close != UNASSIGNED).sum()),
        tuple(settings),
        tuple(densities),
        _lost(sample, kept, close),
    )
    return Debarcoded(close, gaps, cutoffs, step)


def _positive_level(transformed: FloatArray, key: BarcodeKey) -> FloatArray:
    """(c,) 95th percentile of each channel among events whose first code carries it; 1 where none does."""
    sample, _ = _codes(transformed, key)
    carried = key.codes[sample] & (sample != UNASSIGNED)[:, None]
    levels = [
        float(np.quantile(transformed[carried[:, channel], channel], POSITIVE_QUANTILE))
        if carried[:, channel].any()
        else 1.0
        for channel in range(transformed.shape[1])
    ]
    return np.maximum(np.array(levels, dtype=np.float32), np.float32(1e-6))


def _codes(values: FloatArray, key: BarcodeKey) -> tuple[NDArray[np.int64], FloatArray]:
    """The sample of each event's highest channels, UNASSIGNED where no sample has that code, and its separation."""
    order = np.argsort(-values, axis=1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=1)
    gaps = ranked[:, :-1] - ranked[:, 1:]
    last = gaps.argmax(axis=1) if key.positives is None else np.full(len(values), key.positives - 1)
    weights = 1 << np.arange(values.shape[1], dtype=np.int64)
    held = np.arange(values.shape[1]) <= last[:, None]
    code = (weights[order] * held).sum(axis=1)
    known = key.codes @ weights
    place = np.argsort(known)
    at = np.minimum(np.searchsorted(known[place], code), len(known) - 1)
    sample = np.where(known[place][at] == code, place[at], UNASSIGNED)
    return sample, np.take_along_axis(gaps, last[:, None], axis=1)[:, 0]


def _cutoffs(
    gaps: FloatArray, sample: NDArray[np.int64], key: BarcodeKey, given: float | None
) -> tuple[NDArray[np.float64], list[Setting], list[Density]]:
    settings, densities = [], []
    for place, name in enumerate(key.samples):
        own = gaps[sample == place]
        setting = _cutoff(name, own, given)
        settings.append(setting)
        densities.append(picture(name, "separation, normalised", own, (setting.value,)))
    return np.array([setting.value for setting in settings]), settings, densities


def _cutoff(name: str, gaps: FloatArray, given: float | None) -> Setting:
    label, scale = f"{name}, separation, lower", "normalised"
    if given is not None:
        return Setting(label, given, scale, "given")
    found = shape(gaps, kernel=KERNEL)
    valley = found.valley(below=found.mode(above=SEPARATION)) if found else None
    if valley is None:
        return Setting(label, SEPARATION, scale, "fixed: no valley between doubtful and clear events")
    return Setting(label, valley, scale, "valley between doubtful and clear events")


def _near(values: FloatArray, sample: NDArray[np.int64], samples: int, distance: float) -> Mask:
    """Which events lie within a squared Mahalanobis distance of their sample's mean; all where it has too few."""
    near = np.ones(len(values), dtype=np.bool_)
    for place in range(samples):
        at = np.flatnonzero(sample == place)
        own = values[at].astype(np.float64)
        if len(at) <= 2 * values.shape[1]:
            continue
        centred = own - own.mean(axis=0)
        inverse = np.linalg.pinv(np.cov(centred, rowvar=False))
        near[at] = np.einsum("ij,jk,ik->i", centred, inverse, centred) <= distance
    return near


def _farthest(channels: int) -> float:
    from scipy.special import chdtri  # noqa: PLC0415  # scipy is slow to import

    return float(chdtri(channels, FAR))


def _lost(first: NDArray[np.int64], kept: NDArray[np.int64], close: NDArray[np.int64]) -> tuple[str, ...]:
    no_code, unclear, far = (
        int((first == UNASSIGNED).sum()),
        int(((first != UNASSIGNED) & (kept == UNASSIGNED)).sum()),
        int(((kept != UNASSIGNED) & (close == UNASSIGNED)).sum()),
    )
    said = (
        f"{no_code} events have a code of no sample, {unclear} too little separation, "
        f"{far} lie far from their sample; none of them is assigned."
    )
    return (said,)
