"""cartwise follows children and young adults through CD19 CAR T-cell therapy for B-ALL. Research use."""

__version__ = "0.1.0"
