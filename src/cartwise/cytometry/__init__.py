"""Mass cytometry: from raw files to counted populations; files and arrays in, results out, no patients."""

from cartwise.cytometry.agreement import adjusted_rand_index, contingency
from cartwise.cytometry.annotated import (
    AnnotatedCells,
    annotated,
    from_annotated,
    read_annotated,
    write_annotated,
)
from cartwise.cytometry.batch import Alignment, ControlCheck, check_alignment, fit_alignment
from cartwise.cytometry.bead_normalisation import NormalisedValues, normalise
from cartwise.cytometry.bias import Bias, RuleBias
from cartwise.cytometry.car_gate import CarFrequency, car_frequency
from cartwise.cytometry.cell_labels import LabelledCells, Labelling, label_cells, label_samples
from cartwise.cytometry.cells import Cells, asinh
from cartwise.cytometry.classification import UNCLASSIFIED, Classification
from cartwise.cytometry.cleaning import Cleaned, CleaningSettings, clean
from cartwise.cytometry.cleaning_columns import CleaningColumns, columns_from
from cartwise.cytometry.counting import Counted
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.debarcoding import BarcodeKey, Debarcoded, debarcode, read_barcode_key
from cartwise.cytometry.definition import Definition
from cartwise.cytometry.definition_reading import read_definition, shipped_definition
from cartwise.cytometry.events import Events
from cartwise.cytometry.exploration_tables import exploration_tables
from cartwise.cytometry.exploring import Clusters, Exploration, explore, fit_clusters
from cartwise.cytometry.extras import optional
from cartwise.cytometry.fcs_reading import file_hash, read_fcs
from cartwise.cytometry.fcs_writing import write_fcs
from cartwise.cytometry.flowjo import DrawnGates, flowjo_populations, gatingml_populations
from cartwise.cytometry.frequencies import Frequency, frequencies
from cartwise.cytometry.gates import Gated, batch_cuts, gate
from cartwise.cytometry.harmonisation import Harmonisation, harmonise
from cartwise.cytometry.labelled_fcs import code_table, write_labelled_fcs
from cartwise.cytometry.metaclusters import Metaclusters, metaclusters
from cartwise.cytometry.panel import Channel, Panel
from cartwise.cytometry.panel_drafting import draft_panel
from cartwise.cytometry.panel_matching import Matched, match_panel
from cartwise.cytometry.panel_reading import read_panel, shipped_panel
from cartwise.cytometry.plane import Plane, pca_plane, umap_plane
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.run_tables import run_tables
from cartwise.cytometry.running import Failure, Run, Workers, run_cytometry
from cartwise.cytometry.sample import Preparation, SampleFile, panel_of, prepare
from cartwise.cytometry.self_organising_map import SelfOrganisingMap, fit_map
from cartwise.cytometry.settings import Settings, read_settings
from cartwise.cytometry.spillover import Spillover, compensate, estimate_spillover
from cartwise.cytometry.state_markers import StateMarker, state_markers
from cartwise.cytometry.step import Density, Setting, Step

__all__ = [
    "UNCLASSIFIED",
    "Alignment",
    "AnnotatedCells",
    "BarcodeKey",
    "Bias",
    "CarFrequency",
    "Cells",
    "Channel",
    "Classification",
    "Cleaned",
    "CleaningColumns",
    "CleaningSettings",
    "Clusters",
    "ControlCheck",
    "Counted",
    "Cut",
    "Debarcoded",
    "Definition",
    "Density",
    "DrawnGates",
    "Events",
    "Exploration",
    "Failure",
    "Frequency",
    "Gated",
    "Harmonisation",
    "LabelledCells",
    "Labelling",
    "Matched",
    "Metaclusters",
    "NormalisedValues",
    "Panel",
    "Plane",
    "Preparation",
    "Reference",
    "RuleBias",
    "Run",
    "SampleFile",
    "SelfOrganisingMap",
    "Setting",
    "Settings",
    "Spillover",
    "StateMarker",
    "Step",
    "Workers",
    "adjusted_rand_index",
    "annotated",
    "asinh",
    "batch_cuts",
    "car_frequency",
    "check_alignment",
    "clean",
    "code_table",
    "columns_from",
    "compensate",
    "contingency",
    "debarcode",
    "draft_panel",
    "estimate_spillover",
    "exploration_tables",
    "explore",
    "file_hash",
    "fit_alignment",
    "fit_clusters",
    "fit_map",
    "flowjo_populations",
    "frequencies",
    "from_annotated",
    "gate",
    "gatingml_populations",
    "harmonise",
    "label_cells",
    "label_samples",
    "match_panel",
    "metaclusters",
    "normalise",
    "optional",
    "panel_of",
    "pca_plane",
    "prepare",
    "read_annotated",
    "read_barcode_key",
    "read_definition",
    "read_fcs",
    "read_panel",
    "read_settings",
    "run_cytometry",
    "run_tables",
    "shipped_definition",
    "shipped_panel",
    "state_markers",
    "umap_plane",
    "write_annotated",
    "write_fcs",
    "write_labelled_fcs",
]
