"""Everything that waits for one person, ranked, each with what must be known to do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.answering import Pending, pending_of
from app.approvals.queries import waiting_for
from app.catalogue.published import Published
from app.events.log import database_now
from app.identity.actor import Actor
from app.leader.cards import Questions, questions_of
from app.leader.figures import figures_of
from app.leader.task_titles import titles_of
from app.leader.views import Answered, LeaderPage, StepLine, TaskCard, TaskGroup, Tried
from app.settings import Settings
from app.tasks.models import OURS, Kind
from app.tasks.policy import is_done_here
from app.tasks.queries import MOST, OpenTask, Silent, open_tasks, silent_sources
from app.tasks.ranking import Group, horizon, ranked
from app.tasks.sources import sources_in
from app.tasks.ticking import Ticks, ticks_of
from app.tasks.words import Told
from app.tickets.lifecycle import number_of
from app.web.problem_texts import sentence_of, title_of

MOST_AT_ONCE = 100
SHOWN_AT_FIRST = 20
"""Of what can wait; the rest is one press away."""
CARRIED_OUT_WITHIN_SECONDS = 3
"""After it can no longer be taken back: the jobs look every second."""
UNKNOWN_MINUTES = 5
"""What a task is thought to take when nobody has said."""


async def leader_page(
    session: AsyncSession,
    me: Actor,
    published: Published,
    *,
    approved: int = 0,
    rejected: int = 0,
    tried: Tried | None = None,
    shows_all: bool = False,
    too_late: bool = False,
    chosen: frozenset[int] = frozenset(),
    settings: Settings,
) -> LeaderPage:
    """The same number of queries however much waits."""
    at = await database_now(session)
    tasks = await open_tasks(session, me)
    waiting = await waiting_for(session, me, limit=MOST_AT_ONCE)
    questions = await questions_of(session, me, published, waiting)
    pending = await pending_of(session, me)
    answered = {each for one in pending if one.refused is None for each in one.approval_ids}
    shown = [task for task in tasks if _is_shown(task, questions, answered)]
    told = await titles_of(session, shown, published, me.language)
    ticks = await ticks_of(session, [task.id for task in shown if told[task.id].steps])
    return LeaderPage(
        first_name=me.name.split()[0],
        groups=_groups(
            shown,
            lambda task: card_of(task, told[task.id], ticks, questions, me, at),
            published,
            at,
            shows_all=shows_all,
        ),
        minutes=sum(task.minutes or UNKNOWN_MINUTES for task in shown if not task.is_with_others),
        is_cut=len(tasks) == MOST,
        silent=await _silent(session, me, settings),
        answered=tuple(_answered(one, questions, me.language) for one in pending),
        figures=await figures_of(session, me.leads_org_units),
        approved=approved,
        rejected=rejected,
        tried=tried,
        too_late=too_late,
        chosen=chosen,
        answered_after_seconds=settings.undo_seconds + CARRIED_OUT_WITHIN_SECONDS,
    )


async def _silent(session: AsyncSession, me: Actor, settings: Settings) -> tuple[Silent, ...]:
    in_use = sources_in(settings.task_sources_file)
    return tuple(await silent_sources(session, in_use)) if in_use and me.leads else ()


def _answered(one: Pending, questions: Questions, language: str) -> Answered:
    order = questions.orders.get(one.approval_ids[0])
    problem = None
    if one.refused is not None:
        problem = sentence_of(one.refused, language) or title_of(409, language)
    return Answered(one.approval_ids[0], order.subject if order else None, one.outcome, problem)


def _is_shown(task: OpenTask, questions: Questions, answered: set[int]) -> bool:
    """Not a question that was answered seconds ago, one whose facts its reader may not see, nor a card's second."""
    if task.kind is not Kind.APPROVAL:
        return True
    asked = task.subject_id
    order = questions.orders.get(asked or 0)
    known = order is not None or asked in questions.agreements or asked in questions.destructions
    return known and asked not in answered and (order is None or order.id == asked)


def _groups(
    tasks: Sequence[OpenTask],
    card: Callable[[OpenTask], TaskCard],
    published: Published,
    at: datetime,
    *,
    shows_all: bool,
) -> tuple[TaskGroup, ...]:
    """Those with something in them, from what is for now."""
    by_id: Mapping[int, OpenTask] = {task.id: task for task in tasks}
    order = ranked(tasks, horizon(published.office_hours, at, published.zone))
    groups = []
    for group, ids in order.items():
        found = [by_id[each] for each in ids]
        whole = shows_all or group not in (Group.LATER, Group.WAITING)
        shown = found if whole else _first_of(found)
        if found:
            groups.append(TaskGroup(group, tuple(map(card, shown)), len(found) - len(shown)))
    return tuple(groups)


def _first_of(tasks: Sequence[OpenTask]) -> list[OpenTask]:
    """Questions are never hidden: several are answered at once, and a refusal points at its own."""
    return [
        task for number, task in enumerate(tasks) if number < SHOWN_AT_FIRST or task.kind is Kind.APPROVAL
    ]


def card_of(
    task: OpenTask,
    told: Told,
    ticks: Mapping[int, Ticks],
    questions: Questions | None,
    me: Actor,
    at: datetime,
) -> TaskCard:
    done = ticks.get(task.id, {})
    asked = task.subject_id if task.kind is Kind.APPROVAL else None
    is_theirs = task.person_id is not None and task.person_id in me.stands_in_for
    return TaskCard(
        id=task.id,
        kind=task.kind,
        title=told.title,
        why=told.why,
        steps=tuple(StepLine(step.key, step.text, done.get(step.key)) for step in told.steps),
        law=told.law,
        place_name=task.place_name,
        consequence=task.consequence,
        minutes=task.minutes,
        due_at=task.due_at,
        is_late=task.due_at is not None and task.due_at < at,
        url=task.url,
        source_name=task.source_name if task.source != OURS else None,
        heard_at=task.source_heard_at if task.is_stale(at) else None,
        postponed_to=task.postponed_to,
        postponed_why=task.postponed_why,
        for_name=task.person_name if is_theirs else None,
        with_name=task.delegate_name if task.is_with_others else None,
        number=number_of(task.ticket_id) if task.ticket_id is not None else None,
        is_done_here=is_done_here(task) and not task.is_with_others,
        order=questions.orders.get(asked) if questions and asked else None,
        agreement=questions.agreements.get(asked) if questions and asked else None,
        destruction_id=questions.destructions.get(asked) if questions and asked else None,
    )
