"""The command line: it parses, calls and shows."""

from cartwise.cli.entry import main

__all__ = ["main"]
