"""Working-time cases with known answers, most from other projects' own tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        ({"kind": None}, "kind: "),
        ({"id": 7}, "id: "),
        ({"start": "yesterday"}, "start: write the instant"),
        ({"start": 1751360400}, "start: write the instant"),
        ({"start": "2006-01-04"}, "start: write the instant"),
        ({"start": "2006-01-04T14:30:00"}, "start: 2006-01-04T14:30:00 has no time zone"),
        ({"start": "2026-02-30T14:30:00+00:00"}, "start: "),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start: "),
        ({"timezone": "Europe/Fjordvik"}, "timezone: tidssonen «Europe/Fjordvik» finnes ikke"),
        ({"calendar": {"weekly": {"mon": [["25:00", "26:00"]]}}}, "klokkeslett"),
        (
            {"calendar": {"weekly": {"mon": ["08:00-16:00"]}}},
            "weekly.mon.0: write the window as [opens, closes]",
        ),
        ({"calendar": {"weekly": {"monday": [["08:00", "16:00"]]}}}, "weekly.monday"),
        ({"calendar": {"weekly": {}, "pauses": []}}, "calendar.pauses"),
        ({"calendar": {"weekly": {}, "holidays": ["2026-02-30"]}}, "2026-02-30"),
        ({"calendar": {"weekly": {}}}, "no open time"),
        ({"calendar": []}, "calendar: "),
        ({"kind": "elapsed", "expect": 3}, "elapsed needs end"),
        ({"kind": "pause"}, "pause needs pauses"),
        ({"kind": "add_days"}, "add_days needs target_days"),
        ({"kind": "threshold"}, "threshold needs percent"),
        (
            {"kind": "hold", "pauses": [["2006-01-04T14:30:00+00:00", None]]},
            "hold does not take target_minutes",
        ),
        ({"pauses": [["2006-01-04T14:30:00+00:00", None]]}, "add does not take pauses"),
        ({"puases": []}, "unknown key puases; is pauses meant?"),
        ({"target_minutes": -5}, "negative"),
        ({"target_minutes": "90"}, "target_minutes: write the amount as a number"),
        ({"target_minutes": 1e300}, "too large"),
        ({"target_minutes": 1e9}, "calendars reach from 1900 to 2200"),
        ({"expect": True}, "expect"),
        ({"expect": 1e300}, "too large"),
    ],
)
def test_a_case_that_cannot_be_answered_fails_and_says_why_on_one_line(
    change: dict[str, Any], reason: str
) -> None:
    outcome = check_case({**CASES[0], **change})
    assert outcome.fails
    assert reason in str(outcome)
    assert len(str(outcome).splitlines()) == 1


@pytest.mark.parametrize("written", [None, 7, "biz-01", [], {}])
def test_what_is_no_case_fails_under_its_place_in_the_file(written: object) -> None:
    outcome = check_case(written, 3)
    assert outcome.fails
    assert outcome.id == "case 3"


KEYS = st.sampled_from(sorted({key for case in CASES for key in case}))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CASES), st.dictionaries(KEYS, ANY_JSON, max_size=3))
def test_whatever_stands_in_a_case_is_answered_with_an_outcome(
    case: dict[str, Any], change: dict[str, Any]
) -> None:
    assert str(check_case({**case, **change}))


def test_a_time_that_is_zero_is_the_next_opening_or_the_last_closing() -> None:
    zero = {**CASES[0], "start": "2006-01-04T20:00:00+00:00", "target_minutes": 0}
    assert check_case({**zero, "expect": "2006-01-05T10:00:00+00:00"}).agrees
    assert check_case({**zero, "kind": "before", "expect": "2006-01-04T17:00:00+00:00"}).agrees


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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"[", "Expecting value"),
        (b"", "Expecting value"),
        (b"{}", "it is not a list of cases"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"id": "a", "id": "b"}]', "\u00abid\u00bb stands twice"),
        ("[«]".encode("latin-1"), "utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_a_passed_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes, reason: str
) -> None:
    (tmp_path / "broken.json").write_bytes(text)
    for name in ("missing.json", "broken.json"):
        with pytest.raises(SystemExit, match="2"):
            main(["cases", str(tmp_path / name)])
    assert reason in capsys.readouterr().err


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "cases.json").write_text(json.dumps(CASES[:1]), encoding="utf-8-sig")
    assert main(["cases", str(tmp_path / "cases.json")]) == 0
