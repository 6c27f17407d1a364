"""Invented studies: small worlds with a known truth, made by mechanism and observed as a clinic observes."""

from cartwise.invention.cytometry_events import InventedEvents, draw_events
from cartwise.invention.cytometry_samples import CytometrySample, plan_cytometry, with_cytometry
from cartwise.invention.cytometry_truth import event_labels, true_frequencies
from cartwise.invention.parameters import designs
from cartwise.invention.study import DEMO_SEED, NOTE, Invention, invent

__all__ = [
    "DEMO_SEED",
    "NOTE",
    "CytometrySample",
    "InventedEvents",
    "Invention",
    "designs",
    "draw_events",
    "event_labels",
    "invent",
    "plan_cytometry",
    "true_frequencies",
    "with_cytometry",
]
