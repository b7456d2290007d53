"""Which closed cases have been kept as long as they may, and what stands in the way of destroying each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.retention.models import Action
from app.web.words import local
from service_catalog.processing import CountedFrom, Disposal, Processing


class Standing(StrEnum):
    """In the order they are asked: the first that holds is the answer."""

    LISTED = "listed"
    """On a list that is not carried out yet."""
    HELD = "held"
    NOT_TRANSFERRED = "not_transferred"
    """To be preserved (arkivlova), or lying in a package, and the archive has not said that it has it."""
    READY = "ready"


@dataclass(frozen=True)
class Rule:
    """The retention of one service, as the catalogue says now."""

    service: str
    processing: Processing

    @property
    def action(self) -> Action:
        """What is transferred is deleted here once the archive has it."""
        return Action.ANONYMISE if self.processing.retention.then is Disposal.ANONYMISE else Action.DELETE

    @property
    def basis(self) -> str:
        """«5 år, year_end; arkivlova-14, bokforingsloven-13»: the same words for everybody, in the record."""
        kept = self.processing.retention
        parts = [f"{kept.years} år" if kept.years else "", f"{kept.months} mnd" if kept.months else ""]
        laws = ", ".join((*self.processing.archive_basis, *self.processing.legal_basis))
        return f"{' '.join(part for part in parts if part)}, {FROM[kept.counted_from]}; {laws}"


FROM = {
    CountedFrom.CLOSED: "fra avslutning",
    CountedFrom.YEAR_END: "fra utgangen av året den ble avsluttet",
    CountedFrom.EMPLOYMENT_ENDED: "fra arbeidsforholdet tok slutt",
    CountedFrom.RECORDED: "fra innføringen",
}


def rules_of(published: Published) -> list[Rule]:
    """One for each service that says how long; a service without a rule is never destroyed from."""
    catalogue = published.catalogue
    found = ((service.key, catalogue.processing_of(service)) for service in catalogue.services.values())
    return [Rule(service, processing) for service, processing in found if processing is not None]


@dataclass(frozen=True, slots=True)
class DueCase:
    ticket_id: int
    service: str
    unit: str
    closed_on: date
    due_on: date
    standing: Standing


@dataclass(frozen=True, slots=True)
class DueCount:
    service: str
    standing: Standing
    cases: int
    oldest_due_on: date


# A whistle-blowing case is in no list and no figure; the mottak destroys its own.
_DUE = """
    WITH rules AS (
        SELECT * FROM unnest(CAST(:services AS text[]), CAST(:years AS int[]), CAST(:months AS int[]),
            CAST(:counted AS text[]), CAST(:transfers AS bool[])) AS r (service, years, months, counted, transfers)
    ), closed AS (
        SELECT t.id, t.service, t.unit, t.requester_id, t.about_id, r.transfers,
            t.closed_at::date AS closed_on,
            CAST(CASE r.counted
                WHEN 'closed' THEN t.closed_at
                WHEN 'year_end' THEN date_trunc('year', t.closed_at) + interval '1 year'
                ELSE CASE WHEN ended.day IS NOT NULL
                    THEN greatest(t.closed_at, ended.day + interval '1 day') END
            END + make_interval(years => r.years, months => r.months) AS date) AS due_on
        FROM tickets t JOIN rules r ON r.service = t.service
        LEFT JOIN LATERAL (
            SELECT CASE
                WHEN count(*) = 0 THEN date '-infinity'
                WHEN bool_or(e.ends_on IS NULL OR e.ends_on >= CAST(:today AS date)) THEN NULL
                ELSE max(e.ends_on) END AS day
            FROM engagements e WHERE e.person_id = coalesce(t.about_id, t.requester_id) AND r.counted = 'employment_ended'
        ) ended ON true
        WHERE t.status = 'closed' AND t.confidentiality <> 'whistleblowing'
          AND t.closed_at < CAST(:today AS date) - make_interval(years => r.years, months => r.months) + interval '1 day'
          AND (CAST(:only AS bigint[]) IS NULL OR t.id = ANY (CAST(:only AS bigint[])))
    ), due AS (
        SELECT closed.*, CASE
            WHEN EXISTS (SELECT FROM destruction_lines l JOIN destructions d ON d.id = l.destruction_id
                WHERE l.ticket_id = closed.id AND l.kept_because IS NULL AND d.state <> 'rejected'
                  AND d.id IS DISTINCT FROM CAST(:mine AS bigint)) THEN 'listed'
            WHEN EXISTS (SELECT FROM legal_holds h WHERE h.lifted_at IS NULL AND (
                h.scope = 'ticket' AND h.subject = closed.id::text
                OR h.scope = 'person' AND h.subject IN (closed.requester_id::text, closed.about_id::text)
                OR h.scope = 'service' AND h.subject = closed.service
                OR h.scope = 'unit' AND h.subject = closed.unit)) THEN 'held'
            WHEN (closed.transfers OR EXISTS (SELECT FROM packaged_cases p WHERE p.ticket_id = closed.id))
                AND NOT EXISTS (SELECT FROM packaged_cases p
                JOIN archive_packages a ON a.id = p.package_id
                WHERE p.ticket_id = closed.id AND a.received_at IS NOT NULL) THEN 'not_transferred'
            ELSE 'ready' END AS standing
        FROM closed WHERE closed.due_on <= CAST(:today AS date)
    )
