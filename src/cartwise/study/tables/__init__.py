"""The record tables of a study, declared once."""

from cartwise.study.tables.cells import CytometryFiles, SubsetFrequencies, SubsetMarkers
from cartwise.study.tables.clinical import (
    ASSESSMENTS,
    OBSERVED,
    Assessments,
    Gvhd,
    Infections,
    Observations,
    Relapses,
    Toxicities,
)
from cartwise.study.tables.measured import LABS, BCells, Labs, Marrow, Mrd, Transgene
from cartwise.study.tables.person import Deaths, FollowUp, Genetics, Patients
from cartwise.study.tables.table import Column, DatedTable, Table, columns_of
from cartwise.study.tables.therapy import Decisions, Infusions, Treatments

TABLES: dict[str, type[Table]] = {
    "patients": Patients,
    "genetics": Genetics,
    "infusions": Infusions,
    "transgene": Transgene,
    "b_cells": BCells,
    "mrd": Mrd,
    "marrow": Marrow,
    "labs": Labs,
    "observations": Observations,
    "treatments": Treatments,
    "toxicities": Toxicities,
    "infections": Infections,
    "gvhd": Gvhd,
    "assessments": Assessments,
    "decisions": Decisions,
    "relapses": Relapses,
    "deaths": Deaths,
    "follow_up": FollowUp,
    "cytometry_files": CytometryFiles,
    "subset_frequencies": SubsetFrequencies,
    "subset_markers": SubsetMarkers,
}
"""Every table by the name of its file, in the order in which a reader would open them."""

__all__ = ["ASSESSMENTS", "LABS", "OBSERVED", "TABLES", "Column", "DatedTable", "Table", "columns_of"]
