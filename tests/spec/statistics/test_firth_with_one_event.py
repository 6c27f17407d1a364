"""Firth's Cox model of one event: its penalised likelihood has its maximum where the event's arm had three to one odds."""

import pandas as pd
import pytest

from cartwise.statistics import firth_cox


@pytest.mark.parametrize(("without", "among"), [(5, 6), (6, 7), (2, 1), (20, 3), (1, 1)])
def test_one_event_has_a_finite_ratio(without, among):
    """With share s of the event's arm in the hazard at its time, log s + log(s (1 - s)) / 2 is greatest at s = 3/4."""
    data = pd.DataFrame({"hct": [0] * without + [1] * among})
    data = data.assign(month=10.0, event=0)
    data.loc[without, ["month", "event"]] = [5.0, 1]
    found = firth_cox(data, ["hct"], time="month", event="event")["hct"]
    assert found.ratio == pytest.approx(3 * without / among)
    assert found.lower < found.ratio < found.upper
    assert found.reason == ""
