"""From the CSV files that a centre really has to the tables of a study, by a mapping that says everything."""

from cartwise.study.importing.imported import Imported, import_study

__all__ = ["Imported", "import_study"]
