"""`python -m sla cases FILE`: the engine against working-time cases with known answers."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path

from sla.cases import check_cases


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sla")
    commands = parser.add_subparsers(dest="command", required=True)
    cases = commands.add_parser("cases", help="compute the cases in FILE and show those that differ")
    cases.add_argument("file", type=Path, metavar="FILE")
    path = parser.parse_args(arguments).file
    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        parser.error(f"cannot read {path}: {error}")
    if not isinstance(found, list):
        parser.error(f"{path} is not a list of cases")
    passed = failed = 0
    for outcome in check_cases(found):
        if not outcome.agrees:
            print(outcome)
        if outcome.fails:
            failed += 1
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
