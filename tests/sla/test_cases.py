"""Working-time cases with known answers, most from other projects' own tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sla.__main__ import main
from sla.cases import check_case

FILE = Path(__file__).parent / "cases.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_engine_gives_the_known_answer(case: dict[str, Any]) -> None:
    outcome = check_case(case)
    assert outcome.agrees, str(outcome)


def written(tmp_path: Path, *cases: dict[str, Any]) -> str:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8")
    return str(path)


def test_a_file_that_agrees_says_how_many_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", str(FILE)]) == 0
    assert capsys.readouterr().out == "104 passed, 0 failed\n"


def test_a_case_that_differs_is_shown_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {**CASES[0], "expect": "2006-01-04T16:00:01+00:00"}
    assert main(["cases", written(tmp_path, wrong, CASES[1])]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "biz-01: expected 2006-01-04T16:00:01+00:00, got 2006-01-04T16:00:00+00:00",
        "1 passed, 1 failed",
    ]


def test_an_ambiguous_case_that_differs_is_shown_but_does_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**CASES[0], "expect": "2006-01-04T17:00:00+00:00", "ambiguous": True}
    assert main(["cases", written(tmp_path, other)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("biz-01: expected")
    assert shown[-1] == "1 passed, 0 failed"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "guess"}, "unknown kind guess"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2006-01-04T14:30:00"}, "no time zone"),
        ({"timezone": "Europe/Fjordvik"}, "finnes ikke"),
        ({"calendar": {"weekly": {"mon": [["25:00", "26:00"]]}}}, "klokkeslett"),
        ({"calendar": {"weekly": {}}}, "no open time"),
        ({"kind": "elapsed", "expect": 3}, "no end"),
    ],
)
def test_a_case_that_cannot_be_answered_fails_and_says_why(change: dict[str, Any], reason: str) -> None:
    outcome = check_case({**CASES[0], **change})
    assert outcome.fails
    assert reason in str(outcome)


def test_overrides_replace_the_windows_of_their_date_even_on_a_holiday() -> None:
    calendar = {
        "weekly": {"thu": [["08:00", "16:00"]], "fri": [["08:00", "16:00"]]},
        "holidays": ["2026-12-24", "2026-12-25"],
        "overrides": {"2026-12-24": [["08:00", "12:00"]]},
    }
    case = {
        "id": "eve",
        "kind": "elapsed",
        "timezone": "Europe/Oslo",
        "calendar": calendar,
        "start": "2026-12-24T00:00:00+01:00",
        "end": "2026-12-27T00:00:00+01:00",
        "expect": 240,
    }
    assert check_case(case).agrees


def test_a_pause_that_still_goes_on_leaves_no_due_instant() -> None:
    paused = next(case for case in CASES if case["kind"] == "pause")
    start, _ = paused["pauses"][0]
    assert check_case({**paused, "pauses": [[start, None]], "expect": None}).agrees


def test_a_file_that_cannot_be_read_is_not_a_passed_file(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("[", encoding="utf-8")
    for name in ("missing.json", "broken.json"):
        with pytest.raises(SystemExit, match="2"):
            main(["cases", str(tmp_path / name)])
