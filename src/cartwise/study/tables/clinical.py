"""What happened at the bedside: observations, daily toxicity grades, infections, GVHD, assessments, relapse."""

from __future__ import annotations

from cartwise.study.tables.table import DatedTable, Flag, Number, Text, Whole, column

OBSERVATIONS = (
    "temperature",
    "antipyretic",
    "other cause of fever",
    "systolic pressure",
    "hypotension",
    "vasopressors",
    "vasopressin",
    "oxygen flow",
    "oxygen device",
    "ICE",
    "CAPD",
    "arousal",
    "seizure",
    "motor weakness",
    "cerebral oedema",
    "weight",
    "height",
    "body surface area",
)

OBSERVED = {
    "antipyretic": ("given", "not given"),
    "other cause of fever": ("present", "absent"),
    "hypotension": ("present", "absent"),
    "vasopressin": ("given", "not given"),
    "oxygen device": (
        "room air",
        "nasal cannula",
        "blow-by",
        "high-flow nasal cannula",
        "facemask",
        "nonrebreather mask",
        "Venturi mask",
        "CPAP",
        "BiPAP",
        "mechanical ventilation",
    ),
    "CAPD": ("unable to perform",),
    "arousal": ("awakens spontaneously", "awakens to voice", "awakens to touch", "unarousable"),
    "seizure": ("none", "resolved", "prolonged or repetitive"),
    "motor weakness": ("none", "deep focal"),
    "cerebral oedema": ("none", "focal", "diffuse"),
}
"""Observations in words, each with those that the grading of toxicity knows; another word settles no grade."""

_OBSERVED_WORDS = "; ".join(f"{kind}: {', '.join(words)}" for kind, words in OBSERVED.items()) + "."

ASSESSMENTS = {
    "HCT eligibility": ("eligible", "not eligible"),
    "donor": ("available", "not available", "searching"),
    "HCT wish": ("wants", "avoids", "undecided"),
    "cardiopulmonary comorbidity": ("present", "absent"),
    "comorbidity": ("present", "absent"),
    "seizure or neurotoxicity history": ("present", "absent"),
    "neuroimaging": ("normal", "abnormal"),
    "CNS": ("CNS1", "CNS2", "CNS3", "isolated CNS", "parenchymal"),
    "extramedullary disease": ("none", "testicular", "other"),
    "active extramedullary disease": ("present", "absent"),
    "bulky extramedullary disease": ("present", "absent"),
    "extramedullary response to chemotherapy": ("responding", "not responding"),
    "neurotoxicity": ("none", "stable", "acute or worsening"),
    "disease progression": ("rapid", "not rapid"),
    "chemotherapy intolerance": ("present", "absent"),
    "another relapse treatable": ("likely", "unlikely"),
    "organ toxicity grade": ("0", "1", "2", "3", "4", "5"),
    "response": ("CR", "CRi", "no response", "progression"),
    "IEC-HS": ("present", "absent"),
    "imaging": (),
}
"""Kinds of assessment and the values each may take; a kind with none takes any words."""


class Observations(DatedTable):
    """Bedside observations, one row an observation."""

    kind: Text = column(
        "What was observed.", allowed=OBSERVATIONS, required=True, holds=["weight_kg", "bsa_m2"]
    )
    value: Number = column("Number observed, in `unit`; vasopressors are counted without vasopressin.")
    unit: Text = column("UCUM unit of the number.")
    text: Text = column(f"What was observed, where it is no number. {_OBSERVED_WORDS}")


class Toxicities(DatedTable):
    """Daily grades; episodes, onset and maximum are derived from them."""

    kind: Text = column(
        "Toxicity.",
        allowed=["CRS", "ICANS", "IEC-HS", "neutropenia", "thrombocytopenia", "organ", "other"],
        required=True,
        holds=["iec_hs", "crs_onset_datetime"],
    )
    grade: Whole = column(
        "Grade on this day; 0 says that it was looked for and absent.",
        unit="1",
        lowest=0,
        highest=5,
        holds=["crs_grade", "icans_grade", "organ_toxicity_grade"],
    )
    scale: Text = column(
        "Scale of the grade; grades of two scales are never mixed.",
        allowed=[
            "ASTCT 2019",
            "Penn",
            "Lee 2014",
            "CTCAE 4",
            "CTCAE 5",
            "CTCAE 6",
            "ICAHT",
            "EBMT/EHA",
            "not stated",
        ],
        holds=["crs_scale"],
    )
    detail: Text = column("Organ or symptom in words.")


class Infections(DatedTable):
    """Infections, one row an episode."""

    kind: Text = column(
        "Kind.", allowed=["bacterial", "viral", "fungal", "other", "unknown"], holds=["infection"]
    )
    organism: Text = column("Organism.")
    grade: Whole = column("Grade at onset.", unit="1", lowest=1, highest=5)
    max_grade_day: Number = column(
        "Day on which the highest grade was reached.", unit="d", known_from="max_grade_day"
    )
    max_grade: Whole = column(
        "Highest grade.", unit="1", lowest=1, highest=5, known_from=("max_grade_day", "end_day")
    )
    end_day: Number = column("Day it had resolved.", unit="d", known_from="end_day")


class Gvhd(DatedTable):
    """Graft-versus-host disease, one row an episode."""

    kind: Text = column("Kind.", allowed=["none", "acute", "chronic"], required=True, holds=["gvhd"])
    grade: Text = column("Grade at onset: I to IV, or mild, moderate, severe.")
    max_grade_day: Number = column(
        "Day on which the highest grade was reached.", unit="d", known_from="max_grade_day"
    )
    max_grade: Text = column("Highest grade.", known_from=("max_grade_day", "end_day"))
    end_day: Number = column("Day it had resolved.", unit="d", known_from="end_day")


class Assessments(DatedTable):
    """Judgements of a day: eligibility, donor, wish, comorbidity, sites of disease, response."""

    kind: Text = column(
        "What was judged.",
        allowed=tuple(ASSESSMENTS),
        required=True,
        holds=[
            "hct_eligible",
            "hct_preference",
            "donor_available",
            "cardiopulm_comorbidity",
            "seizure_history",
            "neuroimaging_abnormality",
            "cns_status",
            "emd_status",
            "emd_active",
            "response_status",
        ],
    )
    value: Text = column("The judgement; each kind has its own values.", required=True)
    detail: Text = column("Grounds in words.")


class Relapses(DatedTable):
    """Relapse or progression: its day, site and immunophenotype."""

    day: Number = column(
        "Day of relapse; a negative day is a relapse before the index infusion.",
        unit="d",
        required=True,
        holds=["relapse_date", "hct_to_relapse_months"],
    )
    site: Text = column(
        "Site.",
        allowed=["marrow", "CNS", "testis", "marrow and extramedullary", "other"],
        holds=["relapse_site"],
    )
    immunophenotype_day: Number = column(
        "Day on which the immunophenotype was reported.", unit="d", known_from="immunophenotype_day"
    )
    immunophenotype: Text = column(
        "Immunophenotype.",
        allowed=["CD19+", "CD19-", "lineage switch", "unknown"],
        known_from=("immunophenotype_day", "day"),
        holds=["relapse_cd19_status"],
    )
    before_index: Flag = column("A relapse that led to CAR T-cell therapy, not one that followed it.")
