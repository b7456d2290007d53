"""GET /leder/borte: say that one is away, and who does one's tasks meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import FieldProblem, Invalid
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.identity.recent import require_recent
from app.people.deputies import Away, Standing, authorities_of, come_back, deputies_of, go_away
from app.portal.lookups import LookupView, is_id, read_lookup
from app.web.forms import read_form
from app.web.i18n import language_of
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.refusals import record_refusal
from app.web.rooms import Room
from service_catalog.schema import Authority

router = Room(include_in_schema=False)
WHO = "answers.deputy"
NOBODY = LookupView(WHO, "person", "", "")


@dataclass(frozen=True)
class Typed:
    first: str = ""
    last: str = ""
    who: LookupView = NOBODY
    covers: frozenset[str] = frozenset()
    acting: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AwayPage:
    mine: tuple[Standing, ...]
    """Who does mine."""
    for_others: tuple[Standing, ...]
    authorities: tuple[Authority, ...]
    """That I hold, and may have a deputy for."""
    today: date
    may_give: bool
    """Their authority, to a deputy: not long after the sign-in; said before the form is filled in."""
    typed: Typed


@router.get("/leder/borte")
async def show(request: Request, me: Me, session: Db, published: Current) -> Response:
    return render(request, "leader/away.html", await _page(session, me, published, Typed()))


async def _page(session: AsyncSession, me: Actor, published: Published, typed: Typed) -> AwayPage:
    assert me.person_id is not None
    today = (await database_now(session)).astimezone(published.zone).date()
    found = await deputies_of(session, [me.person_id])
    return AwayPage(
        mine=tuple(one for one in found if one.person_id == me.person_id),
        for_others=tuple(one for one in found if one.deputy_id == me.person_id),
        authorities=tuple(sorted(await authorities_of(session, me.person_id, on=today))),
        today=today,
        may_give=me.signed_in_recently,
        typed=typed,
    )


@router.post("/leder/borte")
async def say_away(request: Request, me: MeBriefly, published: Current) -> Response:
    form = await read_form(request)
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    sessions: Sessions = request.app.state.sessions
    ended = sent.get("end", "")
    if ended:
        async with transaction(sessions) as session:
            await come_back(session, int(ended) if is_id(ended) else 0, by=me)
        return RedirectResponse("/leder/borte", 303)
    async with transaction(sessions) as session:
        who = await read_lookup(session, me, "person", WHO, sent)
    try:
        away = _read(form, who)
        if away.deputy_id is not None and (away.acting or away.covers):
            # Somebody else will answer by one's authority: that is to give a right, like naming to an office.
            require_recent(me)
        async with transaction(sessions) as session:
            await go_away(session, away, by=me)
    except Invalid as wrong:
        await record_refusal(request, wrong)
        language = language_of(request)
        errors = {
            each.field: sentence_of(each.code, language, dict(each.params)) or "" for each in wrong.fields
        }
        typed = Typed(
            sent.get("first", ""),
            sent.get("last", ""),
            who,
            frozenset(str(value) for value in form.getlist("covers")),
            "acting" in sent,
            errors,
        )
        async with transaction(sessions) as session:
            page = await _page(session, me, published, typed)
        return render(request, "leader/away.html", page, status=422)
    return RedirectResponse("/leder/borte", 303)


def _read(form: FormData, who: LookupView) -> Away:
    """Raises Invalid with every field that cannot be read."""
    days: dict[str, date] = {}
    wrong: list[FieldProblem] = []
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(str(form.get(name) or ""))
        except ValueError:
            wrong.append(FieldProblem(name, "field.not_date"))
    if who.is_unclear:
        wrong.append(FieldProblem("deputy_id", "field.choose_one" if who.options else "field.no_match"))
    known = {authority.value: authority for authority in Authority}
    covers = [str(value) for value in form.getlist("covers")]
    if any(value not in known for value in covers):
        wrong.append(FieldProblem("covers", "field.not_choice"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return Away(
        days["first"],
        days["last"],
        int(who.chosen) if is_id(who.chosen) else None,
        frozenset(known[value] for value in covers),
        acting="acting" in form,
    )
