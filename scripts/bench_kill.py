"""kill -9 at many random moments of running sessions, and whether anything was lost.

Run from the repository's root: python -m scripts.bench_kill [--kills 500] [--real 20] [--forget 50] [--seed 1].
Exit status 1 where anything was lost or was not as it must be.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (("kills", 500), ("real", 20), ("forget", 50), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    wanted = parser.parse_args()
    options = [part for name, number in vars(wanted).items() for part in (f"--{name}", str(number))]
    command = [sys.executable, "-m", "tests.killing", *options]
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    for name, value in report.items():
        if name not in ("wrong", "at"):
            print(f"{name.replace('_', ' '):18} {value}")
    print("killed while at    " + ", ".join(f"{place} {count}" for place, count in sorted(report["at"].items())))
    for finding in report["wrong"]:
        print(f"WRONG: {finding}")
    return 1 if report["lost"] or report["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
