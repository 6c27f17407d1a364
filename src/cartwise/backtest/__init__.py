"""Published rules put to the test: every guideline replayed over a cohort and held against what happened."""

from cartwise.backtest.endpoint import Endpoint, Fate
from cartwise.backtest.endpoints import ENDPOINTS
from cartwise.backtest.figures import (
    BacktestFigure,
    DisagreementFigure,
    FlagFigure,
    LandmarkFigure,
    LeadFigure,
    figures_of,
)
from cartwise.backtest.replayed import Course, Replayed, Step, replay_patient
from cartwise.backtest.result import Backtest
from cartwise.backtest.running import Means, backtest
from cartwise.backtest.statements import Statement

__all__ = [
    "ENDPOINTS",
    "Backtest",
    "BacktestFigure",
    "Course",
    "DisagreementFigure",
    "Endpoint",
    "Fate",
    "FlagFigure",
    "LandmarkFigure",
    "LeadFigure",
    "Means",
    "Replayed",
    "Statement",
    "Step",
    "backtest",
    "figures_of",
    "replay_patient",
]
