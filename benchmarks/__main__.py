"""Run every benchmark of this folder, each under its heading. Times are printed, never asserted."""

from importlib import import_module
from pathlib import Path

for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
    print(f"\n== {path.stem} ==", flush=True)
    import_module(f"benchmarks.{path.stem}").main()
