"""Writing in the security log: one row in the caller's own transaction, so it stands exactly if the act does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.models import AuditEntry
from app.database.session import run
from app.identity.actor import Actor

JSON: TypeAlias = "str | int | bool | Sequence[JSON] | Mapping[str, JSON] | None"
"""No floats: an entry is hashed as PostgreSQL writes it, and nothing here is measured."""

_APPEND = insert(AuditEntry).inline()


async def audit(
    session: AsyncSession,
    actor: Actor | None,
    kind: AuditKind,
    *,
    subject_kind: str = "",
    subject_id: int | None = None,
    concerns_id: int | None = None,
    payload: Mapping[str, JSON] | None = None,
) -> None:
    """Record that `actor` did `kind`; None when nobody is known to have done it (a refused sign-in).

    `subject_kind` is a table's name in the singular («ticket», «person»), `concerns_id` the person it is about.
    Never pass what people wrote, a secret, or a name: ids are looked up when the log is read.
    """
    entry = {
        "kind": kind,
        "actor_id": actor.person_id if actor else None,
        "acting_for_id": actor.acting_for_id if actor else None,
        "system": actor.system if actor else None,
        "session_id": actor.session_id if actor else None,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "concerns_id": concerns_id,
        "payload": dict(payload or {}),
    }
    await run(session, _APPEND, entry)
