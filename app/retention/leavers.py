"""People who have left: how to reach them goes first, and their name when nothing that is kept needs it.

Nobody approves a list: the register is a copy of what the HR system tells, and documents nothing that the cases, the
approvals and the log do not. Instead the name stands on the list for a month, where the privacy officer can hold it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.catalogue.published import Published, load_published
from app.identity.actor import system_actor
from app.retention.leaving_reach import CONTACT_GOES, GOES, NAME_STAYS
from app.retention.models import Leaver, Leaving
from app.web.words import local
from service_catalog.forms import references
from service_catalog.processing import CONTACTS, LEAVERS

FORGETTER = system_actor("retention.leavers")
ON_THE_LIST = timedelta(days=30)
"""How long a name stands there before it goes."""
AT_ONCE = 5_000

# Whose access has ended, and who has no job and is to have none. What nobody here remembers the end of is older than
# the log. Systems and the person of anonymous cases are nobody; whoever is forgotten is so once.
_LEFT = """
    SELECT p.id, left_on, EXISTS (
        SELECT FROM legal_holds h WHERE h.lifted_at IS NULL AND h.scope = 'person' AND h.subject = p.id::text) AS held
    FROM persons p
    CROSS JOIN LATERAL (SELECT greatest(
        (SELECT max(e.ends_on) FROM engagements e WHERE e.person_id = p.id AND e.ends_on >= e.starts_on),
        p.left_at::date,
        (SELECT max(a.at)::date FROM audit_entries a
            WHERE a.concerns_id = p.id AND a.kind = 'person.disabled'),
        date '1970-01-01') AS left_on) AS ended
    WHERE NOT p.active AND p.issuer NOT IN ('skranke', 'skranke:scim') AND left_on < :before
      AND NOT EXISTS (SELECT FROM systems s WHERE s.person_id = p.id)
      AND NOT EXISTS (SELECT FROM engagements e WHERE e.person_id = p.id
            AND e.ends_on IS DISTINCT FROM e.starts_on - 1
            AND (e.ends_on IS NULL OR e.ends_on >= CAST(:today AS date)))
