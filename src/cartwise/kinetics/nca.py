"""Non-compartmental analysis of a table of samples: one row of quantities per subject.

Days and concentrations come back in the units given, areas in their product. The columns, for an interval of
0 to 28 days:

- `cmax`, `tmax`, `tlast`, `clast`, `tfirst`: a profile that is below the limit throughout has `cmax` and
  `clast` 0 and no times.
- `auclast_0_28`: up to the last quantifiable sample by day 28 (the usual AUC0-28d of CAR T-cell papers).
- `aucint_0_28`: to day 28 itself, by interpolation where day 28 was not sampled.
- `aucintall_0_28`: the same, with the line down to the first value below the limit cut at day 28.
- `auclast`, `aucall`, `aucinf_obs`, `auc_extrapolated_percent`: over the whole profile.
- `lambda_z`, `half_life`, `lambda_z_n`, `lambda_z_r2`, `lambda_z_adj_r2`, `lambda_z_start`, `lambda_z_end`,
  `span_ratio`, `clast_pred`, and `half_life_flag` (text; empty where nothing speaks against it).
- `<name>_reason` for each of these numbers: why it is missing; empty exactly where it is there.
- `last_sample` (day of the last result), `start_imputed` (True where `aucint` took the level of the
  first day as 0), `n_samples`, `n_below_limit`, `n_below_lloq`, `n_dropped`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from cartwise.kinetics.curve import Floats, Indices
from cartwise.kinetics.method import (
    MAX_EXTRAPOLATED_PERCENT,
    MIN_R2,
    MIN_SPAN_RATIO,
    AucRule,
    BlqRule,
    HalfLifeFit,
    NcaMethod,
    SlopeRule,
    method_sentence,
)
from cartwise.kinetics.profiles import read_profiles
from cartwise.kinetics.quantities import NcaArrays, nca_arrays
from cartwise.kinetics.reasons import reason_texts


def nca(
    profiles: pd.DataFrame,
    *,
    lloq: float | None = None,
    auc_rule: AucRule = "lin-up/log-down",
    blq_rule: BlqRule = "pknca",
    interval: tuple[float, float] = (0.0, 28.0),
    slope_rule: SlopeRule = "pknca",
    half_life: HalfLifeFit = "log-linear",
) -> pd.DataFrame:
    """Non-compartmental analysis, by PKNCA 0.12.1's conventions unless asked otherwise.

    Args:
        profiles: columns `subject`, `time` (days from the start, at least 0), `concentration` (one unit for all;
            blank means no result: left out and counted) and optionally `below_limit` (True: the assay ran and
            quantified nothing; the concentration is then 0 or blank). A concentration of 0 is below the limit
            whether marked or not. Rows may stand in any order.
        lloq: positive values below it are taken as below the limit, and counted in `n_below_lloq`.
        auc_rule: see `NcaMethod`, as for all that follow.
        blq_rule: what stands for a value below the limit.
        interval: first and last day of the interval AUCs.
        slope_rule: how the terminal slope is chosen.
        half_life: how the terminal slope is fitted.

    Returns:
        One row per subject, in the order of their first row; the columns stand at the head of this file.
        `attrs["method"]` holds the sentence that names every choice.

    Raises:
        UserError: naming everything that is wrong with the samples or the choices.
    """
    method = NcaMethod(
        lloq=lloq,
        auc_rule=auc_rule,
        blq_rule=blq_rule,
        interval=interval,
        slope_rule=slope_rule,
        half_life=half_life,
    )
    read = read_profiles(profiles)
    result = nca_arrays(read.time, read.concentration, read.below_limit, method)
    return _table(read.subject, result, read.n_dropped, method)


_FLAGS = (
    f"r2 below {MIN_R2:g}",
    f"span ratio below {MIN_SPAN_RATIO:g}",
    f"more than {MAX_EXTRAPOLATED_PERCENT:g} % of AUCinf extrapolated",
)


def _half_life_flag(values: Mapping[str, Floats]) -> npt.NDArray[np.object_]:
    """What speaks against each half-life, shape (n,); empty where nothing does or there is none."""
    doubts = (
        values["lambda_z_r2"] < MIN_R2,
        values["span_ratio"] < MIN_SPAN_RATIO,
        values["auc_extrapolated_percent"] > MAX_EXTRAPOLATED_PERCENT,
    )
    texts = ["; ".join(flag for bit, flag in enumerate(_FLAGS) if code >> bit & 1) for code in range(8)]
    codes = np.stack(doubts, axis=1) @ (1 << np.arange(len(doubts)))
    return np.array(texts, dtype=object)[codes]


def _table(subject: pd.Index, result: NcaArrays, dropped: Indices, method: NcaMethod) -> pd.DataFrame:
    texts = np.array(reason_texts(method), dtype=object)
    counts = dict(result.counts)
    imputed = counts.pop("start_imputed").astype(bool)
    columns = {
        "subject": subject,
        **result.quantities,
        "half_life_flag": _half_life_flag(result.quantities),
        "start_imputed": imputed,
        **counts,
        "n_dropped": dropped,
        **{f"{name}_reason": texts[reason] for name, reason in result.reasons.items()},
    }
    table = pd.DataFrame(columns)
    table.attrs["method"] = method_sentence(method)
    return table
