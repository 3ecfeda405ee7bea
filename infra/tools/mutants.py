"""Changes a package in every way that a test should notice, by cargo-mutants; writes what came of it and fails when a change went unnoticed.

What isn't changed at all stands in `.cargo/mutants.toml`, each with its reason.
"""

import json
import subprocess
import sys
from pathlib import Path

OUTCOMES = ("caught", "missed", "timeout", "unviable")


def main(tool: str, package: str) -> int:
    output = Path("target/mutants")
    subprocess.run([tool, "mutants", "--package", package, "--no-shuffle", "--output", output, "--", "--lib"], check=False)
    outcomes = json.loads((output / "mutants.out/outcomes.json").read_text())
    missed = (output / "mutants.out/missed.txt").read_text().splitlines()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    proof = {"commit": commit, "package": package, "cargo_mutants": outcomes["cargo_mutants_version"], "mutants": outcomes["total_mutants"]}
    proof |= {outcome: outcomes[outcome] for outcome in OUTCOMES} | {"unnoticed": missed}
    page = Path("docs/proofs") / f"mutants-{package}.json"
    page.parent.mkdir(exist_ok=True)
    page.write_text(json.dumps(proof, indent=2) + "\n")
    print("\n".join([*missed, f"{len(missed)} of {outcomes['total_mutants']} changes went unnoticed: {page}"]))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
