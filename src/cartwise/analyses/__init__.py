"""Questions asked of a cohort, one file each: who is in, what was found, and what a reader needs to repeat it."""

from cartwise.analyses.analysis import Analysis, analysis
from cartwise.analyses.catalogue import catalogue
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import (
    Bar,
    Figure,
    IncidenceFigure,
    IncidenceLine,
    IncidencePanel,
    IntervalFigure,
    IntervalRow,
    KaplanMeierFigure,
    KineticsFigure,
    Lane,
    Mark,
    Profile,
    RiskCell,
    ScatterFigure,
    ScatterPanel,
    StepCurve,
    SwimmerFigure,
)
from cartwise.analyses.grouping import Grouping, group_by, in_words
from cartwise.analyses.individual_kinetics import levels
from cartwise.analyses.result import Counts, Result, Sum
from cartwise.analyses.running import run
from cartwise.analyses.swimmer import aplasia, episodes, milestones

__all__ = [
    "Analysis",
    "Bar",
    "Cohort",
    "Counts",
    "Figure",
    "Grouping",
    "IncidenceFigure",
    "IncidenceLine",
    "IncidencePanel",
    "IntervalFigure",
    "IntervalRow",
    "KaplanMeierFigure",
    "KineticsFigure",
    "Lane",
    "Mark",
    "Profile",
    "Result",
    "RiskCell",
    "ScatterFigure",
    "ScatterPanel",
    "StepCurve",
    "Sum",
    "SwimmerFigure",
    "analysis",
    "aplasia",
    "catalogue",
    "episodes",
    "group_by",
    "in_words",
    "levels",
    "milestones",
    "run",
]
