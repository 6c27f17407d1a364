"""Re-derive reference values with other software where it is installed, and say what is absent.

Nothing of these programs is part of the project: they run beside it, and their numbers are compared.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def packages() -> dict[str, str]:
    """The R packages that vouch for our numbers, with their version, "" where absent."""
    asked = "for (p in c('survival', 'PKNCA', 'jsonlite')) cat(p, if (requireNamespace(p, quietly = TRUE)) as.character(packageVersion(p)) else '', '\\n')"
    lines = subprocess.run(
        ["Rscript", "-e", asked], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return {name: version for name, _, version in (line.strip().partition(" ") for line in lines)}


def run(script: str) -> dict[str, float]:
    """What an R script of this folder prints: one JSON object of named numbers."""
    done = subprocess.run(["Rscript", str(HERE / script)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def compare(title: str, theirs: dict[str, float], ours: dict[str, float], tolerance: float) -> bool:
    """Print each number that differs by more than the tolerance, relative."""
    wrong = {
        name: (value, ours[name])
        for name, value in theirs.items()
        if abs(value - ours[name]) > tolerance * max(abs(value), 1e-300)
    }
    for name, (value, own) in wrong.items():
        print(f"  {name}: {value!r} there, {own!r} here")
    print(f"{title}: {len(theirs) - len(wrong)} of {len(theirs)} numbers agree to {tolerance:g}")
    return not wrong


def asked_of_r() -> list[bool]:
    """Survival and kinetics by R packages, where they are here."""
    if shutil.which("Rscript") is None:
        print(
            "R is not installed here: survival and PKNCA were not asked. Their stored values are compared by make test."
        )
        return []
    here = packages()
    from tests.oracles import ours  # noqa: PLC0415 - after the check, so that its absence is said first

    agreed = []
    for package, script, numbers, tolerance in (
        ("survival", "survival.R", ours.survival, 1e-9),
        ("survival", "fine_gray.R", ours.fine_gray, 1e-9),
        ("PKNCA", "pknca.R", ours.kinetics, 1e-9),
    ):
        if not here.get(package) or not here.get("jsonlite"):
            print(f"{package} (or jsonlite) is not installed in R here: not asked.")
            continue
        agreed.append(compare(f"{package} {here[package]}", run(script), numbers(), tolerance))
    return agreed


CQL = ("@cqframework/cql@5.3.0", "cql-execution@3.3.2")


def asked_of_cql() -> list[bool]:
    """The rules on consolidative HCT by an engine for CQL, where npm is here; what it says is stored for make test."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print(
            "npm is not installed here: CQL was not asked. What it said is stored and compared by make test."
        )
        return []
    folder = HERE.parents[1] / "build" / "oracles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}", encoding="utf-8")
    subprocess.run(["npm", "install", "--silent", "--no-save", *CQL], cwd=folder, check=True)
    script = ["node", str(HERE / "cql.mjs"), str(folder), str(HERE / "hct_rules.cql")]
    theirs = json.loads(subprocess.run(script, capture_output=True, text=True, check=True).stdout)
    stored = json.loads((HERE.parent / "reference" / "hct_rules_by_cql.json").read_text(encoding="utf-8"))
    states = sum(len(rule["answers"]) for rule in stored.values())
    print(
        f"CQL ({', '.join(CQL)}): {states} states {'as stored' if theirs == stored else 'DIFFER from those stored'}"
    )
    return [theirs == stored]


def main() -> int:
    """Run every oracle that is here."""
    return 0 if all([*asked_of_r(), *asked_of_cql()]) else 1


if __name__ == "__main__":
    sys.exit(main())
