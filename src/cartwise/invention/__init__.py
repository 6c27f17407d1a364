"""Invented studies: small worlds with a known truth, made by mechanism and observed as a clinic observes."""

from cartwise.invention.parameters import designs
from cartwise.invention.study import DEMO_SEED, NOTE, Invention, invent

__all__ = ["DEMO_SEED", "NOTE", "Invention", "designs", "invent"]
