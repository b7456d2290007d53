"""The table of rights is whole, what is written from it is fresh, and the policy stands where it says."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from app.identity.me import load_actor
from app.tickets import policy
from app.tickets.models import Ticket
from app.tickets.permissions import PAGE, ROLES, rendered
from app.tickets.rights import HANDLING, RIGHTS, ROWS, Field, Operation, Role, classes_seen
from service_catalog.schema import Confidentiality
from tests.rights.world import CLASSES, STANDS, World, roles_of

NOT_IN_SQL = frozenset(
    {
        Role.LEAD,
        Role.OTHER_AGENT,
        Role.LINE_LEADER,
        Role.CATALOGUE_EDITOR,
        Role.PRIVACY_OFFICER,
        Role.TECHNICAL_ADMINISTRATOR,
        Role.COLLEAGUE,
    }
)
"""These see nothing by being what they are, so no list asks about them."""


def test_the_page_is_written_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == rendered(), "Run: python -m app.tickets.permissions"


def test_every_role_stands_in_the_table_and_on_the_page_with_one_right_for_each_class() -> None:
    cells = [(role, each) for role, classes, _, _ in ROWS for each in classes]
    assert len(cells) == len(set(cells)) == len(RIGHTS)
    assert {row[0] for row in ROWS} == set(Role) == set(ROLES)


def test_whistleblowing_is_in_no_row() -> None:
    assert all(confidentiality is not Confidentiality.WHISTLEBLOWING for _, confidentiality in RIGHTS)


def test_whoever_does_something_with_the_content_sees_it() -> None:
    """The lead who decides which terms count, and the one who breaks the glass, are named for just that."""
    for (role, confidentiality), right in RIGHTS.items():
        if right.operations & HANDLING:
            assert Field.CASE in right.fields, (role, confidentiality)


def test_no_class_is_seen_by_more_roles_than_the_class_before_it() -> None:
    seen = {each: {role for role in Role if each in classes_seen(role)} for each in Confidentiality}
    assert seen[Confidentiality.WHISTLEBLOWING] == set()
    assert seen[Confidentiality.PERSONNEL] < seen[Confidentiality.PERSONAL] < seen[Confidentiality.OPEN]


def test_the_administrator_the_editor_and_the_officer_see_no_case() -> None:
    for role in (Role.TECHNICAL_ADMINISTRATOR, Role.CATALOGUE_EDITOR, Role.PRIVACY_OFFICER, Role.LINE_LEADER):
        assert classes_seen(role) == frozenset()


@pytest.mark.parametrize("who", STANDS)
async def test_the_policy_stands_where_the_table_says(who: str, world: World) -> None:
    """In SQL for lists, and in Python for one ticket: the two are asked of every case, and of the words by hand."""
    async with world.sessions() as session:
        actor = await load_actor(session, world.persons[who].id)
        places = policy.standing(actor)
        for name in CLASSES:
            case = world.cases[name]
            ticket = await session.get_one(Ticket, case.ticket_id)
            said = roles_of(who, name)
            asked = select(*(stands.label(role.value) for role, stands in places.items()))
            row = (await session.execute(asked.where(Ticket.id == case.ticket_id))).mappings().one()
            in_sql = {role for role in places if row[role.value]}
            assert in_sql == said - NOT_IN_SQL, f"{who} {name} in SQL"
            in_python = policy.roles_of(actor, ticket)
            assert in_python - {Role.OTHER_AGENT} == said - {
                Role.APPROVER,
                *(NOT_IN_SQL - {Role.LEAD}),
            }, f"{who} {name} in Python"


def test_nobody_may_what_no_row_gives() -> None:
    given = {operation for right in RIGHTS.values() for operation in right.operations}
    assert given == set(Operation)
    for role, confidentiality in product(Role, Confidentiality):
        if (role, confidentiality) not in RIGHTS:
            assert classes_seen(role).isdisjoint({confidentiality})
