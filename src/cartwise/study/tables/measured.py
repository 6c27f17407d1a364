"""What the laboratory measured: transgene, B cells, MRD, marrow, blood tests."""

from __future__ import annotations

from cartwise.study.tables.table import DatedTable, Flag, Number, Text, column

SPECIMENS = ("blood", "marrow", "CSF", "product", "biopsy", "other")

LABS = {
    "ALC": "{cells}/uL",
    "ANC": "{cells}/uL",
    "CD3": "{cells}/uL",
    "WBC": "{cells}/uL",
    "platelets": "10*9/L",
    "haemoglobin": "g/dL",
    "blasts": "%",
    "ferritin": "ng/mL",
    "CRP": "mg/L",
    "IL-6": "pg/mL",
    "LDH": "U/L",
    "creatinine": "mg/dL",
    "eGFR": "mL/min/{1.73_m2}",
    "AST": "U/L",
    "ALT": "U/L",
    "bilirubin": "mg/dL",
    "fibrinogen": "mg/dL",
    "triglycerides": "mg/dL",
    "sIL-2R": "U/mL",
    "IgG": "mg/dL",
    "chimerism": "%",
    "fludarabine AUC": "mg.h/L",
}
"""Tests that measures know, each with the unit they compute in; any other test is kept in the unit it has."""


class Transgene(DatedTable):
    """CAR transgene by quantitative PCR."""

    specimen: Text = column("Specimen.", allowed=SPECIMENS, required=True)
    copies_per_ug: Number = column(
        "Copies per microgram of genomic DNA; blank where below the limit.",
        unit="{copies}/ug",
        lowest=0,
        holds=["car_transgene_copies_per_ug", "cmax", "tmax", "tlast", "auc_0_28d"],
    )
    copies_per_cell: Number = column("Copies per cell.", unit="{copies}/{cell}", lowest=0)
    below_limit: Flag = column("The assay ran and found too little to quantify: known, not missing.")
    lower_limit: Number = column("Lower limit of quantification of this assay.", unit="{copies}/ug", lowest=0)


class BCells(DatedTable):
    """B cells by flow cytometry; each denominator has its own column."""

    specimen: Text = column("Specimen.", allowed=SPECIMENS, required=True)
    count: Number = column(
        "CD19-positive cells.",
        unit="{cells}/uL",
        lowest=0,
        holds=["bcell_abs_count", "bca_status", "bca_onset_date", "bca_loss_date", "bca_duration"],
    )
    percent_of_lymphocytes: Number = column(
        "B cells of lymphocytes.", unit="%", lowest=0, highest=100, holds=["bcell_pct_lymph"]
    )
    percent_of_wbc: Number = column(
        "B cells of white blood cells.", unit="%", lowest=0, highest=100, holds=["bcell_pct_wbc"]
    )
    hematogones: Flag = column("CD19-positive B-cell precursors seen in marrow.")


class Mrd(DatedTable):
    """Measurable residual disease, one row a test."""

    method: Text = column(
        "Method.",
        allowed=["flow", "fusion PCR", "IG/TR RQ-PCR", "NGS"],
        required=True,
        holds=["mrd_method"],
    )
    specimen: Text = column("Specimen.", allowed=SPECIMENS, required=True)
    result: Text = column(
        "Result: below quantification is a state of its own, neither negative nor a level.",
        allowed=["negative", "detected below quantification", "positive", "not evaluable"],
        required=True,
    )
    level: Number = column(
        "Level as a fraction of nucleated cells; blank unless positive.",
        unit="1",
        lowest=0,
        highest=1,
        holds=["mrd_value", "ngs_mrd_value", "igtcr_mrd_value"],
    )
    sensitivity: Number = column("Smallest level this test could have found.", unit="1", lowest=0, highest=1)
    locus: Text = column("Locus or clone followed.", holds=["ngs_mrd_informative"])
    verifies: Number = column("Day of the earlier test that this one was taken to verify.", unit="d")


class Marrow(DatedTable):
    """Marrow morphology and antigen."""

    blasts: Number = column("Blasts by morphology.", unit="%", lowest=0, highest=100, holds=["bm_blast_pct"])
    cd19: Text = column(
        "CD19 on blasts.", allowed=["positive", "dim", "partial", "negative"], holds=["cd19_expression"]
    )
    cd19_antigen_load: Number = column(
        "CD19-positive marrow cells, normal B cells and blasts together.",
        unit="%",
        lowest=0,
        highest=100,
        holds=["cd19_antigen_load_pct"],
    )
    cd19_negative_clone: Flag = column("A CD19-negative clone was seen.")


class Labs(DatedTable):
    """Laboratory tests, one row a result; the unit stands with the value and is never assumed."""

    test: Text = column(
        "Test; the names that measures know are in LABS, any other name is kept.",
        required=True,
        holds=[
            "alc",
            "cd3_count",
            "wbc",
            "peripheral_blast_pct",
            "il6",
            "ferritin",
            "anc",
            "platelets",
            "igg",
            "renal_function",
            "chimerism",
            "fludarabine_auc",
        ],
    )
    value: Number = column("Result, in `unit`; blank where below the limit.")
    unit: Text = column("UCUM unit of the result.", required=True)
    specimen: Text = column("Specimen.", allowed=SPECIMENS)
    below_limit: Flag = column("The test ran and found too little to quantify.")
