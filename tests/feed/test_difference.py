"""Told − known: joiners, movers, leavers, also to come, corrected and withdrawn; told again, nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.feed.difference import (
    Change,
    Corrected,
    EndSet,
    Joined,
    Known,
    LeavesSet,
    Moved,
    Told,
    Withdrawn,
    differences,
    without_a_job_after,
)
from app.people.engaging import DAY, Content, Span

TODAY = date(2026, 11, 22)
SCHOOL = Content(1, "fast", "7962", "Adjunkt", Decimal(100))
OFFICE = replace(SCHOOL, org_unit_id=2, position_code="7531", title="Rådgiver")
SINCE = date(2024, 8, 1)
NEXT_YEAR = date(2027, 1, 1)


def known(content: Content, starts_on: date, ends_on: date | None = None, key: str = "hr:1/1") -> Known:
    return Known(1, key, content, Span(starts_on, ends_on))


def told(content: Content, starts_on: date, ends_on: date | None = None, key: str = "hr:1/1") -> Told:
    return Told(key, content, Span(starts_on, ends_on))


def test_somebody_new_joins_now_or_later() -> None:
    for starts_on in (SINCE, TODAY, NEXT_YEAR):
        assert differences([], [told(SCHOOL, starts_on)], TODAY) == (Joined(told(SCHOOL, starts_on)),)


def test_another_place_is_a_move_from_the_day_we_are_told() -> None:
    here = known(SCHOOL, SINCE)
    assert differences([here], [told(OFFICE, SINCE)], TODAY) == (Moved(here, told(OFFICE, TODAY)),)


def test_a_move_may_be_told_beforehand_and_taken_back() -> None:
    here = known(SCHOOL, SINCE)
    lines = [told(SCHOOL, SINCE, NEXT_YEAR - DAY), told(OFFICE, NEXT_YEAR)]
    assert differences([here], lines, TODAY) == (Moved(here, told(OFFICE, NEXT_YEAR)),)
    moved = [known(SCHOOL, SINCE, NEXT_YEAR - DAY), replace(known(OFFICE, NEXT_YEAR), id=2)]
    assert differences(moved, [told(SCHOOL, SINCE)], TODAY) == (EndSet(moved[0], None), Withdrawn(moved[1]))


def test_another_title_was_so_all_the_time() -> None:
    here, lektor = known(SCHOOL, SINCE), replace(SCHOOL, title="Lektor")
    assert differences([here], [told(lektor, SINCE)], TODAY) == (Corrected(here, lektor, Span(SINCE)),)


def test_a_last_day_ends_it_and_none_lets_it_go_on() -> None:
    here = known(SCHOOL, SINCE)
    assert differences([here], [told(SCHOOL, SINCE, NEXT_YEAR)], TODAY) == (EndSet(here, NEXT_YEAR),)
    ending = known(SCHOOL, SINCE, NEXT_YEAR)
    assert differences([ending], [told(SCHOOL, SINCE)], TODAY) == (EndSet(ending, None),)


def test_what_the_source_forgets_ends_today_and_what_has_not_begun_is_withdrawn() -> None:
    here, ahead = known(SCHOOL, SINCE), known(OFFICE, NEXT_YEAR, key="hr:1/2")
    assert differences([here, ahead], [], TODAY) == (EndSet(here, TODAY), Withdrawn(ahead))
    over = known(SCHOOL, SINCE, TODAY - DAY)
    assert differences([over], [], TODAY) == ()


def test_nothing_is_concluded_from_lines_that_cannot_be_read() -> None:
    assert differences([known(SCHOOL, SINCE)], [], TODAY, unreadable={"hr:1/1"}) == ()


def test_a_start_that_is_moved_is_a_correction() -> None:
    ahead = known(SCHOOL, NEXT_YEAR)
    later = NEXT_YEAR + timedelta(days=31)
    assert differences([ahead], [told(SCHOOL, later)], TODAY) == (Corrected(ahead, SCHOOL, Span(later)),)


def test_whoever_comes_back_after_a_while_joins_anew() -> None:
    before = known(SCHOOL, SINCE, date(2025, 6, 20))
    assert differences([before], [told(SCHOOL, TODAY)], TODAY) == (Joined(told(SCHOOL, TODAY)),)


def test_leave_is_a_state_and_no_end() -> None:
    here, leave = known(SCHOOL, SINCE), Span(TODAY, NEXT_YEAR)
    on_leave = replace(told(SCHOOL, SINCE), leaves=(leave,))
    changes = differences([here], [on_leave], TODAY)
    assert changes == (LeavesSet(here, (leave,)),)
    assert not without_a_job_after([here], changes, TODAY)


# Property: whatever is told, told once more it changes nothing, and what is in force is what was told.

DAYS = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
CONTENTS = st.builds(
    Content,
    st.integers(1, 3),
    st.just("fast"),
    st.sampled_from(["7962", "7531"]),
    st.sampled_from(["Adjunkt", "Lektor"]),
    st.just(Decimal(100)),
)


@st.composite
def statements(draw: st.DrawFn) -> tuple[Told, ...]:
    """Lines of one or two jobs, each job's one after the other, as `rows.periods` hands them on."""
    found: list[Told] = []
    for key in draw(st.sets(st.sampled_from(["hr:1/1", "hr:1/2"]), max_size=2)):
        starts = sorted(draw(st.sets(DAYS, min_size=1, max_size=3)))
        for place, starts_on in enumerate(starts):
            most = starts[place + 1] - DAY if place + 1 < len(starts) else None
            length = draw(st.none() | st.integers(0, 60))
            ends_on = most if length is None else starts_on + timedelta(days=length)
            ends_on = min(ends_on, most) if ends_on and most else ends_on
            found.append(Told(key, draw(CONTENTS), Span(starts_on, ends_on)))
    return tuple(found)


