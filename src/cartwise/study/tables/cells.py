"""Mass cytometry: which file is which sample, and what the cells of a sample were found to be."""

from __future__ import annotations

from cartwise.study.tables.table import DatedTable, Flag, Number, Text, Whole, column

_TIMEPOINT = "Day of the sample; an infusion product carries the day of infusion."


class CytometryFiles(DatedTable):
    """FCS files, one row a file; a control belongs to a batch and may belong to no patient."""

    patient_id: Text = column(
        "The centre's pseudonym of the patient; may be blank for a control.",
        identifying=True,
        holds=["patient_id"],
    )
    day: Number = column(f"{_TIMEPOINT} May be blank for a control.", unit="d", holds=["sample_timepoint"])
    specimen: Text = column("Specimen.", allowed=["blood", "marrow", "product", "control"], required=True)
    file: Text = column("File name, relative to the study folder.", required=True, identifying=True)
    panel: Text = column("Panel and its version.")
    batch: Text = column("Batch in which the sample was run.")
    control_role: Text = column(
        "Role, where the file is a control.", allowed=["none", "FMO", "CAR-negative", "batch anchor", "bead"]
    )


class SubsetFrequencies(DatedTable):
    """Frequencies of cell subsets, with what made them."""

    day: Number = column(_TIMEPOINT, unit="d", required=True)
    specimen: Text = column("Specimen.", allowed=["blood", "marrow", "product"], required=True)
    subset: Text = column("Subset.", required=True, holds=["car_subset_pct", "pbmc_subset_pct"])
    parent: Text = column("Population that the frequency is a part of.", required=True)
    cells: Whole = column("Cells of the subset.", unit="{cells}", lowest=0)
    parent_cells: Whole = column("Cells of the parent.", unit="{cells}", lowest=0)
    percent: Number = column(
        "Subset of parent.", unit="%", lowest=0, highest=100, holds=["car_pct_pbmc_cytof"]
    )
    lower_percent: Number = column(
        "Lower 95 % limit of the percent; what it covers is named in `method`.",
        unit="%",
        lowest=0,
        highest=100,
    )
    upper_percent: Number = column("Upper 95 % limit of the percent.", unit="%", lowest=0, highest=100)
    corrected_percent: Number = column(
        "Percent after the correction that `method` names; it stands beside the raw one and never takes its place.",
        unit="%",
        lowest=0,
        highest=100,
    )
    small_denominator: Flag = column("Whether the parent has too few cells for a percent to mean much.")
    method: Text = column("Rule, reference and settings.")
    file_hash: Text = column("Hash of the file it was counted in.")
    version: Text = column("Version of the software.")


class SubsetMarkers(DatedTable):
    """State markers of a subset, with what made them."""

    day: Number = column(_TIMEPOINT, unit="d", required=True)
    specimen: Text = column("Specimen.", allowed=["blood", "marrow", "product"], required=True)
    subset: Text = column("Subset.", required=True)
    marker: Text = column("Marker.", required=True, holds=["marker_expression"])
    median: Number = column("Median intensity, on the scale named in `method`.")
    percent_positive: Number = column("Cells above the gate.", unit="%", lowest=0, highest=100)
    cells: Whole = column("Cells of the subset.", unit="{cells}", lowest=0)
    method: Text = column("Transformation, gate and settings.")
    file_hash: Text = column("Hash of the file it was measured in.")
    version: Text = column("Version of the software.")
