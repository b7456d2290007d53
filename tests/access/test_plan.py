"""Desired − actual = plan: rules of the plan over any jobs, grants and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.access.desired import Job, given_by
from app.access.plan import AHEAD, Held, Line, Origin, Person, Reason, Standing, State, Why, plan
from service_catalog.access_schema import Access, Entitlement, How, Prerequisite, Profile, Risk
from service_catalog.values import Prose, Text

ON = date(2026, 11, 22)
DAY = timedelta(days=1)
TEACHER, NURSE, LEADER = "7962", "7174", "9451"


def text(word: str) -> Text:
    return Text(nb=word, nn=word, en=word)


def entitlement(key: str, **more: object) -> Entitlement:
    plain = {"key": key, "system": "s", "title": text(key), "gives": Prose(nb=key), "grace_days": 10}
    return Entitlement.model_validate(plain | {"risk": Risk.LOW, "how": How.MANUAL} | more)


def profile(key: str, gives: tuple[str, ...], **fits: object) -> Profile:
    return Profile.model_validate({"key": key, "title": text(key), "gives": gives} | fits)


ENTITLEMENTS = (
    entitlement("account", grace_days=0),
    entitlement("school", requires=[Prerequisite.POLITIATTEST]),
    entitlement("record", requires=[Prerequisite.HPR], life_and_health=True, max_days=100),
    entitlement("vpn", max_days=100),
    entitlement("pay", conflicts=["approve"]),
    entitlement("approve"),
    entitlement("ledger", paused_on_leave=True),
)
PROFILES = (
    profile("everybody", ("account",), kinds=("fast",)),
    profile("teacher", ("school", "vpn"), codes=(TEACHER,), functions=("202",)),
    profile("nurse", ("record",), codes=(NURSE,), places=("health",)),
    profile("leader", ("approve", "vpn", "ledger"), codes=(LEADER,)),
)
ACCESS = Access(
    entitlements={each.key: each for each in ENTITLEMENTS}, profiles={each.key: each for each in PROFILES}
)
PAPERS = frozenset(Prerequisite)


def job(code: str, starts_on: date = ON - 100 * DAY, ends_on: date | None = None, id_: int = 1) -> Job:
    function, place = ("202", "school") if code == TEACHER else ("253", "health")
    return Job(
        id_, code, "Stilling", "fast", "Et sted", frozenset({place, "all"}), function, starts_on, ends_on
    )


days = st.integers(-200, 200).map(lambda n: ON + n * DAY)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    starts_on = draw(days)
    ends_on = draw(st.none() | st.integers(0, 200).map(lambda n: starts_on + n * DAY))
    return job(draw(st.sampled_from([TEACHER, NURSE, LEADER])), starts_on, ends_on, draw(st.integers(1, 99)))


@st.composite
def grants(draw: st.DrawFn) -> tuple[Held, ...]:
    keys = draw(st.sets(st.sampled_from([each.key for each in ENTITLEMENTS])))
    return tuple(
        Held(
            key,
            draw(st.sampled_from(State)),
            origin := draw(st.sampled_from(Origin)),
            draw(days),
            draw(days | st.none()) if origin is Origin.ORDER else None,
        )
        for key in sorted(keys)
    )


persons = st.builds(
    Person, st.lists(jobs(), max_size=4).map(tuple), grants(), st.frozensets(st.sampled_from(Prerequisite))
)


def standing(lines: tuple[Line, ...], key: str) -> Standing | None:
    return next((line.standing for line in lines if line.entitlement == key), None)


def one(lines: tuple[Line, ...], key: str) -> Line:
    return next(line for line in lines if line.entitlement == key)


@given(persons, days)
def test_every_line_says_why_and_no_entitlement_is_told_twice(person: Person, on: date) -> None:
    lines = plan(ACCESS, person, on)
    assert all(line.reasons for line in lines)
    assert len({line.entitlement for line in lines}) == len(lines)


@given(persons, days)
def test_what_is_wanted_is_the_union_of_what_the_jobs_in_force_give(person: Person, on: date) -> None:
    wanted = {key for each in person.jobs if each.in_force(on) for key in given_by(ACCESS, [each])}
    empty = plan(ACCESS, replace(person, held=()), on)
    now = {line.entitlement for line in empty if any(r.why is Why.JOB for r in line.reasons)}
    assert now == wanted


@given(st.lists(jobs(), min_size=1, max_size=4).map(tuple), days)
def test_ending_one_job_ends_only_what_no_other_gives(held_jobs: tuple[Job, ...], on: date) -> None:
    ended, *others = held_jobs
    all_granted = tuple(Held(each.key, State.GRANTED) for each in ENTITLEMENTS)
    after = Person(
        (replace(ended, starts_on=on - 300 * DAY, ends_on=on - 100 * DAY), *others), all_granted, PAPERS
    )
    kept = given_by(ACCESS, [each for each in others if each.in_force(on)])
    for key in kept:
        assert standing(plan(ACCESS, after, on), key) in (Standing.GRANTED, Standing.EXPIRING)


@given(persons, days)
def test_whoever_has_left_loses_all_of_it_that_moment(person: Person, on: date) -> None:
    left = replace(
        person,
        jobs=tuple(
            replace(each, starts_on=min(each.starts_on, on - DAY), ends_on=on - DAY) for each in person.jobs
        ),
    )
    for line in plan(ACCESS, left, on):
        assert line.standing is Standing.SUPERFLUOUS, "what lives may depend on too: leaving is no silence"


@given(persons, days)
def test_what_is_asked_for_first_blocks_what_is_not_there(person: Person, on: date) -> None:
    for line in plan(ACCESS, replace(person, papers=frozenset(), held=()), on):
        blocked = bool(ACCESS.entitlements[line.entitlement].requires)
        assert (line.standing is Standing.BLOCKED) == blocked == bool(line.missing)


@given(persons, days)
def test_nothing_that_lives_depend_on_is_lost_through_silence(person: Person, on: date) -> None:
    """Only a job that ended, or that nobody ever had a reason for it, takes it away."""
    silence = {Why.NOT_CONFIRMED, Why.ORDER_ENDED}
    for line in plan(ACCESS, person, on):
        if ACCESS.entitlements[line.entitlement].life_and_health:
            lost = line.standing in (Standing.SUPERFLUOUS, Standing.EXPIRING)
            assert not (lost and silence & {reason.why for reason in line.reasons})


@given(persons, days)
def test_conflicts_are_seen_from_both_sides(person: Person, on: date) -> None:
    lines = plan(ACCESS, person, on)
    for line in lines:
        for other in line.conflicts:
            found = [each for each in lines if each.entitlement == other]
            assert all(line.entitlement in each.conflicts for each in found)


def test_a_mover_gets_the_new_before_the_old_ends_and_keeps_the_old_for_its_grace() -> None:
    teacher, nurse = job(TEACHER, ends_on=ON), job(NURSE, ON + DAY, id_=2)
    held = (Held("school", State.GRANTED), Held("account", State.GRANTED))
    person = Person((teacher, nurse), held, PAPERS)
    before = plan(ACCESS, person, ON)
    assert (one(before, "record").standing, one(before, "record").on) == (Standing.DUE, ON + DAY)
    assert (one(before, "school").standing, one(before, "school").on) == (Standing.EXPIRING, ON + 10 * DAY)
    assert standing(before, "account") is Standing.GRANTED, "both jobs give it"
    after = plan(ACCESS, person, ON + 10 * DAY)
    assert one(after, "school").reasons[0].why is Why.JOB_ENDED
    assert standing(after, "school") is Standing.EXPIRING
    assert standing(plan(ACCESS, person, ON + 11 * DAY), "school") is Standing.SUPERFLUOUS


def test_a_leaver_is_told_the_last_day_and_gets_no_grace() -> None:
    person = Person((job(TEACHER, ends_on=ON + 5 * DAY),), (Held("school", State.GRANTED),), PAPERS)
    line = one(plan(ACCESS, person, ON), "school")
    assert (line.standing, line.on) == (Standing.EXPIRING, ON + 5 * DAY)
    assert standing(plan(ACCESS, person, ON + 6 * DAY), "school") is Standing.SUPERFLUOUS


def test_a_joiner_is_planned_for_from_the_role_alone_two_weeks_ahead() -> None:
    starts_on = ON + AHEAD
    person = Person((job(TEACHER, starts_on),), papers=PAPERS)
    assert one(plan(ACCESS, person, ON), "school").on == starts_on
    assert plan(ACCESS, person, ON - DAY) == ()


def test_what_is_given_for_a_time_ends_unless_somebody_says_that_it_is_needed() -> None:
    person = Person((job(TEACHER),), (Held("vpn", State.GRANTED, since=ON - 100 * DAY),), PAPERS)
    assert one(plan(ACCESS, person, ON), "vpn").standing is Standing.EXPIRING
    late = one(plan(ACCESS, person, ON + DAY), "vpn")
    assert (late.standing, late.reasons) == (Standing.SUPERFLUOUS, (Reason(Why.NOT_CONFIRMED, on=ON),))
    nurse = Person((job(NURSE),), (Held("record", State.GRANTED, since=ON - 500 * DAY),), PAPERS)
    kept = one(plan(ACCESS, nurse, ON), "record")
    assert (kept.standing, kept.must_confirm) == (Standing.GRANTED, True)


def test_what_nobody_gave_and_what_the_catalogue_forgot_is_superfluous() -> None:
    found = (Held("pay", State.GRANTED, Origin.FOUND), Held("gone", State.GRANTED))
    lines = plan(ACCESS, Person((job(LEADER),), found, PAPERS), ON)
    for key in ("pay", "gone"):
        assert one(lines, key).reasons == (Reason(Why.NO_ROLE),)
    assert one(lines, "pay").conflicts == ("approve",)
    assert one(lines, "approve").conflicts == ("pay",)


def test_what_is_on_its_way_is_told_as_such() -> None:
    for state, told in {
        State.REQUESTED: Standing.PENDING,
        State.APPROVED: Standing.ORDERED,
        State.ORDERED: Standing.ORDERED,
        State.UNKNOWN: Standing.UNKNOWN,
        State.FAILED: Standing.FAILED,
        State.REVOKED: Standing.DUE,
    }.items():
        person = Person((job(TEACHER),), (Held("school", state),), PAPERS)
        assert standing(plan(ACCESS, person, ON), "school") is told


def test_what_is_paused_on_a_long_leave_is_taken_and_made_ready_before_they_are_back() -> None:
    def standing(leave: tuple[date, date | None], on: date, other: tuple[Job, ...] = ()) -> Standing | None:
        away = replace(job(LEADER), leaves=(leave,))
        person = Person((away, *other), (Held("ledger", State.GRANTED),), PAPERS)
        return next(
            (line.standing for line in plan(ACCESS, person, on) if line.entitlement == "ledger"), None
        )

    leave = (ON, ON + 60 * DAY)
    assert standing(leave, ON - DAY) is Standing.GRANTED
    assert standing(leave, ON) is Standing.SUPERFLUOUS
    assert standing((ON, None), ON + 900 * DAY) is Standing.SUPERFLUOUS
    assert standing(leave, ON + 58 * DAY) is Standing.GRANTED, "ready when they are back"
    assert standing((ON, ON + 14 * DAY), ON) is Standing.GRANTED, "a short leave pauses nothing"
    assert standing(leave, ON, other=(job(LEADER, id_=2),)) is Standing.GRANTED, "another job gives it"
    lines = plan(ACCESS, Person((replace(job(LEADER), leaves=(leave,)),), (), PAPERS), ON)
    assert "ledger" not in {line.entitlement for line in lines}, "nor is it given meanwhile"
    assert "approve" in {line.entitlement for line in lines}
