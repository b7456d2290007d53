"""What is shown as counted adds up to what was counted, without a hole, and says why the rest was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sla.load import load_sla
from sla.reckoning import Stretch, Why, counted_in, lines_of

SLA = load_sla()
CALENDARS = {
    name: (source.pinned(range(2025, 2029)), source.pinned(range(2025, 2029)).compile())
    for name, source in SLA.calendars.items()
}
instants = st.integers(0, 700 * 86_400).map(
    lambda s: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(seconds=s)
)


@given(
    st.sampled_from(sorted(CALENDARS)),
    instants,
    st.lists(st.integers(0, 12 * 24 * 3600), min_size=1, max_size=5),
)
def test_the_lines_fill_the_time_and_add_up(name: str, start: datetime, lengths: list[int]) -> None:
    source, calendar = CALENDARS[name]
    at, stretches, worked = start, [], timedelta()
    for place, seconds in enumerate(lengths):
        end = at + timedelta(seconds=seconds)
        away = "requester" if place % 2 else None
        stretches.append(Stretch(at, end, away))
        worked += calendar.working_time(at, end) if away is None else timedelta()
        at = end
    lines = lines_of(stretches, calendar, source)
    assert counted_in(lines) == worked
    assert all(earlier.end == later.start for earlier, later in pairwise(lines))
    if lines:
        assert (lines[0].start, lines[-1].end) == (start, at)
    assert all((line.counted > timedelta()) == (line.why == (Why.OPEN,)) for line in lines)
    assert all(line.counted in (timedelta(), line.end - line.start) for line in lines)


def told(name: str, start: datetime, end: datetime) -> list[tuple[tuple[Why, ...], tuple[str, ...]]]:
    source, calendar = CALENDARS[name]
    return [(line.why, line.names) for line in lines_of([Stretch(start, end)], calendar, source)]


def test_nights_weekends_and_holidays_are_called_by_their_names() -> None:
    """From Wednesday 23 December 2026 to Monday the 28th: Christmas Eve is a short day, the two after are closed."""
    found = told("kontortid", datetime(2026, 12, 23, 14, tzinfo=UTC), datetime(2026, 12, 28, 8, tzinfo=UTC))
    assert found == [
        ((Why.OPEN,), ()),
        ((Why.NIGHT,), ()),
        ((Why.OPEN,), ()),
        ((Why.CLOSED, Why.WEEKEND), ("Første juledag", "Andre juledag")),
        ((Why.OPEN,), ()),
    ]


def test_a_break_in_the_middle_of_the_day_is_no_night() -> None:
    found = told("eiendom", datetime(2026, 11, 23, 7, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert [why for why, _ in found] == [(Why.OPEN,), (Why.BREAK,), (Why.OPEN,)]


def test_what_never_closes_has_only_open_time() -> None:
    found = told("vakt", datetime(2026, 12, 23, 14, tzinfo=UTC), datetime(2026, 12, 28, 8, tzinfo=UTC))
    assert found == [((Why.OPEN,), ())]
