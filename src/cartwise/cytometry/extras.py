"""Libraries that are not installed with cartwise: imported when something needs them, or named where they are absent."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType

from cartwise.basis import UserError

EXTRAS = {"umap": "A UMAP is drawn by umap-learn", "anndata": "h5ad files are read and written by anndata"}
"""Module, which is also the name of its extra, and what it is needed for."""


def optional(name: str) -> ModuleType:
    """Import the library of an extra (`umap` or `anndata`).

    Raises:
        UserError: it is not installed; the message names the extra.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of the library that nothing here needs
            return import_module(name)
    except ImportError:
        raise UserError(
            f"{EXTRAS[name]}, which is not installed. Install it: pip install cartwise[{name}]"
        ) from None
