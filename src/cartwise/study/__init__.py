"""The records of a study: tables declared once, read, validated, and seen as of a day."""

from cartwise.study.cytometry_records import (
    cytometry_records,
    cytometry_samples,
    files_wanting,
    refuse_to_replace,
    write_cytometry_records,
)
from cartwise.study.definitions import CHOICES, About, Definitions
from cartwise.study.importing import Imported, import_study
from cartwise.study.loading import Study, build, load, row_type
from cartwise.study.patient import DAY, Patient, patient_named
from cartwise.study.reading import LINE
from cartwise.study.record import History, Records, Row
from cartwise.study.table_seen import Read
from cartwise.study.tables import ASSESSMENTS, LABS, OBSERVED, TABLES, Column, columns_of
from cartwise.study.writing import write_study, write_template

__all__ = [
    "ASSESSMENTS",
    "CHOICES",
    "DAY",
    "LABS",
    "LINE",
    "OBSERVED",
    "TABLES",
    "About",
    "Column",
    "Definitions",
    "History",
    "Imported",
    "Patient",
    "Read",
    "Records",
    "Row",
    "Study",
    "build",
    "columns_of",
    "cytometry_records",
    "cytometry_samples",
    "files_wanting",
    "import_study",
    "load",
    "patient_named",
    "refuse_to_replace",
    "row_type",
    "write_cytometry_records",
    "write_study",
    "write_template",
]
