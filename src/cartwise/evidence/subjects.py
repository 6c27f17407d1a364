"""What facts can be about: themes, the factors of how it goes with a patient, and which way these work."""

THEMES = (
    "access and regulation",
    "antigen escape",
    "B-cell aplasia",
    "bridging and lymphodepletion",
    "burden",
    "cohort and methods",
    "enhancement",
    "genetics and special populations",
    "HCT",
    "immune profile",
    "kinetics",
    "MRD and monitoring",
    "open question",
    "outcome",
    "persistence and product design",
    "prior therapy",
    "relapse prevention other than HCT",
    "sites outside the marrow",
    "supportive care",
    "toxicity",
)
"""What a fact can be about."""

FACTORS = (
    "blinatumomab exposure",
    "blinatumomab non-response",
    "CD19 dim after blinatumomab",
    "CNS disease",
    "consolidative HCT",
    "cytogenetics",
    "Down syndrome",
    "earlier HCT",
    "earlier therapy",
    "early relapse after HCT",
    "extramedullary disease",
    "hypodiploidy",
    "IG/TCR RQ-PCR",
    "interleukin 6",
    "KMT2A rearrangement",
    "loss of B-cell aplasia",
    "low antigen load",
    "low cell dose",
    "low fludarabine exposure",
    "marrow burden",
    "NGS-MRD",
    "severe ICANS risk",
    "sex",
    "TP53",
)
"""What may change how it goes with a patient."""

EFFECTS = ("better", "none", "worse")
"""What a source found or says of a patient with the factor, against one without it."""
