"""Who the patients are: the person, the disease's genetics, contact and death."""

from __future__ import annotations

from cartwise.study.tables.table import DatedTable, Flag, Number, Table, Text, Whole, column

DISEASES = ("B-ALL", "T-ALL", "MPAL", "CLL", "LBCL", "other")

INDICATIONS = (
    "primary refractory",
    "first relapse",
    "first relapse refractory to reinduction",
    "first relapse after HCT",
    "second relapse",
    "third or later relapse",
    "MRD re-emergence",
    "MRD persistence",
    "chemotherapy intolerance",
    "other",
)


class Patients(Table):
    """One row a patient: what holds from referral on."""

    centre: Text = column("Treating centre.", holds=["centre"])
    sex: Text = column("Sex.", allowed=["female", "male"], holds=["sex"])
    disease: Text = column("Disease for which CAR T cells are given.", allowed=DISEASES)
    group: Text = column("Group in the source's own words, for example a trial's arm.")
    referral_day: Number = column("Day of referral for CAR T-cell therapy.", unit="d")
    diagnosis_day: Number = column("Day of first diagnosis.", unit="d", holds=["diagnosis_date"])
    age_at_diagnosis_months: Number = column(
        "Age at first diagnosis (an infant is younger than 12 months).",
        unit="mo",
        lowest=0,
        holds=["age_at_diagnosis_months"],
    )
    age_at_index_years: Number = column(
        "Age on the index day.", unit="a", lowest=0, highest=120, holds=["age_at_infusion_years"]
    )
    down_syndrome: Flag = column("Trisomy 21.", holds=["down_syndrome"])
    germline_predisposition: Text = column(
        "Germline predisposition.",
        allowed=["none", "Li-Fraumeni/TP53", "Nijmegen/chromosomal instability", "other"],
        holds=["germline_predisposition"],
    )
    nci_risk_group: Text = column(
        "NCI risk group at diagnosis.", allowed=["standard", "high"], holds=["nci_risk_group"]
    )
    disease_indication: Text = column(
        "Why CAR T cells were considered at referral.", allowed=INDICATIONS, holds=["disease_indication"]
    )
    relapse_number: Whole = column("Relapses before referral.", unit="1", lowest=0, holds=["relapse_number"])
    relapse_interval_months: Number = column(
        "From first diagnosis to first relapse.", unit="mo", lowest=0, holds=["relapse_interval_months"]
    )
    first_remission_months: Number = column(
        "Duration of first remission.", unit="mo", lowest=0, holds=["first_remission_months"]
    )
    prior_lines_n: Whole = column(
        "Lines of therapy before referral.", unit="1", lowest=0, holds=["prior_lines_n"]
    )
    prior_cr_n: Whole = column(
        "Complete remissions before referral.", unit="1", lowest=0, holds=["prior_cr_n"]
    )
    best_response_day: Number = column("Day on which the best response was assessed.", unit="d")
    best_response: Text = column(
        "Best response in the source's own words; a dated response belongs in assessments.",
        known_from="best_response_day",
    )


class Genetics(DatedTable):
    """Lesions of the leukaemia, one row a finding; a blank day means known at referral."""

    day: Number = column("Day of the sample; blank: known at referral.", unit="d")
    lesion: Text = column(
        "Lesion.",
        allowed=[
            "KMT2Ar",
            "hypodiploid",
            "BCR-ABL1",
            "Ph-like",
            "TP53",
            "ETV6-RUNX1",
            "hyperdiploid",
            "other",
            "none",
        ],
        required=True,
        holds=["cytogenetic_lesions"],
    )
    status: Text = column(
        "Whether the lesion was found.",
        allowed=["present", "absent", "somatic", "germline", "not tested"],
        holds=["tp53_status"],
    )
    risk_group: Text = column(
        "Cytogenetic risk group.",
        allowed=["high", "intermediate", "low", "unknown"],
        holds=["cytogenetic_risk_group"],
    )
    risk_scheme: Text = column("Scheme of the risk group, for example NCCN 2024.")
    target: Text = column("Actionable molecular target.", holds=["molecular_target"])


class FollowUp(DatedTable):
    """Contacts: the patient was seen or heard of on this day."""

    status: Text = column(
        "State at contact.", allowed=["alive", "lost", "withdrawn"], holds=["last_follow_up_date"]
    )


class Deaths(DatedTable):
    """Death and its cause."""

    day: Number = column("Day of death.", unit="d", required=True, holds=["death_date"])
    cause_day: Number = column("Day on which the cause was established.", unit="d")
    cause: Text = column(
        "Cause of death.",
        allowed=["leukaemia", "toxicity", "infection", "transplant-related", "other", "unknown"],
        known_from=("cause_day", "day"),
        holds=["death_cause"],
    )
