"""The demo, run where no extra is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pyarrow", "dask", "distributed", "flowkit", "anndata", "umap", "docx"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
sys.argv = ["cartwise", "demo", "--out", sys.argv[1]]
from cartwise.cli import main
main()
"""


def test_the_demo_needs_no_extra(tmp_path: Path) -> None:
    call = [sys.executable, "-c", BLOCKED, str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report" / "index.html").is_file()
    assert "no patient is real" in done.stdout
