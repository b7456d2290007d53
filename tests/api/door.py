"""Somebody at the door who may do most things, with one connection for all the tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.catalogue.published import Published
from app.events.log import database_now
from app.identity.models import System
from app.identity.tokens import Scope, add_key, create_token
from app.journeys.models import JourneyRow
from app.people.models import Delegation, NearTie, Person
from app.settings import Settings
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind, Task
from app.tickets.lifecycle import id_of
from service_catalog.wheel import step_key
from tests.agreements.proposing import Shipped, give_field, propose
from tests.api.operations import Operation
from tests.approvals.ordering import order
from tests.cast import SINCE, Cast, hire_cast
from tests.conftest import BASE_URL, build_app, signed_in
from tests.hiring.ordering import body, ordered, prepare
from tests.tickets.asking import once, open_ticket

MEANT_TO_PASS = frozenset({"alembic_version", "api_tokens", "audit_entries", "catalogue_versions"})
"""A key says when it was used, and a refusal is recorded; the rest stays."""
MARK = "K7M2QX9A"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass
class Door:
    """One who may do most things, and what the paths can name."""

    client: httpx.AsyncClient
    connection: AsyncConnection
    values: dict[str, str]
    headers: dict[str, str]
    fingerprint_sql: str
    agent_id: int
    agent_number: str

    def good_body(self, operation: Operation) -> dict[str, Any]:
        """The document's example, with a person there is."""
        body = operation.good_body()
        there = {"person_id": self.agent_id, "person": self.agent_number}
        return body | {name: value for name, value in there.items() if name in body}

    async def fingerprint(self) -> Any:
        return (await self.connection.execute(text(self.fingerprint_sql))).scalar_one()

    async def send(
        self,
        operation: Operation,
        *,
        url: str | None = None,
        body: bytes | None = None,
        headers: dict[str, Any] | None = None,
    ) -> httpx.Response:
        """The operation as it should be, but for what is given."""
        sent: dict[str, Any] = self.headers | once()
        content = body
        if operation.content_type is not None:
            sent["content-type"] = operation.content_type
            sent["x-filename"] = "bilde.png"
            if body is None:
                content = orjson.dumps(self.good_body(operation)) if operation.has_json_body else PNG
        return await self.client.request(
            operation.method,
            url or operation.url(self.values),
            content=content,
            headers=sent | (headers or {}),
        )


