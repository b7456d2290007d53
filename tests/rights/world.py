"""Everybody who can stand to a case in some way, and a case of every class: what the matrix is made of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import obstore
from fastapi import FastAPI
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.approvals.models import Approval
from app.database.session import Sessions
from app.events.log import database_now
from app.identity.actor import Office
from app.identity.models import GlassOpening
from app.identity.tokens import Scope, create_token
from app.people.models import Delegation, Membership, NearTie, OrgUnit, Person
from app.people.offices import appoint
from app.tickets.lifecycle import id_of
from app.tickets.models import Attachment, Message, MessageKind, Ticket
from app.tickets.rights import Role
from service_catalog.schema import Authority, Channel, Confidentiality
from tests.cast import APPOINTING, SINCE, Cast, employ, hire_cast, person
from tests.conftest import BASE_URL
from tests.tickets.asking import PC_BROKEN, once

SERVICE = str(PC_BROKEN["service"])
SECRET = "kvitterskog"
"""Stands in every text of every case: no refused answer holds it."""
R = Role

STANDS: dict[str, frozenset[Role]] = {
    "alice": frozenset({R.REQUESTER}),
    "opal": frozenset({R.OPENER}),
    "bob": frozenset({R.AGENT}),
    "stein": frozenset({R.AGENT, R.LEAD}),
    "petra": frozenset({R.RECEIVER, R.OTHER_AGENT}),
    "frida": frozenset({R.FIRST_LINE, R.OTHER_AGENT}),
    "carol": frozenset({R.OTHER_AGENT}),
    "leif": frozenset({R.LINE_LEADER}),
    "liv": frozenset({R.APPROVER, R.LINE_LEADER}),
    "oda": frozenset({R.ORDERER}),
    "pia": frozenset({R.PROCESS_OWNER}),
    "gunn": frozenset({R.GLASS, R.OTHER_AGENT}),
    "fredrik": frozenset({R.LEAD}),
    "kari": frozenset({R.AGENT}),
    "lars": frozenset({R.AGENT}),
    "hilde": frozenset({R.COLLEAGUE}),
    "katrine": frozenset({R.CATALOGUE_EDITOR}),
    "vera": frozenset({R.PRIVACY_OFFICER}),
    "tor": frozenset({R.TECHNICAL_ADMINISTRATOR}),
    "mona": frozenset({R.COLLEAGUE}),
    "truls": frozenset({R.COLLEAGUE}),
}
"""How everybody stands to Alice's cases, said by hand: the policy is asked whether it agrees."""
TOO_NEAR = frozenset({"kari", "lars", "hilde"})
"""Kari is married to Alice and Hilde is her sister; Alice leads Lars."""
AGENTS = frozenset({"bob", "stein", "petra", "frida", "carol", "gunn", "kari", "lars"})
LEADERS = frozenset({"leif", "liv", "stein", "hilde", "fredrik", "alice"})
CLASSES = {
    "open": Confidentiality.OPEN,
    "personal": Confidentiality.PERSONAL,
    "personnel": Confidentiality.PERSONNEL,
    "need": Confidentiality.OPEN,
    "bobs": Confidentiality.PERSONNEL,
}


def roles_of(actor: str, case: str) -> frozenset[Role]:
    """«bobs» is Bob's own, held by his own unit; only that unit's people stand to it. The need is offered to nobody."""
    roles = STANDS[actor]
    if case == "bobs":
        at_work = roles & {R.AGENT, R.LEAD, R.FIRST_LINE, R.OTHER_AGENT, R.PROCESS_OWNER}
        return at_work | ({R.REQUESTER, R.OPENER} if actor == "bob" else frozenset())
    if case == "need":
        # Whoever leads, or holds an authority, and works in no unit: the list shows the need, and nothing to do.
        more = R.NEEDS_AGENT if actor in AGENTS else R.NEEDS_LEADER if actor in LEADERS else None
        return roles - {R.RECEIVER} | ({more} if more else frozenset())
    return roles


@dataclass(frozen=True)
class Case:
    """What a path can name about one case."""

    number: str
    ticket_id: int
    approval_id: int
    file_id: int
    note_file_id: int


NOWHERE = Case(
    number="999999999-8", ticket_id=0, approval_id=999_999_999, file_id=999_999_999, note_file_id=999_999_999
)


@dataclass(frozen=True)
class World:
    client: httpx.AsyncClient
    connection: AsyncConnection
    app: FastAPI
    sessions: Sessions
    cast: Cast
    persons: Mapping[str, Person]
    tokens: Mapping[str, str]
    cases: Mapping[str, Case]


@asynccontextmanager
async def build_world(app: FastAPI, sessions: Sessions, connection: AsyncConnection) -> AsyncIterator[World]:
    async with sessions() as session:
        cast = await hire_cast(session)
        persons = await _hire(session, cast)
        tokens = await _tokens(session, persons)
        await session.commit()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
            cases = {name: await _open(session, client, app, tokens, persons, name) for name in CLASSES}
            await session.commit()
            yield World(client, connection, app, sessions, cast, persons, tokens, cases)


