"""What make check asks of the code, asked by make test as well, so that main stays releasable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "docs are fresh": ["docs.generate", "--check"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_check(name: str) -> None:
    module, *arguments = CHECKS[name]
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