@pytest.fixture(scope="module")
async def one_connection(
    engine: AsyncEngine, published: Published, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[AsyncConnection, Settings]]:
    """One outer transaction for the module: hiring everybody for each of a hundred tests would take minutes."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield (
            connection,
            Settings(
                data=tmp_path_factory.mktemp("data"),
                public_url=BASE_URL,
                smtp_host=None,
                person_requests_per_minute=0,
                address_requests_per_minute=0,
                task_sources_file=_sources(tmp_path_factory.mktemp("sources")),
            ),
        )
        await outer.rollback()


@pytest.fixture(scope="module")
async def wide_door(
    one_connection: tuple[AsyncConnection, Settings], published: Published, shipped: Shipped
) -> AsyncIterator[Door]:
    connection, settings = one_connection
    sessions = async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
    )
    app = build_app(settings, sessions, published)
    async with sessions() as session:
        cast = await hire_cast(session)
        budget = Delegation(
            person_id=cast.bob.id, authority="budsjettdisponering", scope="4100", valid_from=SINCE
        )
        near = NearTie(person_id=cast.bob.id, other_id=cast.truls.id, recorded_at=func.clock_timestamp())
        session.add_all([budget, near])
        token = await create_token(
            session,
            cast.bob.id,
            "bad input",
            {Scope.READ, Scope.WRITE},
            at=await database_now(session),
            expires_at=None,
        )
        at = await database_now(session)
        _key, another = await add_key(session, cast.bob.id, "another", {Scope.READ}, at=at, expires_at=None)
        session.add(
            System(
                name="Planner",
                authority="https://login.example",
                client_id="planner",
                person_id=cast.bob.id,
                scopes=[],
                created_at=at,
                revoked_at=None,
                last_used_at=None,
            )
        )
        await give_field(session, {"lonn": cast.bob, "fjordvik": cast.dagny})
        await propose(session, shipped, cast)
        await session.commit()
        asking = signed_in(app, sessions, settings, cast.alice, browser=False)
        agent = signed_in(app, sessions, settings, cast.bob, browser=False)
        journey = await _journey(session, cast, signed_in(app, sessions, settings, cast.leif, browser=False))
        told = {"person": cast.bob.employee_number, "title": "Attester", "url": "https://tid.example/"}
        await agent.put("/api/v1/external-tasks/planner/7", json=told)
        ticked = await _task(session, published, cast)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
            yield Door(
                client,
                connection,
                await _things(asking, agent, cast.alice, session)
                | journey
                | ticked
                | {"key_id": str(another.id)},
                {"authorization": f"Bearer {token}", "if-match": "*"},
                await _fingerprint_sql(session),
                cast.bob.id,
                cast.bob.employee_number or "",
            )


async def _things(
    asking: httpx.AsyncClient, agent: httpx.AsyncClient, alice: Person, session: AsyncSession
) -> dict[str, str]:
    """One of each thing that a path can name."""
    upload = {"x-filename": "a.png", "content-type": "application/octet-stream"} | once()
    file = await asking.post("/api/v1/attachments", content=PNG, headers=upload)
    ticket = await open_ticket(asking, attachment_ids=[file.json()["id"]])
    await order(asking, alice)
    insight = await agent.post("/api/v1/insights", json={}, headers=once())
    hidden = "INSERT INTO hidden_numbers (mark, subject_kind, subject_id, number) VALUES (:mark, 'ticket', :id, '')"
    await session.execute(text(hidden), {"mark": MARK, "id": id_of(ticket["number"])})
    asked = text("SELECT subject_kind, min(id) FROM approvals GROUP BY subject_kind")
    approvals = {row.subject_kind: str(row.min) for row in await session.execute(asked)}
    return {
        "number": ticket["number"],
        "key": "bestille-pc",
        "name": "lonn",
        "version": "1",
        "approval_id": approvals["ticket"],
        "proposal_id": approvals["agreement_version"],
        "person_id": str(await session.scalar(select(NearTie.other_id))),
        "attachment_id": str(file.json()["id"]),
        "mark": MARK,
        "office": "catalogue_editor",
        "system_id": "1",
        "insight_id": str(insight.json()[0]["id"]),
        "source": "planner",
        "task_key": "7",
    }


async def _task(session: AsyncSession, published: Published, cast: Cast) -> dict[str, str]:
    """One with a checklist, that Alice has asked Bob to do."""
    activity = next(each for each in published.catalogue.wheel.values() if each.steps)
    task = NewTask(f"wheel:{activity.key}:2026:x", Kind.RECURRING, Consequence.SLIGHT, cast.alice.id)
    await place(session, [task])
    asked = {"delegate_id": cast.bob.id, "delegated_by_id": cast.alice.id}
    await session.execute(update(Task).where(Task.key == task.key).values(asked))
    await session.commit()
    task_id = await session.scalar(select(Task.id).where(Task.key == task.key))
    return {"task_id": str(task_id), "step": step_key(activity.steps[0])}


async def _journey(session: AsyncSession, cast: Cast, leif: httpx.AsyncClient) -> dict[str, str]:
    """One that Bob answers for."""
    await prepare(session, cast)
    journey = await ordered(leif, await body(session, cast))
    await session.execute(update(JourneyRow).values(owner_id=cast.bob.id))
    await session.commit()
    return {"journey_id": str(journey["id"]), "step_id": str(journey["steps"][0]["id"])}


def _sources(folder: Path) -> Path:
    file = folder / "sources.yaml"
    file.write_text("planner: {name: Planner, client_id: planner}\n", encoding="utf-8")
    return file


async def _fingerprint_sql(session: AsyncSession) -> str:
    tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    hashes = (
        f"coalesce((SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t), '')"
        for table in sorted(set(tables) - MEANT_TO_PASS)
    )
    return f"SELECT md5({' || '.join(hashes)})"


@pytest.fixture
async def door(wide_door: Door) -> AsyncIterator[Door]:
    """As it was before the test, whatever a value that happened to be right has done."""
    mine = await wide_door.connection.begin_nested()
    yield wide_door
    await mine.rollback()