"""
_REACHABLE = text(
    f"""
    WITH over AS ({_LEFT})
    SELECT over.id FROM over JOIN persons p ON p.id = over.id
    WHERE NOT held
      AND NOT EXISTS (SELECT FROM tickets t WHERE t.requester_id = over.id AND t.status <> 'closed')
      AND NOT EXISTS (SELECT FROM tickets t WHERE t.about_id = over.id AND t.status <> 'closed')
      AND (p.email IS NOT NULL OR p.phone IS NOT NULL OR
          {
        " OR ".join(
            f"EXISTS (SELECT FROM {table} one WHERE one.{column} = p.id)"
            for table, column in (each.split(".") for each in CONTACT_GOES)
        )
    })
    ORDER BY over.id LIMIT {AT_ONCE}
    """
)
_OVER = text(f"{_LEFT} ORDER BY left_on, p.id")
_NEEDED = text(
    " UNION ".join(
        f"SELECT one.{column} FROM {table} one WHERE one.{column} = ANY (:ids) AND ({condition or 'true'})"
        for (table, column), condition in ((name.split("."), when) for name, when in NAME_STAYS.items())
    )
)
# A number in quotes that is one of these is rare, and each is looked at properly afterwards. Some ten millionths of a
# second for each ticket: a part at a time, so that no statement is long.
_MENTIONED = text(
    """
    SELECT t.service, t.catalogue_version, t.answers FROM tickets t WHERE t.id BETWEEN :first AND :last AND EXISTS (
        SELECT FROM regexp_matches(t.answers::text, '"([0-9]{1,18})"', 'g') AS found
        WHERE found[1]::bigint = ANY (:ids))
    """
)
_TICKETS = text("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM tickets")
TICKETS_AT_ONCE = 100_000
_OFF_THE_LIST = text("DELETE FROM leavers WHERE standing <> 'forgotten' AND person_id <> ALL (:ids)")
_NAMELESS = (
    "DELETE FROM leaves WHERE engagement_id IN (SELECT id FROM engagements WHERE person_id = ANY (:ids))",
    "DELETE FROM feed_told WHERE key IN (SELECT feed_key FROM engagements WHERE person_id = ANY (:ids))",
    """
    UPDATE engagements SET title = '', position_code = '', feed_key = NULL, last_shift_ends_at = NULL,
        contract_reference = CASE WHEN contract_reference IS NOT NULL THEN '–' END,
        org_unit_id = (WITH RECURSIVE place AS (
                SELECT id, parent_id FROM org_units WHERE id = engagements.org_unit_id
                UNION ALL SELECT above.id, above.parent_id FROM org_units above JOIN place ON above.id = place.parent_id
            ) SELECT id FROM place WHERE parent_id IS NULL LIMIT 1)
    WHERE person_id = ANY (:ids)
    """,
    """
    UPDATE persons SET issuer = 'skranke', subject = 'forgotten:' || id, name = 'Anonymisert', sort_key = 'anonymisert',
        email = NULL, phone = NULL, employee_number = NULL, language = 'nb', shielded = true, left_at = NULL
    WHERE id = ANY (:ids)
    """,
)


async def forget_contacts_of_leavers(session: AsyncSession, published: Published, at: datetime) -> None:
    """Called by a recurring job. Not for whoever is held, or has a case that is not closed."""
    rule = published.catalogue.processing.get(CONTACTS)
    if rule is None:
        return
    today = local(at).date()
    given = {"before": rule.retention.began_by(today), "today": today}
    ids = await _still_gone(session, list(await session.scalars(_REACHABLE, given)))
    if not ids:
        return
    await _delete(session, CONTACT_GOES, ids)
    await session.execute(
        text("UPDATE persons SET email = NULL, phone = NULL WHERE id = ANY (:ids)"), {"ids": ids}
    )
    await audit(
        session, FORGETTER, AuditKind.CONTACTS_FORGOTTEN, payload={"persons": len(ids), "rule": rule.rule}
    )


async def forget_leavers(session: AsyncSession, published: Published, at: datetime) -> None:
    """Called by a recurring job: put on the list whose time is over, and take the names that have stood there.

    Whoever came back, or is needed again, is off it. Without the rule nobody is forgotten.
    """
    rule = published.catalogue.processing.get(LEAVERS)
    if rule is None:
        return
    today = local(at).date()
    over = (await session.execute(_OVER, {"before": rule.retention.began_by(today), "today": today})).all()
    # The long look comes first: nothing is written, so nobody's live updates wait for it.
    needed = await needed_of(session, [row.id for row in over if not row.held])
    await session.execute(_OFF_THE_LIST, {"ids": [row.id for row in over]})
    ripe = await _noticed_before(session, today - ON_THE_LIST)
    free = [row.id for row in over if row.id in ripe and not row.held and row.id not in needed]
    going = await _still_gone(session, free)
    lines = []
    for row in over:
        standing = Leaving.HELD if row.held else Leaving.NEEDED if row.id in needed else Leaving.NOTICED
        goes = row.id in going
        lines.append(
            {
                "person_id": row.id,
                "left_on": row.left_on,
                "noticed_on": today,
                "standing": Leaving.FORGOTTEN if goes else standing,
                "basis": rule.rule,
                "done_on": today if goes else None,
            }
        )
    await _take_names(session, going)
    if lines:
        noticed = insert(Leaver)
        now = {name: noticed.excluded[name] for name in ("standing", "basis", "done_on")}
        await session.execute(noticed.on_conflict_do_update(index_elements=["person_id"], set_=now), lines)
    if going:
        told: dict[str, JSON] = {"persons": len(going), "rule": rule.rule}
        await audit(session, FORGETTER, AuditKind.PERSONS_FORGOTTEN, payload=told)


async def _still_gone(session: AsyncSession, ids: Sequence[int]) -> list[int]:
    """Those whom nobody has let in meanwhile; and until this is done, nobody does: the feed takes the same row first."""
    if not ids:
        return []
    query = text("SELECT id FROM persons WHERE id = ANY (:ids) AND NOT active ORDER BY id FOR UPDATE")
    return list(await session.scalars(query, {"ids": list(ids)}))


async def _noticed_before(session: AsyncSession, day: date) -> frozenset[int]:
    query = select(Leaver.person_id).where(Leaver.standing != Leaving.FORGOTTEN, Leaver.noticed_on <= day)
    return frozenset(await session.scalars(query))


async def needed_of(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Those of them whom something that is kept names."""
    if not ids:
        return set()
    needed = set(await session.scalars(_NEEDED, {"ids": list(ids)}))
    return needed | await _named_in_answers(session, [each for each in ids if each not in needed])


async def _named_in_answers(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Whom somebody has chosen in a form: «hvem skal ha ansvar for den»."""
    found: set[int] = set()
    lowest, highest = (await session.execute(_TICKETS)).one()
    for first in range(lowest, highest + 1, TICKETS_AT_ONCE) if ids else ():
        part = {"ids": list(ids), "first": first, "last": first + TICKETS_AT_ONCE - 1}
        for row in (await session.execute(_MENTIONED, part)).all():
            published = await load_published(session, row.catalogue_version)
            named = references(published.service(row.service), row.answers).persons
            found |= {each for each in ids if str(each) in named}
    return found


async def _take_names(session: AsyncSession, ids: Sequence[int]) -> None:
    if not ids:
        return
    await _delete(session, (*CONTACT_GOES, *GOES), ids)
    for statement in _NAMELESS:
        await session.execute(text(statement), {"ids": list(ids)})


async def _delete(session: AsyncSession, columns: Collection[str], ids: Sequence[int]) -> None:
    for table, column in (each.split(".") for each in columns):
        await session.execute(text(f"DELETE FROM {table} WHERE {column} = ANY (:ids)"), {"ids": list(ids)})


@dataclass(frozen=True, slots=True)
class LeaverCount:
    standing: Leaving
    people: int
    on: date
    """Of those who wait, when the first was noticed; of the forgotten, when the last went."""


async def leaver_counts(session: AsyncSession) -> list[LeaverCount]:
    """What a preview shows, as the job saw it last; in the order of `Leaving`."""
    when = func.coalesce(func.max(Leaver.done_on), func.min(Leaver.noticed_on))
    query = select(Leaver.standing, func.count(), when).group_by(Leaver.standing)
    found = {
        standing: (people, on) for standing, people, on in await session.execute(query) if on is not None
    }
    return [LeaverCount(standing, *found[standing]) for standing in Leaving if standing in found]
