"""The limit: FastAPI and asyncpg, no sign-in, one statement, the same rows read and returned.

This code is fixed, so that figures of different months can be compared. A create is one INSERT and its commit.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html import escape
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response

QUEUE = """
SELECT t.id, t.subject, r.name AS requester_name, o.name AS org_unit_name, t.service, t.unit, t.handover_to, t.priority,
       t.status, t.waiting_for, t.assignee_id, a.name AS assignee_name, t.sort_due, t.response_due_at, t.answered_at,
       t.agreement, t.opened_at, t.version, t.confidentiality
FROM tickets t
JOIN persons r ON r.id = t.requester_id
JOIN org_units o ON o.id = t.org_unit_id
LEFT JOIN persons a ON a.id = t.assignee_id
WHERE t.status IN ('new', 'in_progress', 'waiting') AND t.unit = $1
ORDER BY t.sort_due, t.id LIMIT 51
"""
TICKET = """
SELECT t.id, t.version, t.subject, t.description, t.service, t.answers, t.unit, t.handover_to, t.status, t.waiting_for,
       t.wake_at, t.impact, t.urgency, t.priority, t.channel, t.confidentiality, t.price, t.ansvar, t.tjeneste, t.prosjekt,
       t.resolution, t.resolution_text, t.opened_at, t.answered_at, t.resolved_at, t.closes_at, t.closed_at, t.agreement,
       r.name AS requester, b.name AS opened_by, a.name AS assignee,
       (SELECT json_agg(json_build_array(m.id, p.name, m.kind, m.channel, m.body, m.at) ORDER BY m.id)
        FROM messages m LEFT JOIN persons p ON p.id = m.author_id WHERE m.ticket_id = t.id) AS messages,
       (SELECT json_agg(json_build_array(e.kind, p.name, e.system, e.at, e.payload) ORDER BY e.seq)
        FROM events e LEFT JOIN persons p ON p.id = e.actor_id
        WHERE e.subject_kind = 'ticket' AND e.subject_id = t.id) AS events,
       (SELECT json_agg(json_build_array(c.kind, c.state, c.due_at, c.target, c.used, c.breached_at))
        FROM clocks c WHERE c.subject_kind = 'ticket' AND c.subject_id = t.id) AS clocks,
       (SELECT json_agg(json_build_array(v.id, v.authority, v.scope, v.outcome, v.decided_at))
        FROM approvals v WHERE v.subject_kind = 'ticket' AND v.subject_id = t.id) AS approvals,
       (SELECT json_agg(json_build_array(f.id, f.name, f.media_type, f.size))
        FROM attachments f WHERE f.ticket_id = t.id) AS attachments
FROM tickets t
JOIN persons r ON r.id = t.requester_id
JOIN persons b ON b.id = t.opened_by_id
LEFT JOIN persons a ON a.id = t.assignee_id
WHERE t.id = $1
"""
SEARCH = """
WITH newest AS (
    SELECT id, ts_rank(search, websearch_to_tsquery('norwegian', $1)) AS rank FROM tickets
    WHERE search @@ websearch_to_tsquery('norwegian', $1) ORDER BY id DESC LIMIT 2001
)
SELECT t.id, t.subject, r.name AS requester_name, o.name AS org_unit_name, t.service, t.unit, t.handover_to, t.priority,
       t.status, t.waiting_for, t.assignee_id, a.name AS assignee_name, t.sort_due, t.opened_at, t.version
FROM (SELECT id, rank FROM newest ORDER BY rank DESC, id DESC LIMIT 51) n
JOIN tickets t ON t.id = n.id
JOIN persons r ON r.id = t.requester_id
JOIN org_units o ON o.id = t.org_unit_id
LEFT JOIN persons a ON a.id = t.assignee_id
ORDER BY n.rank DESC, n.id DESC
"""
CREATE = """
INSERT INTO tickets (last_event_at, subject, description, service, catalogue_version, answers, requester_id, opened_by_id,
    org_unit_id, unit, status, impact, urgency, priority, channel, confidentiality, routed_by, opened_at, agreement,
    agreement_version, sort_due)
VALUES (clock_timestamp(), $1, $2, $3, $4, $5, $6, $6, $7, $8, 'closed', 'one', 'normal', 'normal', 'api', 'open', 'service',
    clock_timestamp(), $9, 1, 'infinity')
RETURNING id
"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["SKRANKE_DATABASE_URL"], min_size=8, max_size=8) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, openapi_url=None)


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content, default=str), status, media_type="application/json")


@app.get("/queue")
async def queue(request: Request, unit: str) -> Response:
    rows = await request.app.state.pool.fetch(QUEUE, unit)
    return _json({"items": [dict(row) for row in rows[:50]]})


@app.get("/queue.html")
async def queue_html(request: Request, unit: str) -> Response:
    rows = await request.app.state.pool.fetch(QUEUE, unit)
    cells = ("".join(f"<td>{escape(str(value))}</td>" for value in row.values()) for row in rows[:50])
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return Response(f"<!doctype html><table>{body}</table>", media_type="text/html")


@app.get("/tickets/{ticket_id}")
async def ticket(request: Request, ticket_id: int) -> Response:
    row = await request.app.state.pool.fetchrow(TICKET, ticket_id)
    return _json(dict(row))


@app.get("/search")
async def search(request: Request, q: str) -> Response:
    rows = await request.app.state.pool.fetch(SEARCH, q)
    return _json({"items": [dict(row) for row in rows[:50]]})


@app.post("/tickets", status_code=201)
async def create(request: Request) -> Response:
    body = orjson.loads(await request.body())
    new = body["limit"]
    created = await request.app.state.pool.fetchval(
        CREATE,
        body["subject"],
        new["description"],
        body["service"],
        new["catalogue_version"],
        orjson.dumps(body["answers"]).decode(),
        new["requester_id"],
        new["org_unit_id"],
        new["unit"],
        new["agreement"],
    )
    return _json({"id": created, "at": datetime.now(UTC)}, 201)
