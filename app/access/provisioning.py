"""What the deliveries of access do: begin, call the other system with no transaction held, settle.

A time-out, a broken answer or a death in between leaves the errand begun and not settled: the next try asks what the
other system has before it does anything. Who may not have it any more, at the moment it is given, does not get it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from httpx import Timeout
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import errands
from app.access.checking import Objection, why_not
from app.access.models import Errand, Grant, Outcome, TargetAccount, Way
from app.access.targets import ATTRIBUTES, TOPIC, Connection, Speaks, Targets
from app.catalogue.published import load_published
from app.database.session import Sessions, transaction
from app.deliveries.effect import Due, Effect, Refused, Send, TargetAway
from app.logs import never_log
from app.people.models import Person
from integrations.provisioning.calling import TIMEOUT, open_http
from integrations.provisioning.graph import GRAPH, LOGIN, Graph, GraphApp
from integrations.provisioning.scim import Scim, ScimServer
from integrations.provisioning.target import Away, Denied, Provisioner, Thing, Throttled, Unanswered, Who
from integrations.provisioning.webhook import Receiver, Webhook


@dataclass(frozen=True)
class Call:
    """Everything the sending needs, read while the grant was held."""

    errand_id: int
    person_id: int
    system: str
    way: Way
    who: Who
    thing: Thing
    key: str
    at: datetime
    is_doubtful: bool
    """It was begun before: what the other system has is unknown."""
    objection: Objection | None
    """Why it is not to be given any more, of what is doubtful: then it is only asked about."""


def open_connection(connection: Connection, timeout: Timeout = TIMEOUT) -> Provisioner:
    """Reads the secret from its file, now. Raises OSError."""
    secret, http = connection.secret_file.read_text(encoding="utf-8").strip(), open_http(timeout)
    never_log([secret])
    attribute = ATTRIBUTES[connection.how, connection.match]
    if connection.how is Speaks.GRAPH:
        app = GraphApp(
            connection.tenant,
            connection.client_id,
            secret,
            attribute,
            (connection.url or GRAPH).rstrip("/"),
            (connection.login_url or LOGIN).rstrip("/"),
        )
        return Graph(app, http)
    if connection.how is Speaks.SCIM:
        return Scim(ScimServer(connection.url.rstrip("/"), secret, attribute), http)
    return Webhook(Receiver(connection.url, secret.encode(), connection.asks), http)


def open_all(targets: Targets, timeout: Timeout = TIMEOUT) -> dict[str, Provisioner]:
    return {system: open_connection(each, timeout) for system, each in targets.connections.items()}


def effects(
    sessions: Sessions, targets: Targets, provisioners: Mapping[str, Provisioner]
) -> dict[str, Effect]:
    """One topic and one target for each connected system."""

    def effect(system: str, provisioner: Provisioner) -> Effect:
        async def recipients(_: AsyncSession, __: dict[str, Any]) -> Sequence[int]:
            return ()

        async def prepare(session: AsyncSession, due: Due) -> Send | None:
            call = await begin(session, targets, due)
            return None if call is None else lambda: carry_out(sessions, provisioner, call)

        return Effect(recipients, prepare, targets.delivered_to(system))

    return {f"{TOPIC}{system}": effect(system, each) for system, each in provisioners.items()}


async def begin(session: AsyncSession, targets: Targets, due: Due) -> Call | None:
    """Note that it begins; None when it is done already, or is not to be done after all."""
    found = await errands.take_errand(session, int(due.payload["errand_id"]))
    if found is None:
        return None
    grant, errand, at = found
    objection = await _objection(session, targets, grant, errand)
    thing, who = await _named(session, targets, grant, errand)
    is_doubtful = errand.begun_at is not None
    if who is None or thing is None:
        objection = objection or (Objection.UNKNOWN_PERSON if thing else Objection.NOT_CONNECTED)
    if who is None or thing is None or (objection is not None and not is_doubtful):
        assert objection is not None
        await _not_to_be_done(session, errand, objection)
        return None
    errand.begun_at = errand.begun_at or at
    return Call(
        errand.id,
        grant.person_id,
        errand.system,
        errand.way,
        who,
        thing,
        due.key,
        at,
        is_doubtful,
        objection,
    )


async def _objection(
    session: AsyncSession, targets: Targets, grant: Grant, errand: Errand
) -> Objection | None:
    """Nothing stands in the way of taking away."""
    if errand.way is Way.TAKE:
        return None
    published = await load_published(session)
    return await why_not(session, published, targets, grant, errand.digest, errand.ticket_id)


async def _not_to_be_done(session: AsyncSession, errand: Errand, objection: Objection) -> None:
    """What is to be taken away and cannot be named stays an open errand: the alarm tells people."""
    if errand.way is Way.TAKE:
        raise Refused(objection)
    await errands.settle(session, errand.id, Outcome.VOID, reason=objection)


async def _named(
    session: AsyncSession, targets: Targets, grant: Grant, errand: Errand
) -> tuple[Thing | None, Who | None]:
    """What it is, and whose, as the other system calls them. The catalogue may have forgotten what is taken away."""
    connection = targets.connections.get(errand.system)
    given = connection.gives.get(grant.entitlement) if connection else None
    if connection is None or given is None:
        return None, None
    person = (await session.scalars(select(Person).where(Person.id == grant.person_id))).one()
    mine = (TargetAccount.person_id == person.id, TargetAccount.system == errand.system)
    ref = (await session.scalars(select(TargetAccount.ref).where(*mine))).one_or_none()
    return given.thing, connection.who(person, ref or "")


async def carry_out(sessions: Sessions, provisioner: Provisioner, call: Call) -> None:
    """Call the other system and settle; what is not settled is raised, and tried again."""
    try:
        outcome, reason, ref = await _ask_and_do(provisioner, call)
    except Throttled as throttled:
        raise TargetAway(str(throttled), wait=throttled.wait) from throttled
    except Away as away:
        raise TargetAway(str(away)) from away
    except Unanswered as unanswered:
        async with transaction(sessions) as session:
            await errands.doubt(session, call.errand_id, str(unanswered))
            await _forget_if_gone(session, call, str(unanswered))
        raise TimeoutError(str(unanswered)) from unanswered
    except Denied as denied:
        outcome, reason, ref = Outcome.FAILED, str(denied), ""
        if call.way is Way.TAKE or _is_gone(call, reason):
            async with transaction(sessions) as session:
                await errands.note(session, call.errand_id, reason)
                await _forget_if_gone(session, call, reason)
            raise Refused(reason) from denied
    async with transaction(sessions) as session:
        await errands.settle(session, call.errand_id, outcome, reason=reason, ref=ref)


def _is_gone(call: Call, reason: str) -> bool:
    """The account as we knew it; there may be another."""
    return bool(call.who.ref) and reason.endswith(" 404")


async def _forget_if_gone(session: AsyncSession, call: Call, reason: str) -> None:
    if _is_gone(call, reason):
        await errands.forget(session, call.person_id, call.system)


async def _ask_and_do(provisioner: Provisioner, call: Call) -> tuple[Outcome, str | None, str]:
    """The outcome, why it failed, and what the other system calls the person.

    A no is an outcome only of what is known not to have been done before: else it is still unknown.
    """
    who = call.who
    try:
        if not who.ref:
            who = replace(who, ref=await provisioner.account_of(who) or "")
        is_asked = call.is_doubtful and provisioner.answers
        if is_asked and who.ref and await _is_as_it_should_be(provisioner, call, who):
            return Outcome.DONE, None, who.ref
    except Denied as denied:
        if call.is_doubtful:
            raise Unanswered(str(denied)) from denied
        raise
    if call.objection is not None:
        if not provisioner.answers:
            # It was begun, and nobody can say whether it is there: what may be, is taken away.
            await _take_back(provisioner, call, who)
        return Outcome.VOID, call.objection, who.ref
    if not who.ref and (call.way is Way.TAKE or not provisioner.makes_accounts):
        raise Denied("no_account")
    try:
        return Outcome.DONE, None, await _do(provisioner, call, who)
    except Denied as denied:
        # Some refuse to give what is there, and to take what is not.
        if who.ref and provisioner.answers and await _is_as_it_should_be(provisioner, call, who):
            return Outcome.DONE, None, who.ref
        if call.is_doubtful and not provisioner.answers:
            raise Unanswered(str(denied)) from denied
        raise


async def _do(provisioner: Provisioner, call: Call, who: Who) -> str:
    if call.way is Way.GIVE:
        return await provisioner.give(who, call.thing, key=call.key, at=call.at)
    await provisioner.take(who, call.thing, key=call.key, at=call.at)
    return who.ref


async def _take_back(provisioner: Provisioner, call: Call, who: Who) -> None:
    """Under a key of its own: it is another thing that is asked."""
    try:
        await provisioner.take(who, call.thing, key=f"{call.key}:undo", at=call.at)
    except Denied as denied:
        raise Unanswered(str(denied)) from denied


async def _is_as_it_should_be(provisioner: Provisioner, call: Call, who: Who) -> bool:
    return await provisioner.has(who, call.thing, at=call.at) is (call.way is Way.GIVE)
