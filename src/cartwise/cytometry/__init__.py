"""Mass cytometry: from raw files to counted populations; files and arrays in, results out, no patients."""

from cartwise.cytometry.batch import Alignment, ControlCheck, check_alignment, fit_alignment
from cartwise.cytometry.bead_normalisation import NormalisedValues, normalise
from cartwise.cytometry.bias import Bias, RuleBias
from cartwise.cytometry.car_gate import CarFrequency, car_frequency
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
from cartwise.cytometry.fcs_reading import file_hash, read_fcs
from cartwise.cytometry.fcs_writing import write_fcs
from cartwise.cytometry.flowjo import DrawnGates, flowjo_populations, gatingml_populations
from cartwise.cytometry.frequencies import Frequency, frequencies
from cartwise.cytometry.gates import Gated, batch_cuts, gate
from cartwise.cytometry.harmonisation import Harmonisation, harmonise
from cartwise.cytometry.panel import Channel, Panel
from cartwise.cytometry.panel_drafting import draft_panel
from cartwise.cytometry.panel_matching import Matched, match_panel
from cartwise.cytometry.panel_reading import read_panel, shipped_panel
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.run_tables import run_tables
from cartwise.cytometry.running import Failure, Run, Workers, run_cytometry
from cartwise.cytometry.sample import SampleFile, prepare
from cartwise.cytometry.settings import Settings, read_settings
from cartwise.cytometry.spillover import Spillover, compensate, estimate_spillover
from cartwise.cytometry.state_markers import StateMarker, state_markers
from cartwise.cytometry.step import Density, Setting, Step

__all__ = [
    "UNCLASSIFIED",
    "Alignment",
    "BarcodeKey",
    "Bias",
    "CarFrequency",
    "Cells",
    "Channel",
    "Classification",
    "Cleaned",
    "CleaningColumns",
    "CleaningSettings",
    "ControlCheck",
    "Counted",
    "Cut",
    "Debarcoded",
    "Definition",
    "Density",
    "DrawnGates",
    "Events",
    "Failure",
    "Frequency",
    "Gated",
    "Harmonisation",
    "Matched",
    "NormalisedValues",
    "Panel",
    "Reference",
    "RuleBias",
    "Run",
    "SampleFile",
    "Setting",
    "Settings",
    "Spillover",
    "StateMarker",
    "Step",
    "Workers",
    "asinh",
    "batch_cuts",
    "car_frequency",
    "check_alignment",
    "clean",
    "columns_from",
    "compensate",
    "debarcode",
    "draft_panel",
    "estimate_spillover",
    "file_hash",
    "fit_alignment",
    "flowjo_populations",
    "frequencies",
    "gate",
    "gatingml_populations",
    "harmonise",
    "match_panel",
    "normalise",
    "prepare",
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
    "write_fcs",
]