"""
_LIST = text(
    f"{_DUE} SELECT id, service, unit, closed_on, due_on, standing FROM due"
    " WHERE CAST(:wanted AS text) IS NULL OR standing = :wanted ORDER BY due_on, id LIMIT :most"
)
_COUNT = text(
    f"{_DUE} SELECT service, standing, count(*) AS cases, min(due_on) AS oldest_due_on FROM due"
    " WHERE standing <> 'listed' OR CAST(:mine AS bigint) IS NULL GROUP BY service, standing ORDER BY service, standing"
)


async def due_cases(
    session: AsyncSession, rules: Iterable[Rule], *, at: datetime, standing: Standing | None, most: int
) -> list[DueCase]:
    """Longest overdue first; with one standing only, or all."""
    given = _given(rules, at) | {"wanted": standing.value if standing else None, "most": most}
    return [_case(row) for row in await session.execute(_LIST, given)]


async def look_again(
    session: AsyncSession, rules: Iterable[Rule], ids: Sequence[int], *, destruction_id: int, at: datetime
) -> dict[int, Standing]:
    """How these stand now, apart from standing on this list; those that are not due (any more) are left out."""
    given = _given(rules, at, only=ids, mine=destruction_id) | {"wanted": None, "most": len(ids)}
    return {row.id: Standing(row.standing) for row in await session.execute(_LIST, given)}


async def due_counts(session: AsyncSession, rules: Iterable[Rule], *, at: datetime) -> list[DueCount]:
    """What a preview shows: how many of each service, and what stands in their way."""
    rows = await session.execute(_COUNT, _given(rules, at))
    return [DueCount(row.service, Standing(row.standing), row.cases, row.oldest_due_on) for row in rows]


def _given(
    rules: Iterable[Rule], at: datetime, *, only: Sequence[int] | None = None, mine: int | None = None
) -> dict[str, Any]:
    known = [(rule.service, rule.processing.retention) for rule in rules]
    return {
        "services": [service for service, _kept in known],
        "years": [kept.years for _service, kept in known],
        "months": [kept.months for _service, kept in known],
        "counted": [kept.counted_from.value for _service, kept in known],
        "transfers": [kept.then is Disposal.TRANSFER for _service, kept in known],
        "today": local(at).date(),
        "only": list(only) if only is not None else None,
        "mine": mine,
    }


def _case(row: Any) -> DueCase:
    return DueCase(row.id, row.service, row.unit, row.closed_on, row.due_on, Standing(row.standing))
