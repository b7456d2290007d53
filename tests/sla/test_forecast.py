"""How long it takes: the estimate against a naive one, and forecasts that never look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.backtest import backtest
from sla.calendar import WorkingCalendar
from sla.experience import IN_QUEUE, WINDOW, Ended, Experience, Fact, Opened, groups_of
from sla.forecast import (
    FEWEST_AS_OLD,
    FEWEST_FINISHED,
    LEVELS,
    Basis,
    Curve,
    curve_of,
    forecast,
    plan_by,
    scale_of,
)
from tests.sla.written import WORKDAYS, calendar, every_day

MONDAY = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = calendar(weekly={day: ["08:00-15:45"] for day in WORKDAYS}).compile()
ALWAYS = every_day("00:00-24:00").compile()
TIMES = st.lists(st.integers(1, 60).map(float), max_size=60)


def kaplan_meier(finished: Sequence[float], open_still: Sequence[float]) -> list[tuple[float, float]]:
    """(time, share open after it), as the textbook multiplies it, time for time."""
    share, steps = 1.0, []
    for time in sorted(set(finished)):
        at_risk = sum(t >= time for t in finished) + sum(t >= time for t in open_still)
        share *= 1 - finished.count(time) / at_risk
        steps.append((time, share))
    return steps


@given(TIMES, TIMES)
def test_the_estimate_is_kaplan_and_meier_s(finished: list[float], open_still: list[float]) -> None:
    naive = kaplan_meier(finished, open_still)
    expected = [next((time for time, share in naive if share <= level + 1e-9), None) for level in LEVELS]
    curve = curve_of(finished, open_still)
    assert list(curve.times) == [time for time in expected if time is not None]


@given(TIMES.filter(bool), st.sampled_from([0.5, 0.9]))
def test_when_all_are_finished_it_is_the_empirical_quantile(finished: list[float], share: float) -> None:
    place = ceil(share * len(finished) - 1e-9)
    assert curve_of(finished, []).quantile(share) == sorted(finished)[place - 1]


@given(TIMES, TIMES, st.floats(0, 70), st.floats(0, 70))
def test_more_time_used_never_promises_an_earlier_end(
    finished: list[float], open_still: list[float], one: float, other: float
) -> None:
    curve = curve_of(finished, open_still)
    shorter, longer = sorted((one, other))
    for share in (0.5, 0.9):
        early, late = curve.quantile(share, used=shorter), curve.quantile(share, used=longer)
        assert early is None or early >= shorter
        assert early is None or late is None or early <= late
    half, nine = curve.quantile(0.5, used=shorter), curve.quantile(0.9, used=shorter)
    assert half is None or nine is None or half <= nine


@given(TIMES.filter(bool), st.integers(0, 40), st.sampled_from([0.5, 0.9]))
def test_those_that_are_open_longest_only_make_it_later(
    finished: list[float], more: int, share: float
) -> None:
    without = curve_of(finished, []).quantile(share)
    among = curve_of(finished, [max(finished)] * more).quantile(share)
    assert without is not None
    assert among is None or among >= without


def test_with_too_many_open_the_end_of_the_curve_is_not_known() -> None:
    curve = curve_of([float(n) for n in range(1, 81)], [80.0] * 20)
    assert curve.quantile(0.5) == 50
    assert curve.quantile(0.9) is None


def test_a_ticket_is_compared_with_those_that_took_as_long() -> None:
    curve = curve_of([float(n) for n in range(1, 101)], [])
    assert curve.quantile(0.5, used=50) == 75
    assert curve.quantile(0.9, used=50) == 95
    assert curve.quantile(0.5, used=100 - FEWEST_AS_OLD + 1.0) is None


def one_curve(finished: int) -> Curve:
    return curve_of([n / finished for n in range(1, finished + 1)], [])


def test_the_narrowest_group_with_enough_tickets_is_asked() -> None:
    few, many = one_curve(FEWEST_FINISHED - 1), one_curve(FEWEST_FINISHED)
    found = forecast([(Basis.SERVICE_AND_PRIORITY, few), (Basis.SERVICE, many)], scale=HOUR)
    assert found is not None
    assert (found.basis, found.sample) == (Basis.SERVICE, FEWEST_FINISHED)
    assert found.median == HOUR / 2
    assert forecast([(Basis.SERVICE_AND_PRIORITY, few)], scale=HOUR) is None
    assert forecast([], scale=HOUR) is None


def test_four_times_the_queue_is_about_twice_the_time() -> None:
    assert scale_of(HOUR, 395) == 2 * scale_of(HOUR, 95)


@pytest.mark.parametrize(
    ("at", "planned"),
    [
        ("2026-01-08T10:40:00+01:00", "2026-01-08T11:00:00+01:00"),
        ("2026-01-08T11:00:00+01:00", "2026-01-08T11:00:00+01:00"),
        ("2026-01-08T15:10:00+01:00", "2026-01-08T15:30:00+01:00"),
        ("2026-01-08T15:31:00+01:00", "2026-01-09T08:00:00+01:00"),
        ("2026-01-09T15:40:00+01:00", "2026-01-12T08:00:00+01:00"),
    ],
)
def test_a_time_one_can_plan_by_is_a_whole_or_half_hour_at_work(at: str, planned: str) -> None:
    assert plan_by(datetime.fromisoformat(at), OFFICE) == datetime.fromisoformat(planned)


@given(st.integers(0, 366 * 24 * 3600))
def test_it_is_never_earlier_and_never_changes_when_planned_again(seconds: int) -> None:
    at = MONDAY + timedelta(seconds=seconds)
    planned = plan_by(at, OFFICE)
    assert planned >= at
    assert plan_by(planned, OFFICE) == planned
    assert planned.minute in (0, 30)
    assert planned.second == planned.microsecond == 0


def opened(ticket: int, at: datetime, calendar: WorkingCalendar = ALWAYS, unit: str = "it") -> Opened:
    return Opened(ticket, at, "pc", "normal", unit, "it-brukerstotte", 10 * HOUR, calendar)


def history(seed: int, tickets: int = 300, every: timedelta = 2 * HOUR) -> list[Fact]:
    """Tickets that take about ten hours; some are withdrawn, some never end."""
    random = Random(seed)
    facts: list[Fact] = []
    for ticket in range(tickets):
        at = MONDAY + every * ticket
        facts.append(opened(ticket, at))
        took = HOUR * random.lognormvariate(2.3, 0.7)
        if random.random() < 0.95:
            facts.append(Ended(ticket, at + took, finished=random.random() < 0.97))
    return sorted(facts, key=lambda fact: fact.at)


NARROWEST = groups_of("pc", "normal", "it", "it-brukerstotte")[0]


@given(st.integers(0, 500), st.integers(1, 1000))
def test_changing_the_future_changes_no_forecast(known: int, other_future: int) -> None:
    facts = history(1)
    now = facts[known].at
    past = [fact for fact in facts if fact.at <= now]
    futures = (
        [fact for fact in facts if fact.at > now],
        [
            Ended(fact.ticket, now + HOUR * other_future, finished=True)
            for fact in past
            if isinstance(fact, Opened)
        ],
    )
    seen = []
    for future in futures:
        experience = Experience()
        for fact in (*past, *future):
            if fact.at <= now:
                experience.learn(fact)
        experience.pass_time(now)
        seen.append((experience.curve(NARROWEST), experience.queues()))
    assert seen[0] == seen[1]


def test_promises_of_a_backtest_do_not_know_what_comes_after_them() -> None:
    """The same tickets until a day, then two different worlds: every promise whose instant lies before it is the same."""
    facts = history(2, tickets=2000)
    parting = MONDAY + timedelta(days=130)
    before = [fact for fact in facts if fact.at < parting]
    slower = [
        Ended(fact.ticket, fact.at + 9 * HOUR, fact.finished) if isinstance(fact, Ended) else fact
        for fact in facts
        if fact.at >= parting
    ]
    one = backtest(facts, until=parting)
    other = backtest(sorted([*before, *slower], key=lambda fact: fact.at), until=parting)
    assert one.overall == other.overall
    assert one.overall.nines > 100


def test_a_fact_from_before_what_is_known_is_refused() -> None:
    experience = Experience()
    experience.learn(opened(1, MONDAY))
    with pytest.raises(ValueError, match="before"):
        experience.learn(opened(2, MONDAY - HOUR))


def test_the_queue_is_a_unit_s_newer_open_tickets() -> None:
    experience = Experience()
    for fact in (
        opened(1, MONDAY),
        opened(2, MONDAY + HOUR),
        opened(3, MONDAY + HOUR, unit="hr"),
        Ended(2, MONDAY + 2 * HOUR, finished=True),
    ):
        experience.learn(fact)
    assert experience.queues() == {"it": 1, "hr": 1}
    experience.pass_time(MONDAY + IN_QUEUE)
    assert experience.queues() == {"hr": 1}
    experience.learn(Ended(1, MONDAY + IN_QUEUE + HOUR, finished=True))
    assert experience.queue("it") == 0


def test_what_is_older_than_the_window_is_forgotten() -> None:
    experience = Experience()
    for fact in history(3):
        experience.learn(fact)
    assert experience.now is not None
    experience.pass_time(experience.now + WINDOW)
    assert experience.curve(NARROWEST) == Curve((), 0, 0)
    assert experience.queues() == {}
    assert list(experience.groups()) == []


def test_a_ticket_that_was_reopened_was_finished_the_first_time() -> None:
    experience = Experience()
    for fact in (opened(1, MONDAY), Ended(1, MONDAY + HOUR, True), Ended(1, MONDAY + 9 * HOUR, True)):
        experience.learn(fact)
    curve = experience.curve(NARROWEST)
    assert (curve.finished, curve.open) == (1, 0)
    assert set(curve.times) == {HOUR / scale_of(10 * HOUR, 0)}


def test_promises_hold_as_often_as_they_say() -> None:
    """Nothing but chance in this history, so the shares are close to what was promised."""
    facts = history(4, tickets=4000, every=timedelta(minutes=90))
    result = backtest(facts, until=facts[-1].at)
    for score in (result.overall, result.halfway, result.by_service["pc"]):
        assert 0.45 <= score.median_share <= 0.55
        assert 0.87 <= score.nine_share <= 0.93
    assert result.by_basis[Basis.SERVICE_AND_PRIORITY] >= result.overall.nines


def test_before_there_is_enough_to_go_by_nothing_is_promised() -> None:
    facts = history(5, tickets=60, every=timedelta(hours=100))
    result = backtest(facts, until=facts[-1].at + WINDOW)
    assert result.overall.nines == 0
    assert result.silent > 0


def test_a_promise_that_runs_out_on_an_open_ticket_is_broken_and_one_withdrawn_first_is_neither() -> None:
    taught = history(6, tickets=1200)
    after = MONDAY + WINDOW + timedelta(days=10, hours=1)
    tried: list[Fact] = [
        opened(9001, after),
        opened(9002, after),
        Ended(9002, after + timedelta(minutes=1), finished=False),
    ]
    before = [fact for fact in taught if fact.at < after]
    alone = backtest(before, until=after + timedelta(days=60)).overall
    both = backtest([*before, *tried], until=after + timedelta(days=60)).overall
    assert (both.medians, both.nines) == (alone.medians + 1, alone.nines + 1)
    assert (both.medians_held, both.nines_held) == (alone.medians_held, alone.nines_held)
