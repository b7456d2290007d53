"""The annual wheel: date rules in working days, and the lint of its text."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service_catalog.check import check
from service_catalog.load import read_catalogue
from service_catalog.schema import Catalogue
from service_catalog.wheel import occurrences, occurrences_due_in, working_day_of, working_days_before
from service_catalog.wheel_schema import Activity, Rule
from sla.load import SHIPPED, Sla

CATALOGUE = Path(SHIPPED).parent / "service_catalog"
FEW = settings(max_examples=25)


def office(sla: Sla, day: date) -> bool:
    return bool(sla.calendars["kontortid"].windows_on(day))


def test_first_working_day_of_may_is_never_labour_day(sla: Sla) -> None:
    for year in range(2024, 2031):
        found = working_day_of(year, 5, 1, lambda day: office(sla, day))
        assert found > date(year, 5, 1)
        assert found.weekday() < 5
    assert working_day_of(2026, 5, 1, lambda day: office(sla, day)) == date(2026, 5, 4)
    assert working_day_of(2026, 12, -1, lambda day: office(sla, day)) == date(2026, 12, 31)


def test_five_working_days_before_the_last_of_august(sla: Sla) -> None:
    assert working_days_before(date(2026, 8, 31), 5, lambda day: office(sla, day)) == date(2026, 8, 24)
    # Sunday 15 March: the working day before it.
    assert working_days_before(date(2026, 3, 15), 0, lambda day: office(sla, day)) == date(2026, 3, 13)


@FEW
@given(
    day=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    count=st.integers(0, 60),
    off=st.sets(st.integers(0, 6), max_size=5),
)
def test_counting_back_passes_exactly_so_many_working_days(day: date, count: int, off: set[int]) -> None:
    def works(each: date) -> bool:
        return each.weekday() not in off

    found = working_days_before(day, count, works)
    assert works(found)
    passed = [found + timedelta(days=n) for n in range((day - found).days + 1)]
    assert sum(map(works, passed)) == count + 1


@FEW
@given(
    year=st.integers(2020, 2035),
    number=st.integers(-15, 15).filter(bool),
    months=st.lists(st.integers(1, 12), min_size=1, max_size=12, unique=True),
    notice=st.integers(0, 120),
)
def test_every_month_named_has_one_and_it_opens_before_it_is_due(
    catalogue: Catalogue, sla: Sla, year: int, number: int, months: list[int], notice: int
) -> None:
    rule = Rule(months=tuple(months), working_day=number)
    activity = catalogue.wheel["ferielister"].model_copy(update={"due": (rule,), "notice": notice})
    found = occurrences(activity, year, lambda day: office(sla, day))
    assert [each.due_on.month for each in found] == sorted(months)
    assert len({each.name for each in found}) == len(months)
    assert all(each.opens_on <= each.due_on and office(sla, each.due_on) for each in found)


def test_what_is_counted_back_over_new_year_is_due_in_the_year_before(catalogue: Catalogue, sla: Sla) -> None:
    rule = Rule(date="01-05", working_days_before=5)
    activity = catalogue.wheel["ferielister"].model_copy(update={"due": (rule,)})
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    [found] = occurrences_due_in([activity], first, last, lambda day: office(sla, day))
    assert (found.due_on.year, found.name) == (2026, "2027-01-05")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"months": [5]},
        {"months": [13], "working_day": 1},
        {"months": [5], "working_day": 1, "date": "05-01"},
        {"date": "02-29"},
        {"date": "04-31"},
        {"date": "04-30", "working_day": 1},
        {"months": "every", "working_day": 1, "working_days_before": 2},
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(rule)


def test_a_municipality_has_a_year(catalogue: Catalogue) -> None:
    assert len(catalogue.wheel) >= 12
    laws = [each.basis for each in catalogue.wheel.values() if each.basis]
    assert all(basis.paragraph and basis.checked_on for basis in laws)
    assert "ferieloven" in next(b.paragraph for b in laws if "ferie" in b.paragraph)


def test_mistakes_are_told_with_file_and_line(catalogue: Catalogue, sla: Sla, tmp_path: Path) -> None:
    folder = copytree(CATALOGUE, tmp_path / "katalog", ignore=lambda _, names: {"__pycache__"} & set(names))
    file = folder / "wheel" / "sikkerhet.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("[{months: [3, 9], working_day: 15}]", "[{months: [4, 4], working_day: 15}]")
    text = text.replace("  role: area_leader\n", "  role: area_leader\n  areas: [hav]\n", 1)
    file.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    read, sources = read_catalogue(folder)
    found = {(problem.line, problem.message) for problem in check(read, sla, sources)}
    assert found == {
        (lines.index("  areas: [hav]") + 1, "området «hav» står ikke i municipality.yaml"),
        (
            lines.index("  due: [{months: [4, 4], working_day: 15}]") + 1,
            "to regler gir det samme, 2026-04",
        ),
    }


def test_a_catalogue_without_a_wheel_still_loads(catalogue: Catalogue) -> None:
    """As those that were published before there was one."""
    older = catalogue.model_dump(mode="json")
    del older["wheel"]
    assert Catalogue.model_validate(older, strict=False).wheel == {}
    assert isinstance(catalogue.wheel["ferielister"], Activity)
