"""Every operation and page × everybody × a case of every class, one's own, somebody else's and none at all.

What must happen is read from the table of `app/tickets/rights.py` and from how everybody stands to the cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.tickets.rights import HANDLING, PASSING_ON, Field, Operation, Role, fields_of, operations_of
from tests.api.test_unseen import Statements
from tests.rights.doors import DECIDING, DESK_VERBS, GATES, GLASS, NOT_WALKED, ON_A_CASE, Door, Gate, ways_in
from tests.rights.world import AGENTS, CLASSES, NOWHERE, SECRET, STANDS, TOO_NEAR, Case, World, roles_of
from tests.tickets.asking import once

BARRED = HANDLING | {Operation.DECIDE, Operation.ANSWER_HANDOVER, Operation.RESOLVE_BY_MANDATE}
TRY_EVERY_WORD = frozenset({"bob", "frida", "kari"})
"""Agent, first line, and an agent who stands too near."""
OFFICER_READS = frozenset(
    {"/nodtilgang", "/api/v1/glass-openings", "/kontroll/logg", "/api/v1/audit-entries"}
)
"""Where the officer reads the number of a case, and nothing of what is in it: who broke the glass to it, who was refused."""


@dataclass(frozen=True)
class Answer:
    """What came back, and what it cost."""

    status: int
    content: bytes
    headers: tuple[tuple[str, str], ...]
    statements: int


async def ask(world: World, engine: AsyncEngine, actor: str, door: Door, case: Case) -> Answer:
    """One cell, undone afterwards."""
    headers = {
        "authorization": f"Bearer {world.tokens[actor]}",
        "if-match": "*",
        "origin": "https://testserver",
    }
    form = door.form | {"number": case.number} if door.form is not None else None
    mine = await world.connection.begin_nested() if door.method != "GET" else None
    with Statements(engine) as statements:
        response = await world.client.request(
            door.method, door.url(case), headers=headers | once(), json=door.body, data=form
        )
    if mine is not None:
        await mine.rollback()
    told = tuple((name, value) for name, value in response.headers.items() if name != "content-length")
    return Answer(response.status_code, response.content, told, statements.count)


def sees(actor: str, name: str, field: Field) -> bool:
    roles = roles_of(actor, name)
    if Role.REQUESTER in roles and field is Field.NOTES:
        return False
    # Stein leads Bob: the personal cases of those one leads are for one's colleagues.
    if (actor, name) == ("stein", "bobs"):
        return False
    return field in fields_of(roles, CLASSES[name])


def may(actor: str, name: str, needs: frozenset[Operation]) -> bool:
    roles, confidentiality = roles_of(actor, name), CLASSES[name]
    if needs & operations_of(roles & {Role.REQUESTER, Role.OPENER}, confidentiality):
        return True
    own = Role.REQUESTER in roles
    near = actor in TOO_NEAR and name != "bobs"
    taken = BARRED if own else BARRED - PASSING_ON if near else frozenset()
    # What another unit is offered has been begun on: the first line has no mandate over it then.
    taken = taken if name == "need" else taken | {Operation.RESOLVE_BY_MANDATE}
    return bool((needs - taken) & operations_of(roles, confidentiality))


def check(door: Door, actor: str, name: str, seen: Answer, unseen: Answer) -> str | None:
    """What is wrong in this cell; None when nothing is."""
    told = f"{actor} {door} {name}: {seen.status}"
    if door.desk and actor not in AGENTS:
        return None if seen.status == unseen.status == 403 else f"{told}, the desk is for agents"
    if not sees(actor, name, door.field):
        if seen.status != 404:
            return f"{told}, must not be seen"
        return None if alike(seen, unseen) else f"{told}, does not answer as what does not exist"
    if not door.needs:
        return None if seen.status == 200 else f"{told}, may be read"
    if may(actor, name, door.needs):
        return f"{told}, may be done" if seen.status in (401, 403, 404) else None
    return None if seen.status == 403 else f"{told}, must be refused"


def alike(one: Answer, other: Answer) -> bool:
    """The same body but for the form's new keys and what was typed, the same headers, the same number of queries."""
    return (one.status, plain(one), one.headers, one.statements) == (
        other.status,
        plain(other),
        other.headers,
        other.statements,
    )


def plain(answer: Answer) -> str:
    text = answer.content.decode()
    assert SECRET not in text
    return re.sub(r'value="[^"]*"|/(saker|tickets|attachments|vedlegg|approvals)/[^"\s<]*', "", text)


async def walk(world: World, engine: AsyncEngine, doors: Iterable[Door], actor: str) -> tuple[int, list[str]]:
    cells, wrong = 0, []
    for door in doors:
        nowhere = await ask(world, engine, actor, door, NOWHERE)
        if nowhere.status not in (403, 404):
            wrong.append(f"{actor} {door} nowhere: {nowhere.status}")
        for name, case in world.cases.items():
            found = check(door, actor, name, await ask(world, engine, actor, door, case), nowhere)
            wrong += [found] if found else []
        cells += 1 + len(world.cases)
    return cells, wrong


@pytest.mark.parametrize("actor", STANDS)
async def test_everybody_sees_and_does_what_the_table_says_and_no_more(
    actor: str, world: World, engine: AsyncEngine
) -> None:
    await warm_up(world, actor)
    cells, wrong = await walk(world, engine, doors_for(actor), actor)
    print(f"{actor}: {cells} cells")
    assert not wrong, "\n".join(wrong)


