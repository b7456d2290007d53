"""Into the tables by COPY: people in one transaction, tickets in one per stretch of days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from app.database.sortkey import sort_key
from app.demo.access import GRANT_COLUMNS, PAPER_COLUMNS, AccessRows
from app.demo.cast import CAST
from app.demo.people import KINDS, People, leader_of, person_tuple, terms_of
from app.demo.rows import (
    APPROVAL_COLUMNS,
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    TICKET_COLUMNS,
    Rows,
)
from app.demo.swept import CLOCK_COLUMNS, STEP_COLUMNS, Row
from app.demo.teller import FIRST_TICKET

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

BULK = (
    "SET LOCAL synchronous_commit = off",
    # A large pending list: the words of many tickets go into the search index together.
    "SET LOCAL gin_pending_list_limit = '64MB'",
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL maintenance_work_mem = '128MB'",
)
TURNS = """
    INSERT INTO engagement_turns (engagement_id, turn, due_at)
    SELECT id, turn, (day + time '08:00') AT TIME ZONE 'Europe/Oslo'
    FROM engagements, LATERAL (VALUES ('ends', ends_on + 1), ('renewal', ends_on - 30)) AS turns (turn, day)
    WHERE kind IN ('konsulent', 'innleid')
"""
"""When externals end, and when somebody is asked: as `app/people/engaging.py` writes them."""
COUNTED = ("org_units", "persons", "engagements", "delegations", "messages", "approvals", "clocks")
FILLED = (
    "tickets",
    "events",
    "messages",
    "clocks",
    "clock_steps",
    "approvals",
    "persons",
    "engagements",
    "org_units",
    "grants",
    "tasks",
)


QUESTIONS_ARE_TASKS = """
    INSERT INTO tasks (key, kind, subject_id, authority, scope, apart_ids, consequence, minutes, created_at,
        last_event_at, due_at, url)
    SELECT 'approval:' || id, 'approval', id, authority, scope, ARRAY[requester_id, beneficiary_id], 'noticeable', 1,
        asked_at, asked_at, answer_by, '/leder'
    FROM approvals WHERE outcome IS NULL AND id BETWEEN $1 AND $2
    """
"""What waits for an answer, as `approvals.ask` would have placed it."""


TIME_ON_FORMS = """
    INSERT INTO form_times (service, by_leader, seconds, tries, sent_at)
    SELECT service, EXISTS (SELECT FROM org_units WHERE leader_id = opened_by_id), 35 + length(answers::text) % 400
        + length(description) % 90, (id % 6 = 0)::int, opened_at
    FROM tickets WHERE channel = 'portal' AND opened_at > $1::timestamptz - interval '90 days'
    """
"""The longer the answers, the longer it took."""


async def copy_people(connection: Connection, people: People) -> None:
    """Everybody, with their places. Leaders are set last: they lead what must exist before them."""
    units, persons = people.units.values(), people.persons
    await _copy(connection, "engagement_kinds", "key name employed", KINDS)
    await _copy(
        connection,
        "org_units",
        "id key name sort_key parent_id area ansvar tjeneste",
        (
            (
                u.id,
                u.place.key,
                u.place.name,
                sort_key(u.place.name),
                u.parent_id,
                u.place.area,
                u.place.ansvar,
                u.tjeneste,
            )
            for u in units
        ),
    )
    await _copy(
        connection,
        "persons",
        "id issuer subject name sort_key email phone employee_number language shielded",
        map(person_tuple, persons),
    )
    led = list(people.leaders.items())
    await connection.executemany("UPDATE org_units SET leader_id = $2 WHERE id = $1", led)
    await _copy_engagements(connection, people)
    await _copy(connection, "delegations", "person_id authority scope valid_from", people.delegations)
    await _copy(connection, "orderers", "person_id org_unit_id", people.orderers)
    named = {role.name for role in CAST}
    agents = (
        # The head of the unit, and the one of the cast: whoever tries the demo sees what a lead sees.
        (person_id, unit, number == 0 or people.person(person_id).name in named)
        for unit, members in people.agents.items()
        for number, person_id in enumerate(members)
    )
    await _copy(connection, "memberships", "person_id unit lead", agents)
    await _copy(connection, "office_holders", "person_id office scope", people.offices)


async def _copy_engagements(connection: Connection, people: People) -> None:
    await _copy(
        connection,
        "engagements",
        "person_id org_unit_id kind position_code title percent starts_on ends_on leader_id"
        " sponsor_id contract_reference legal_basis",
        (
            (
                e.person_id,
                e.org_unit_id,
                e.kind,
                e.position_code,
                e.title,
                e.percent,
                e.starts_on,
                e.ends_on,
                leader_of(people, e),
                *terms_of(people, e),
            )
            for e in people.engagements
        ),
    )
    await connection.execute(TURNS)


async def copy_access(connection: Connection, rows: AccessRows) -> None:
    await _copy(connection, "grants", GRANT_COLUMNS, rows.grants)
    await _copy(connection, "papers", PAPER_COLUMNS, rows.papers)


async def copy_tickets(connection: Connection, rows: Rows) -> None:
    rows.in_order()
    await _copy(connection, "tickets", TICKET_COLUMNS, rows.tickets)
    await _copy(connection, "messages", MESSAGE_COLUMNS, rows.messages)
    await _copy(connection, "events", EVENT_COLUMNS, rows.events)
    await _copy(connection, "clocks", CLOCK_COLUMNS, rows.clocks)
    await _copy(connection, "clock_steps", STEP_COLUMNS, rows.steps)
    await _copy(connection, "approvals", APPROVAL_COLUMNS, rows.approvals)
    if rows.approvals:
        ids = [row[0] for row in rows.approvals]
        await connection.execute(QUESTIONS_ARE_TASKS, min(ids), max(ids))


async def hurry(connection: Connection) -> None:
    """For this transaction only: a lost load is loaded again."""
    for setting in BULK:
        await connection.execute(setting)


async def copy_time_on_forms(connection: Connection, at: datetime) -> None:
    await connection.execute(TIME_ON_FORMS, at)


async def continue_numbering(connection: Connection) -> None:
    """Whatever is made next gets an id of its own."""
    for table in COUNTED:
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"
        )
    await connection.execute(
        "SELECT setval('ticket_number', greatest(coalesce(max(id), 0) + 1, $1), false) FROM tickets",
        FIRST_TICKET,
    )


async def tidy(connection: Connection, *, vacuum: bool) -> None:
    """Statistics for the planner; after a large load the search index's pending list and the visibility map too."""
    for table in FILLED:
        await connection.execute(f"{'VACUUM ANALYZE' if vacuum else 'ANALYZE'} {table}")


async def _copy(
    connection: Connection, table: str, columns: str, records: Iterable[Row | Sequence[Any]]
) -> None:
    await connection.copy_records_to_table(table, records=records, columns=columns.split())
