"""`python -m sla cases FILE` and `python -m sla proof N`: is the engine right?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sla.cases import check_cases, read_cases
from sla.proof.run import prove_all


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sla", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    cases = commands.add_parser("cases", help="compute the cases in FILE and show those that differ")
    cases.add_argument("file", type=Path, metavar="FILE")
    proof = commands.add_parser("proof", help="compare N random histories with counting minutes")
    proof.add_argument("histories", type=_above_zero, metavar="N")
    proof.add_argument("--seed", type=int, default=2024, help="another seed gives other histories")
    asked = parser.parse_args(arguments)
    if asked.command == "proof":
        return prove_all(asked.histories, asked.seed)
    try:
        return _check(asked.file)
    except (OSError, ValueError) as error:
        parser.error(f"cannot read {asked.file}: {error}")


def _check(file: Path) -> int:
    """Show the cases that differ, count them all, and say 1 when one failed."""
    passed = failed = 0
    for outcome in check_cases(read_cases(file)):
        if not outcome.agrees:
            print(outcome)
        passed, failed = passed + (not outcome.fails), failed + outcome.fails
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _above_zero(written: str) -> int:
    if not written.isdecimal() or int(written) == 0:
        raise argparse.ArgumentTypeError(f"{written} is not a number above zero")
    return int(written)


if __name__ == "__main__":
    sys.exit(main())
