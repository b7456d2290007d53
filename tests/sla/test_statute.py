"""Legal deadlines: calendar days from a date, whatever the calendar of the house says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_catalog.load import load_catalogue
from sla.load import load_sla
from sla.statute import Deadline, LegalDates

SLA = load_sla()
CONTRACT, CONTENT, CHANGE = (SLA.statutes[name] for name in ("aml-14-5", "aml-14-6", "aml-14-8"))
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("ends_on", "last"),
    [
        (None, "2026-12-08"),
        ("2027-01-01", "2026-12-08"),
        ("2026-12-31", "2026-12-01"),
        ("2026-12-02", "2026-12-01"),
    ],
)
def test_a_contract_is_due_within_seven_days_and_at_once_for_a_month_or_less(
    ends_on: str | None, last: str
) -> None:
    """Source: aml. § 14-5 second and third paragraph. 1 to 31 December is one month and no more."""
    dates = LegalDates(date(2026, 12, 1), date.fromisoformat(ends_on) if ends_on else None)
    assert CONTRACT.last_day(dates) == date.fromisoformat(last)


@given(days)
def test_seven_days_are_seven_days_over_weekends_holidays_and_clock_changes(start: date) -> None:
    due = CONTRACT.due_at(LegalDates(start))
    assert CONTRACT.last_day(LegalDates(start)) == start + timedelta(days=7)
    assert due + timedelta(microseconds=1) <= datetime.combine(start, datetime.min.time(), UTC) + timedelta(
        days=8
    )


@given(days)
def test_a_change_is_due_the_day_it_takes_effect(start: date) -> None:
    """Source: aml. § 14-8."""
    assert CHANGE.last_day(LegalDates(start)) == start


@pytest.mark.parametrize(
    ("service", "answers", "law"),
    [
        ("arbeidsavtale", {"why": "new", "from_date": "2026-12-01"}, "aml-14-5"),
        ("arbeidsavtale", {"why": "extend", "from_date": "2026-12-01", "to_date": "2027-06-30"}, "aml-14-8"),
        ("arbeidsavtale", {"why": "wrong", "from_date": "2026-12-01"}, None),
        ("arbeidsavtale", {"why": "new"}, None),
        ("endring-i-stilling", {"what": ["percent"], "from_date": "2026-12-01"}, "aml-14-8"),
        ("permisjon", {"from_date": "2026-12-01"}, None),
    ],
)
def test_the_law_follows_the_service_and_its_answers(
    service: str, answers: dict[str, object], law: str | None
) -> None:
    follows = [name for name, statute in SLA.statutes.items() if statute.dates_of(service, answers)]
    assert follows == ([law] if law else [])


def test_a_short_temporary_job_is_found_in_the_form() -> None:
    answers = {"why": "new", "from_date": "2026-12-01", "temporary_until": "2026-12-20"}
    dates = CONTRACT.dates_of("arbeidsavtale", answers)
    assert dates is not None
    assert CONTRACT.last_day(dates) == date(2026, 12, 1)


def test_what_the_contract_must_contain_is_asked_for_where_the_form_says_so() -> None:
    form = load_catalogue().services["arbeidsavtale"].form
    asked = {field.key for field in form.fields}
    assert [each.letter for each in CONTENT.contents] == list("abcdefghijklmnop")
    assert {each.field for each in CONTENT.contents} - {None} <= asked


@given(st.integers(0, 10**9), st.integers(-30, 90))
def test_every_step_of_a_deadline_comes_after_it_began(second: int, days_ahead: int) -> None:
    """Also of one that was past from the start: it is decided, and not forgotten."""
    begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    deadline = Deadline(begun, begun + timedelta(days=days_ahead))
    steps = [deadline.warns_at(percent) for percent in (50, 75, 100)]
    assert begun < steps[0] <= steps[1] <= steps[2]
    if days_ahead > 0:
        assert steps[2] == deadline.due_at()
