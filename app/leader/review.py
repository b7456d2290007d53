"""GET /leder/tilganger/gjennomgang: the leader says of what their people have whether it is still needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.access.models import Answer, Review
from app.access.policy import may_see_grid
from app.access.queries import today
from app.access.reviewing import Looked, close_review, looked_through, open_review
from app.access.view import LineView, person_view
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Invalid, refuse
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.portal.lookups import is_id
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False)
HERE = "/leder/tilganger/gjennomgang"
LONGEST_KEY = 60


@dataclass(frozen=True)
class AskedLine:
    line: LineView
    name: str
    """Of the field: «answer.17.konto»."""
    answer: str
    is_missing: bool


@dataclass(frozen=True)
class PersonAsked:
    name: str
    title: str
    asked: tuple[AskedLine, ...]
    in_order: int


@dataclass(frozen=True)
class ReviewPage:
    review_id: int | None
    due_at: datetime | None
    people: Sequence[PersonAsked] = ()
    errors: tuple[tuple[str, str], ...] = ()
    ended: int | None = None
    """After it was closed: how much ends."""

    @property
    def asked(self) -> int:
        return sum(len(one.asked) for one in self.people)

    @property
    def in_order(self) -> int:
        return sum(one.in_order for one in self.people)


@dataclass(frozen=True)
class Sent:
    answers: dict[tuple[int, str], Answer] = field(default_factory=dict)
    is_sent: bool = False


@router.get(HERE, name="access_review")
async def show(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    slutter: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> Response:
    refuse(may_see_grid(me))
    page = await _page(request, session, me, published, Sent(), ended=slutter)
    return render(request, "leader/review.html", page)


@router.post(HERE, name="access_review_close")
async def close(request: Request, me: MeBriefly, published: Current) -> Response:
    refuse(may_see_grid(me))
    form = await read_form(request)
    review_id = str(form.get("review") or "")
    sent = Sent(_read(form), is_sent=True)
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            number = int(review_id) if is_id(review_id) else 0
            ended = await close_review(session, published, number, sent.answers, by=me)
    except Invalid as wrong:
        await record_refusal(request, wrong)
        async with transaction(sessions) as session:
            page = await _page(request, session, me, published, sent)
        return render(request, "leader/review.html", page, status=422)
    return RedirectResponse(f"/leder/tilganger/gjennomgang?slutter={ended}", 303)


def _read(form: FormData) -> dict[tuple[int, str], Answer]:
    """Raises Invalid for an answer that is on no page of ours."""
    found: dict[tuple[int, str], Answer] = {}
    for name, value in form.multi_items():
        word, _sep, rest = name.partition(".")
        if word != "answer":
            continue
        person, _sep, key = rest.partition(".")
        if not is_id(person) or not key or len(key) > LONGEST_KEY or value not in set(Answer):
            raise Invalid("request.invalid")
        found[int(person), key] = Answer(str(value))
    return found


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    sent: Sent,
    *,
    ended: int | None = None,
) -> ReviewPage:
    review: Review | None = await open_review(session, me)
    if review is None:
        return ReviewPage(None, None, ended=ended)
    language, on = language_of(request), await today(session)
    people, errors = [], []
    leader = Actor(person_id=review.leader_id, name="")
    for one in await looked_through(session, published, leader):
        view = person_view(published.catalogue, one.person_id, one.name, one.person, on, language)
        lines = {line.key: line for system in view.systems for line in system.lines}
        asked = tuple(_asked(one, lines[line.entitlement], sent) for line in one.asked)
        errors += [(each.name, f"{one.name}: {each.line.title}") for each in asked if each.is_missing]
        if asked or one.in_order:
            people.append(PersonAsked(one.name, one.title, asked, len(one.in_order)))
    # What deviates or is risky first.
    people.sort(key=lambda person: not person.asked)
    return ReviewPage(review.id, review.due_at, people, tuple(errors), ended)


def _asked(one: Looked, line: LineView, sent: Sent) -> AskedLine:
    answer = sent.answers.get((one.person_id, line.key))
    return AskedLine(
        line, f"answer.{one.person_id}.{line.key}", answer or "", sent.is_sent and answer is None
    )
