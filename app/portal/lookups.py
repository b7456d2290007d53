"""Finding a person or a place by typing: with script as suggestions, without it as a choice after sending.

A field sends `answers.x` the id, `search.x` what is written, `searched.x` the text the id belongs to. When the text is another than the one the id belongs to, the text decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query, Request
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse

from app.database.session import Db
from app.identity.actor import Actor
from app.identity.me import Me
from app.people.models import OrgUnit, Person
from app.people.policy import findable
from app.people.queries import find_persons
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)
SHOWN = 8
SHORTEST = 2
Kind = Literal["person", "org_unit"]


@dataclass(frozen=True)
class Option:
    id: str
    name: str
    about: str


@dataclass(frozen=True)
class LookupView:
    """One field: what is written, what it stands for, and what it may mean when that is not clear."""

    name: str
    """«answers.for_person»."""
    kind: Kind
    text: str
    chosen: str
    options: tuple[Option, ...] = ()

    @property
    def field(self) -> str:
        """The part after «answers.»; names the other two values."""
        return self.name.removeprefix("answers.")

    @property
    def is_unclear(self) -> bool:
        return bool(self.text) and not self.chosen


async def find(session: AsyncSession, actor: Actor, kind: Kind, text: str) -> tuple[Option, ...]:
    """At most eight; nothing for a text too short to mean anything."""
    text = text.strip()
    if len(text) < SHORTEST:
        return ()
    if kind == "person":
        people = await find_persons(session, actor, text, SHOWN)
        return tuple(Option(str(one.id), one.name, one.org_unit_name or "") for one in people)
    query = select(OrgUnit.id, OrgUnit.name).where(OrgUnit.name.icontains(text, autoescape=True))
    query = query.order_by(func.length(OrgUnit.name), OrgUnit.sort_key).limit(SHOWN)
    return tuple(Option(str(row.id), row.name, "") for row in (await session.execute(query)).all())


def is_id(text: str) -> bool:
    """An id a database can be asked about; a browser sends what it likes."""
    return text.isascii() and text.isdigit() and len(text) <= 18


async def read_lookup(
    session: AsyncSession, actor: Actor, kind: Kind, name: str, sent: Mapping[str, str]
) -> LookupView:
    """What a field that was sent stands for; one exact meaning is chosen, several are offered."""
    field = name.removeprefix("answers.")
    text = sent.get(f"search.{field}", "").strip()
    chosen = sent.get(name, "")
    if is_id(chosen) and text == sent.get(f"searched.{field}", "").strip():
        return LookupView(name, kind, text, chosen)
    options = await find(session, actor, kind, text)
    same = [option for option in options if option.name.casefold() == text.casefold()] or list(options)
    if len(same) == 1:
        return LookupView(name, kind, same[0].name, same[0].id)
    return LookupView(name, kind, text, "", options)


async def names_of(
    session: AsyncSession, persons: Iterable[str], org_units: Iterable[str], *, sent_by: Actor | None = None
) -> dict[str, str]:
    """«person:7» -> a name, «org_unit:3» -> a place; one query, or none when there is nothing to look up.

    `sent_by`: the ids come from a form, not from a ticket one may see, so only whom this actor could have found, who
    they are and who leads them have a name.
    """
    wanted_persons = [int(one) for one in persons if is_id(one)]
    wanted_units = [int(one) for one in org_units if is_id(one)]
    if not wanted_persons and not wanted_units:
        return {}
    people = select(func.concat("person:", Person.id).label("key"), Person.name).where(
        Person.id.in_(wanted_persons), _known_to(sent_by)
    )
    places = select(func.concat("org_unit:", OrgUnit.id).label("key"), OrgUnit.name).where(
        OrgUnit.id.in_(wanted_units)
    )
    return {row.key: row.name for row in (await session.execute(people.union_all(places))).all()}


def _known_to(actor: Actor | None) -> ColumnElement[bool]:
    if actor is None:
        return true()
    return or_(findable(), Person.id.in_(sorted({actor.person_id or 0} | actor.leaders)))


@router.get("/oppslag/{kind}")
async def suggest(
    request: Request,
    me: Me,
    session: Db,
    kind: Kind,
    felt: Annotated[str, Query(max_length=100, pattern=r"^[a-z0-9_.]+$")],
) -> HTMLResponse:
    """Suggestions while typing; the text comes under the field's own name, as htmx sends it."""
    text = request.query_params.get(f"search.{felt}", "")[:100]
    name = felt if felt == "requester_id" else f"answers.{felt}"
    options = await find(session, me, kind, text)
    return render(request, "portal/lookup_options.html", LookupView(name, kind, text, "", options))