def doors_for(actor: str) -> list[Door]:
    """All. The desk's page of verbs is one address: every word of it is tried by some, one word by the others."""
    first = next(iter(DESK_VERBS))
    return [door for door in ON_A_CASE if actor in TRY_EVERY_WORD or door.word in ("", first)]


async def warm_up(world: World, actor: str) -> None:
    """What a process reads once (the published catalogue) is nobody's query, nor what a key's first use writes."""
    for token in (world.tokens[actor], world.tokens["bob"]):
        await world.client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    for case in world.cases.values():
        await world.client.get(
            f"/api/v1/tickets/{case.number}", headers={"authorization": f"Bearer {world.tokens['bob']}"}
        )


@pytest.mark.parametrize("actor", STANDS)
async def test_an_approval_is_answered_by_whoever_is_asked_and_stands_far_enough(
    actor: str, world: World, engine: AsyncEngine
) -> None:
    for door in DECIDING:
        nowhere = await ask(world, engine, actor, door, NOWHERE)
        for name, case in world.cases.items():
            answer = await ask(world, engine, actor, door, case)
            asked = actor == "liv" and name != "bobs"
            assert (answer.status not in (403, 404)) is asked, f"{actor} {name}: {answer}"
            if not asked:
                assert (answer.status, answer.content, answer.statements) == (
                    nowhere.status,
                    nowhere.content,
                    nowhere.statements,
                )


@pytest.mark.parametrize("actor", STANDS)
async def test_the_glass_is_broken_by_agents_whom_the_case_does_not_concern(
    actor: str, world: World, engine: AsyncEngine
) -> None:
    for door in GLASS:
        nowhere = await ask(world, engine, actor, door, NOWHERE)
        for name, case in world.cases.items():
            answer = await ask(world, engine, actor, door, case)
            if actor not in AGENTS:
                assert answer.status == nowhere.status == 403
            elif (actor in TOO_NEAR and name != "bobs") or (actor, name) == ("stein", "bobs"):
                assert alike(answer, nowhere), f"{actor} {door} {name}: {answer.status}"
            elif sees(actor, name, Field.CASE):
                assert answer.status == 409, f"{actor} {door} {name}: {answer.status}"
            elif (actor, name) == ("lars", "bobs"):
                assert answer.status == 409
            else:
                assert answer.status in (204, 303), f"{actor} {door} {name}: {answer.status}"


@pytest.mark.parametrize("gate", GATES, ids=str)
async def test_what_names_no_case_is_for_those_it_is_for(gate: Gate, world: World) -> None:
    for actor in STANDS:
        response = await at_gate(world, gate, {"authorization": f"Bearer {world.tokens[actor]}"})
        found = [name for name, case in world.cases.items() if case.number in response.text]
        told = actor == "vera" and gate.path in OFFICER_READS
        assert told or all(sees(actor, name, Field.CASE) for name in found), f"{actor} {gate}"
        let_in = gate.public or gate.for_ is None or actor in gate.for_
        if let_in:
            assert response.status_code in (200, 204, 303, 308, 404, 409, 422), (
                f"{actor} {gate}: {response.status_code}"
            )
        else:
            assert response.status_code == gate.refused, f"{actor} {gate}: {response.status_code}"


async def at_gate(world: World, gate: Gate, headers: dict[str, str]) -> httpx.Response:
    sent = dict(gate.sent)
    headers = headers | once() | sent.pop("headers", {})
    mine = await world.connection.begin_nested()
    response = await world.client.request(gate.method, gate.path, headers=headers, **sent)
    await mine.rollback()
    return response


async def test_whoever_is_not_signed_in_comes_nowhere(world: World, engine: AsyncEngine) -> None:
    doors = [
        (door.method, door.url(case))
        for door in (*ON_A_CASE, *GLASS, *DECIDING)
        for case in world.cases.values()
    ]
    gates = [(gate.method, gate.path) for gate in GATES if not gate.public]
    for method, url in [*doors, *gates]:
        response = await world.client.request(method, url, headers=once() | {"if-match": "*"})
        assert SECRET not in response.text
        # A change from nowhere is stopped at the door (403) before anybody asks who it is.
        assert response.status_code in (401, 403) or (
            response.status_code == 303 and response.headers["location"].startswith("/logg-inn")
        ), f"{method} {url}: {response.status_code}"


async def test_every_way_in_is_known(world: World) -> None:
    walked = {f"{door.method} {door.path}" for door in (*ON_A_CASE, *GLASS, *DECIDING)}
    unknown = []
    for name, pattern in ways_in(world.app):
        method = name.partition(" ")[0]
        passed = any(
            gate.method == method and re.match(pattern, gate.path.partition("?")[0]) for gate in GATES
        )
        if not passed and name not in walked and name not in NOT_WALKED:
            unknown.append(name)
    assert not unknown, f"Give each of these a line in tests/rights/doors.py: who comes in here? {unknown}"
    cells = sum(len(doors_for(actor)) + len(GLASS) + len(DECIDING) for actor in STANDS) * (len(CLASSES) + 1)
    print(f"{cells + len(GATES) * len(STANDS)} cells, and {len(GATES)} more for whoever is not signed in")