def after(known: tuple[Known, ...], changes: tuple[Change, ...]) -> tuple[Known, ...]:
    """As `applying` leaves the rows."""
    rows = {each.id: each for each in known}

    def add(new: Told) -> None:
        rows[max(rows, default=0) + 1] = Known(max(rows, default=0) + 1, new.key, new.content, new.span)

    for change in changes:
        match change:
            case Joined(new):
                add(new)
            case Moved(before, new):
                old = rows[before.id]
                if old.span.ends_on is None or old.span.ends_on >= new.span.starts_on:
                    rows[before.id] = replace(old, span=Span(old.span.starts_on, new.span.starts_on - DAY))
                add(new)
            case Corrected(before, content, span):
                rows[before.id] = replace(rows[before.id], content=content, span=span)
            case EndSet(before, ends_on):
                rows[before.id] = replace(rows[before.id], span=Span(before.span.starts_on, ends_on))
            case Withdrawn(before):
                del rows[before.id]
            case LeavesSet():
                pass
    return tuple(rows.values())


def in_force(periods: tuple[Known, ...] | tuple[Told, ...], on: date) -> set[tuple[str, int, str]]:
    return {
        (each.key, each.content.org_unit_id, each.content.title)
        for each in periods
        if each.span.starts_on <= on and (each.span.ends_on is None or each.span.ends_on >= on)
    }


@settings(max_examples=100)
@given(st.lists(statements(), min_size=1, max_size=4))
def test_told_again_it_changes_nothing_and_tomorrow_is_as_was_told(said: list[tuple[Told, ...]]) -> None:
    rows: tuple[Known, ...] = ()
    for statement in said:
        rows = after(rows, differences(rows, statement, TODAY))
        assert differences(rows, statement, TODAY) == ()
        for days in (1, 20, 50):
            day = TODAY + timedelta(days=days)
            # A source that tells only what is to come has not said that it is over till then.
            silent = {each.key for each in statement} - {
                each.key for each in statement if each.span.starts_on <= day
            }
            ours = {each for each in in_force(rows, day) if each[0] not in silent}
            assert ours == in_force(statement, day)
        assert all(each.span.ends_on is None or each.span.ends_on >= each.span.starts_on for each in rows)
