"""What was given and decided: infusions, every other treatment, and decisions with their reasons."""

from __future__ import annotations

from cartwise.study.tables.table import DatedTable, Flag, Number, Text, Whole, column

TREATMENTS = (
    "blinatumomab",
    "inotuzumab",
    "CD22-directed therapy",
    "chemotherapy",
    "cytotoxic chemotherapy",
    "intrathecal",
    "radiotherapy",
    "cranial radiotherapy",
    "apheresis",
    "lymphodepletion",
    "HCT",
    "CAR T",
    "tocilizumab",
    "siltuximab",
    "steroid",
    "anakinra",
    "ruxolitinib",
    "emapalumab",
    "etoposide",
    "immunoglobulin",
    "G-CSF",
    "TPO-RA",
    "CD34 boost",
    "TKI",
    "maintenance",
    "immunosuppression",
    "checkpoint inhibitor",
    "antiepileptic",
    "donor lymphocytes",
    "other",
)


class Infusions(DatedTable):
    """CAR T-cell infusions; split doses of one plan share a course, a reinfusion opens a new one."""

    day: Number = column(
        "Day of infusion; the first of the index product is day 0.",
        unit="d",
        required=True,
        holds=["infusion_date", "reinfusion_date"],
    )
    course: Whole = column("Course: split doses of one plan are one course.", unit="1", lowest=1)
    product: Text = column(
        "Product, for example tisagenlecleucel; an institutional product by its own name.",
        holds=["car_product"],
    )
    target: Text = column(
        "Antigen the CAR is made against.", allowed=["CD19", "CD22", "CD19 and CD22", "BCMA", "other"]
    )
    costimulation: Text = column(
        "Costimulatory domain.", allowed=["4-1BB", "CD28", "other"], holds=["costim_domain"]
    )
    cell_source: Text = column(
        "Source of the T cells.",
        allowed=["autologous", "donor", "autologous post-HCT"],
        holds=["cell_source"],
    )
    cells: Number = column("CAR-positive cells infused.", unit="{cells}", lowest=0)
    cells_per_kg: Number = column(
        "CAR-positive cells per kilogram.", unit="{cells}/kg", lowest=0, holds=["dose_cells_per_kg"]
    )
    viability: Number = column(
        "Viable cells of the product.", unit="%", lowest=0, highest=100, holds=["product_viability_pct"]
    )
    transduction: Number = column(
        "CAR-positive cells of the product's T cells.", unit="%", lowest=0, highest=100
    )
    apheresis_day: Number = column("Day of collection of the T cells.", unit="d", holds=["apheresis_date"])
    lymphodepletion: Text = column(
        "Lymphodepletion in words; its drugs and days stand in treatments.", holds=["ld_regimen"]
    )
    indication: Text = column(
        "Why this course was given; for a reinfusion its trigger.",
        allowed=[
            "planned",
            "peripheral B-cell recovery",
            "hematogones",
            "MRD",
            "relapse",
            "no response",
            "other",
        ],
        holds=["reinfusion_indication"],
    )


class Treatments(DatedTable):
    """Everything given before and after CAR T cells, one row a course of treatment."""

    kind: Text = column(
        "What was given.",
        allowed=TREATMENTS,
        required=True,
        holds=[
            "prior_hct",
            "prior_hct_date",
            "post_car_hct_date",
            "prior_blinatumomab",
            "prior_inotuzumab",
            "prior_cd22_therapy",
            "prior_cart",
            "tki_exposure",
            "tocilizumab_datetime",
            "steroid_exposure",
            "maintenance_therapy",
        ],
    )
    detail: Text = column("Drug, regimen or product in words.")
    intent: Text = column(
        "Purpose.",
        allowed=[
            "first line",
            "reinduction",
            "bridging",
            "lymphodepletion",
            "consolidation",
            "prophylaxis",
            "toxicity",
            "relapse",
            "maintenance",
            "other",
        ],
    )
    intensity: Text = column(
        "Intensity of bridging.",
        allowed=["none", "low", "intensive", "immunotherapy", "radiotherapy", "other"],
        holds=["bridging_intensity"],
    )
    dose: Number = column("Amount given.", lowest=0)
    dose_unit: Text = column("UCUM unit of the amount, for example mg/m2.")
    end_day: Number = column(
        "Last day it was given; blank: ongoing or not known.",
        unit="d",
        known_from="end_day",
        holds=[
            "steroid_last_dose_date",
            "chemo_last_dose_date",
            "immunotherapy_last_dose_date",
            "immunosuppression_stop_date",
            "cranial_rt_date",
        ],
    )
    response_day: Number = column(
        "Day on which the response to it was assessed.", unit="d", known_from="response_day"
    )
    response: Text = column(
        "Response to this treatment.",
        allowed=["CR", "CRi", "no CR", "progression", "not assessed"],
        known_from=("response_day", "end_day"),
        holds=["blina_response"],
    )
    donor: Text = column(
        "Donor of a transplant.",
        allowed=[
            "matched sibling",
            "matched related",
            "matched unrelated",
            "mismatched",
            "haploidentical",
            "cord",
            "autologous",
        ],
    )
    conditioning: Text = column("Conditioning of a transplant.", allowed=["TBI", "non-TBI", "unknown"])
    graft: Text = column(
        "Graft of a transplant.",
        allowed=["unmanipulated", "CD34-selected", "other"],
        holds=["hct_graft_type"],
    )
    cells_collected: Number = column(
        "CD3-positive cells collected at apheresis.", unit="{cells}", lowest=0, holds=["cd3_collected_total"]
    )
    off_study: Flag = column("Given outside the centre's own plan.")


class Decisions(DatedTable):
    """What was decided, when, and why."""

    decision: Text = column("The question that was decided, for example consolidative-hct.", required=True)
    decided: Text = column("What was decided.", required=True)
    reason: Text = column("Grounds in words.")
