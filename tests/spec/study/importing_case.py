"""Mappings of one drawn file, and what an import made of it."""

HEAD = """
[study]
name = "drawn"
[source.files.f]
path = "f.csv"
"""
TRANSGENE = """
[[rows]]
table = "transgene"
from = "f"
[rows.columns]
patient_id = "id"
day = { column = "day", unit = "d" }
specimen = { constant = "blood" }
"""
LABS = """
[[rows]]
table = "labs"
from = "f"
[rows.columns]
patient_id = "id"
day = { column = "day", unit = "d" }
test = { constant = "CRP" }
"""
GENDER = '[[rows]]\ntable = "patients"\nfrom = "f"\n[rows.columns]\npatient_id = "id"\n'


def rows(imported, table, *columns):
    return [tuple(row.get(column) for column in columns) for row in imported.tables[table].to_dict("records")]


def met(imported, severity=None):
    return [
        (issue.rule, issue.row, issue.column)
        for issue in imported.issues
        if severity is None or issue.severity is severity
    ]
