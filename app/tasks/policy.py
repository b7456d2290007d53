"""Whose a task is, and what they may do with it."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, not_, or_, tuple_

from app.errors import Refusal
from app.identity.actor import Actor
from app.tasks.models import Kind, Task
from service_catalog.schema import Confidentiality

DONE_HERE = frozenset({Kind.RECURRING, Kind.MEASURE, Kind.OPPDRAG, Kind.EXTERNAL})
"""Kinds that are done by saying so; the others end when what they are about does."""
DONE_WITHOUT_PLACE = frozenset({Kind.TICKET})
"""Kinds that are done by saying so when there is no place to do them: somebody is to be talked with."""
WITH_DEPUTY = (Confidentiality.OPEN, Confidentiality.PERSONAL)
"""What follows to a deputy. Personnel matters stay with the leader, or whoever is konstituert in their place."""


def theirs(actor: Actor) -> ColumnElement[bool]:
    """One's own, those one was asked to do, those one has the authority for, and those of whom one is deputy for.

    Never one that concerns oneself, one's family, or one's own leader.
    """
    if not actor.at_work_id:
        return false()
    near = {actor.at_work_id} | actor.kin | actor.leaders
    ways = [Task.person_id == actor.at_work_id, Task.delegate_id == actor.at_work_id]
    for who, pairs in actor.holdings():
        apart = near if who is None else near | {who}
        held = tuple_(Task.authority, Task.scope).in_(pairs)
        ways.append(and_(held, not_(Task.apart_ids.overlap(sorted(apart)))))
    if actor.stands_in_for:
        follows = or_(Task.confidentiality.in_(WITH_DEPUTY), Task.person_id.in_(sorted(actor.acts_as)))
        ways.append(and_(Task.person_id.in_(sorted(actor.stands_in_for)), follows))
    return or_(*ways)


class Whose(Protocol):
    """What these rules ask about a task, whoever reads it."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def needs_authority(self) -> bool: ...
    @property
    def confidentiality(self) -> Confidentiality: ...


class Done(Protocol):
    @property
    def kind(self) -> Kind: ...
    @property
    def url(self) -> str | None: ...


def is_done_here(task: Done) -> bool:
    return task.kind in DONE_HERE or (task.kind in DONE_WITHOUT_PLACE and task.url is None)


def may_complete(task: Done) -> Refusal | None:
    return None if is_done_here(task) else Refusal("task.done_where_it_is")


def may_delegate(actor: Actor, task: Whose) -> Refusal | None:
    """What needs an authority is not passed on by whoever happens to hold it: that is what deputies are for."""
    if task.needs_authority:
        return Refusal("task.needs_authority")
    if task.confidentiality is Confidentiality.PERSONNEL:
        return Refusal("task.personnel")
    if task.person_id not in {actor.person_id} | actor.stands_in_for:
        return Refusal("task.not_yours_to_pass_on")
    return None