async def _hire(session: AsyncSession, cast: Cast) -> dict[str, Person]:
    """The cast, and those it lacks."""
    known = {name: getattr(cast, name, None) for name in STANDS}
    new = {
        name: person(f"{name.capitalize()} Ny", 50 + place)
        for place, name in enumerate(STANDS)
        if known[name] is None
    }
    session.add_all(new.values())
    await session.flush()
    persons = {name: known[name] or new[name] for name in STANDS}
    for name, somebody in new.items():
        engagement = employ(somebody, cast.stab if name in AGENTS else cast.skolen, "Rådgiver")
        if name == "lars":
            engagement.leader_id = persons["alice"].id
        session.add(engagement)
    session.add_all(
        [
            Membership(person_id=persons["gunn"].id, unit="eiendom"),
            Membership(person_id=persons["kari"].id, unit="it"),
            Membership(person_id=persons["lars"].id, unit="it"),
            NearTie(
                person_id=persons["kari"].id, other_id=persons["alice"].id, recorded_at=func.clock_timestamp()
            ),
            NearTie(
                person_id=persons["alice"].id,
                other_id=persons["hilde"].id,
                recorded_at=func.clock_timestamp(),
            ),
            _authority(persons["hilde"], Authority.PERSONAL, "helse"),
            _authority(persons["fredrik"], Authority.PROFESSIONAL, "it"),
        ]
    )
    # Alice leads a place of her own, so that somebody in the unit has her for a leader.
    session.add(_place(persons["alice"], cast))
    await appoint(session, persons["pia"].id, Office.PROCESS_OWNER, SERVICE, by=APPOINTING)
    await appoint(session, persons["katrine"].id, Office.CATALOGUE_EDITOR, by=APPOINTING)
    await appoint(session, persons["vera"].id, Office.PRIVACY_OFFICER, by=APPOINTING)
    await appoint(session, persons["tor"].id, Office.TECHNICAL_ADMINISTRATOR, by=APPOINTING)
    await appoint(session, persons["mona"].id, Office.WHISTLEBLOWING_RECIPIENT, by=APPOINTING)
    await session.flush()
    return persons


def _authority(somebody: Person, authority: Authority, scope: str) -> Delegation:
    return Delegation(person_id=somebody.id, authority=authority, scope=scope, valid_from=SINCE)


def _place(leader: Person, cast: Cast) -> OrgUnit:
    return OrgUnit(
        key="prosjekt",
        name="Prosjektet",
        sort_key="prosjektet",
        parent_id=cast.kommunen.id,
        area="stab",
        ansvar="9000",
        tjeneste="1200",
        leader_id=leader.id,
    )


async def _tokens(session: AsyncSession, persons: Mapping[str, Person]) -> dict[str, str]:
    at = await database_now(session)
    scopes = {Scope.READ, Scope.WRITE}
    return {
        name: await create_token(session, somebody.id, "matrix", scopes, at=at, expires_at=None)
        for name, somebody in persons.items()
    }


async def _open(
    session: AsyncSession,
    client: httpx.AsyncClient,
    app: FastAPI,
    tokens: Mapping[str, str],
    persons: Mapping[str, Person],
    name: str,
) -> Case:
    """A new case with a note, a file and a file on the note, offered to another unit and asked of Liv."""
    bobs = name == "bobs"
    asking = "bob" if bobs else "alice"
    headers = {"authorization": f"Bearer {tokens[asking]}"} | once()
    opened = await client.post("/api/v1/tickets", json=PC_BROKEN | {"subject": SECRET}, headers=headers)
    assert opened.status_code == 201, opened.text
    number = opened.json()["number"]
    ticket_id = id_of(number)
    assert ticket_id is not None
    values = {
        "confidentiality": CLASSES[name],
        "shared_as": "utstyr" if name == "need" else None,
        "opened_by_id": persons[asking if bobs else "opal"].id,
        "handover_to": None if bobs or name == "need" else "hr",
    }
    await session.execute(update(Ticket).where(Ticket.id == ticket_id).values(values))
    at = await database_now(session)
    author = persons["stein"].id
    note = Message(
        ticket_id=ticket_id,
        author_id=author,
        kind=MessageKind.INTERNAL,
        channel=Channel.PORTAL,
        body=f"Notat {SECRET}",
        at=at,
    )
    session.add(note)
    await session.flush()
    files = [await _file(session, app, ticket_id, message_id, author) for message_id in (None, note.id)]
    approval = Approval(
        subject_kind="ticket",
        subject_id=ticket_id,
        step=1,
        authority=Authority.PERSONAL,
        scope="helse" if not bobs else "ingen",
        approver_id=persons["liv"].id,
        requester_id=persons[asking].id,
        beneficiary_id=persons[asking].id,
        amount=None,
        digest=b"",
        asked_at=at,
        event_seq=0,
        last_event_at=at,
    )
    session.add(approval)
    if not bobs:
        glass = GlassOpening(
            ticket_id=ticket_id,
            person_id=persons["gunn"].id,
            reason="Haster",
            opened_at=at,
            ends_at=at + timedelta(hours=4),
        )
        session.add(glass)
    await session.flush()
    return Case(number, ticket_id, approval.id, *files)


async def _file(session: AsyncSession, app: FastAPI, ticket_id: int, message_id: int | None, by: int) -> int:
    key = f"{ticket_id}-{message_id}"
    await obstore.put_async(app.state.attachments, key, SECRET.encode())
    row = Attachment(
        key=key,
        ticket_id=ticket_id,
        message_id=message_id,
        uploaded_by_id=by,
        uploaded_at=func.clock_timestamp(),
        name=f"{SECRET}.txt",
        media_type="text/plain",
        size=len(SECRET),
    )
    session.add(row)
    await session.flush()
    return row.id
