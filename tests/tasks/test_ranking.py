"""In which order tasks stand: by what happens when they are late, and when that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tasks.models import Consequence
from app.tasks.ranking import GRAVITY, Group, group_of, horizon, ranked
from sla.load import load_sla

OSLO = ZoneInfo("Europe/Oslo")
FRIDAY_NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    id: int = 1
    consequence: Consequence = Consequence.NOTICEABLE
    due_at: datetime | None = None
    postponed_to: date | None = None
    is_with_others: bool = False


@pytest.fixture(scope="module")
def ahead():
    from app.settings import Settings

    calendar = load_sla(Settings().sla_folder).calendars["kontortid"].compile()
    return horizon(calendar, FRIDAY_NOON, OSLO)


@pytest.mark.parametrize(
    ("task", "group"),
    [
        (Asked(due_at=FRIDAY_NOON - timedelta(days=30)), Group.NOW),
        (Asked(due_at=datetime(2026, 11, 23, 14, tzinfo=UTC)), Group.NOW),  # Monday: the next working day
        (Asked(due_at=datetime(2026, 11, 24, 9, tzinfo=UTC)), Group.THIS_WEEK),
        (Asked(consequence=Consequence.SEVERE), Group.NOW),
        (Asked(consequence=Consequence.SEVERE, due_at=datetime(2026, 11, 25, 9, tzinfo=UTC)), Group.NOW),
        (Asked(due_at=datetime(2026, 11, 30, 9, tzinfo=UTC)), Group.LATER),
        (Asked(), Group.THIS_WEEK),
        (Asked(consequence=Consequence.SLIGHT), Group.LATER),
        (Asked(due_at=FRIDAY_NOON, postponed_to=date(2026, 11, 23)), Group.LATER),
        (Asked(due_at=FRIDAY_NOON, postponed_to=date(2026, 11, 20)), Group.NOW),
        (Asked(due_at=FRIDAY_NOON, is_with_others=True), Group.WAITING),
    ],
)
def test_how_pressing_it_is_follows_from_the_working_days_left(ahead, task, group):
    assert group_of(task, ahead) is group


TASKS = st.builds(
    Asked,
    consequence=st.sampled_from(Consequence),
    due_at=st.none() | st.integers(-20, 900).map(lambda hours: FRIDAY_NOON + timedelta(hours=hours)),
    postponed_to=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)),
    is_with_others=st.booleans(),
)


@settings(max_examples=60)
@given(found=st.lists(TASKS, max_size=12))
def test_everything_stands_once_and_the_gravest_first(ahead, found):
    tasks = [Asked(number, *_rest(one)) for number, one in enumerate(found)]
    groups = ranked(tasks, ahead)
    assert sorted(each for ids in groups.values() for each in ids) == list(range(len(tasks)))
    for group, ids in groups.items():
        assert all(group_of(tasks[each], ahead) is group for each in ids)
        gravities = [GRAVITY[tasks[each].consequence] for each in ids]
        assert gravities == sorted(gravities)


@settings(max_examples=60)
@given(task=TASKS, sooner=st.timedeltas(timedelta(), timedelta(days=20)))
def test_what_is_due_sooner_never_stands_further_back(ahead, task, sooner):
    if task.due_at is None:
        return
    order = list(Group)
    earlier = Asked(task.id, task.consequence, task.due_at - sooner, task.postponed_to, task.is_with_others)
    assert order.index(group_of(earlier, ahead)) <= order.index(group_of(task, ahead))


def _rest(one: Asked) -> tuple[Consequence, datetime | None, date | None, bool]:
    return one.consequence, one.due_at, one.postponed_to, one.is_with_others
