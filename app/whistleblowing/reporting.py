"""The reporter's side: file a report, come back with the code, read and answer. Nobody is signed in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.queue import deliver_later
from app.errors import Conflict, FieldProblem, Invalid, NotFound
from app.identity.actor import Office
from app.identity.codes import new_reference, read_code
from app.identity.hashing import new_token, token_hash
from app.people.models import OfficeHolder, Person
from app.whistleblowing.models import Kind, Line, Report, State, Withheld

TOPIC = "whistleblowing.news"
ABOUT_MAX, SIGNATURE_MAX, BODY_MAX, KEY_MAX = 500, 500, 20_000, 100


@dataclass(frozen=True)
class NewReport:
    """As it was filled in; nothing has been checked."""

    about: str
    body: str
    signature: str
    withheld_from: frozenset[int]


@dataclass(frozen=True, slots=True)
class Recipient:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    kind: Kind
    body: str
    said_on: date


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What the reporter sees of their own report. Who of the mottak answered stays with the mottak."""

    about: str
    body: str
    filed_on: date
    state: State
    lines: tuple[Said, ...]


async def recipients(session: AsyncSession) -> list[Recipient]:
    """The named mottak, by name. Empty: the channel is not open."""
    query = (
        select(Person.id, Person.name)
        .join(OfficeHolder, OfficeHolder.person_id == Person.id)
        .where(OfficeHolder.office == Office.WHISTLEBLOWING_RECIPIENT, Person.active)
        .order_by(Person.sort_key, Person.id)
    )
    return [Recipient(*row) for row in await session.execute(query)]


async def file_report(session: AsyncSession, new: NewReport, code: str) -> None:
    """Keep it under the code. The same code again changes nothing. Raises Invalid with the fields that are wrong."""
    mottak = {one.id for one in await recipients(session)}
    readers = mottak - new.withheld_from
    checked = read_code(code)
    _check(new, code=checked, anybody=bool(readers))
    assert checked is not None
    row = insert(Report).values(
        reference=new_reference(),
        code_hash=token_hash(checked),
        about=new.about.strip(),
        body=new.body.strip(),
        signature=new.signature.strip(),
        filed_on=func.current_date(),
        state=State.RECEIVED,
    )
    kept = row.on_conflict_do_nothing(index_elements=[Report.code_hash]).returning(Report.id)
    report_id = (await session.scalars(kept)).one_or_none()
    if report_id is None:
        return
    session.add_all(
        Withheld(report_id=report_id, person_id=person_id) for person_id in sorted(mottak & new.withheld_from)
    )
    await _tell(session, sorted(readers))


def _check(new: NewReport, *, code: str | None, anybody: bool) -> None:
    problems = []
    if not new.body.strip():
        problems.append(FieldProblem("body", "field.required"))
    for field, text, most in (
        ("body", new.body, BODY_MAX),
        ("about", new.about, ABOUT_MAX),
        ("signature", new.signature, SIGNATURE_MAX),
    ):
        if len(text) > most:
            problems.append(FieldProblem(field, "field.too_long", (("max", str(most)),)))
    if not anybody:
        problems.append(FieldProblem("withheld", "whistleblowing.somebody_must_read"))
    if code is None:
        problems.append(FieldProblem("code", "field.invalid"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))


async def _tell(session: AsyncSession, readers: Sequence[int]) -> None:
    """That there is something to read; not what, nor in which report."""
    for person_id in readers:
        await deliver_later(session, TOPIC, key=f"{TOPIC}:{new_token()}", payload={}, recipient_id=person_id)


async def dialogue(session: AsyncSession, code: str) -> Dialogue:
    """Raises NotFound for a code that opens nothing, however it is wrong."""
    report = await _by_code(session, code)
    query = select(Line.kind, Line.body, Line.said_on).where(
        Line.report_id == report.id, Line.kind != Kind.NOTE
    )
    lines = tuple(Said(*row) for row in await session.execute(query.order_by(Line.id)))
    return Dialogue(report.about, report.body, report.filed_on, report.state, lines)


async def say(session: AsyncSession, code: str, body: str, *, key: str) -> None:
    """One thing more from the reporter. Raises Conflict when the report is closed."""
    report = await _by_code(session, code)
    if report.state is State.CLOSED:
        raise Conflict("whistleblowing.closed")
    if await add_line(session, report.id, body, kind=Kind.REPORTER, author_id=None, key=key):
        withheld = set(
            await session.scalars(select(Withheld.person_id).where(Withheld.report_id == report.id))
        )
        await _tell(session, [one.id for one in await recipients(session) if one.id not in withheld])


async def add_line(
    session: AsyncSession, report_id: int, body: str, *, kind: Kind, author_id: int | None, key: str
) -> bool:
    """False when the same form was sent before. Raises Invalid for an empty or endless text."""
    text = body.strip()
    if not text:
        raise Invalid("request.invalid", fields=(FieldProblem("body", "field.required"),))
    if len(text) > BODY_MAX:
        too_long = FieldProblem("body", "field.too_long", (("max", str(BODY_MAX)),))
        raise Invalid("request.invalid", fields=(too_long,))
    if not 1 <= len(key) <= KEY_MAX:
        raise Invalid("idempotency.bad_key")
    row = insert(Line).values(
        report_id=report_id,
        author_id=author_id,
        kind=kind,
        body=text,
        key=key,
        said_on=func.current_date(),
    )
    added = row.on_conflict_do_nothing(index_elements=[Line.report_id, Line.key]).returning(Line.id)
    return (await session.scalars(added)).one_or_none() is not None


async def _by_code(session: AsyncSession, code: str) -> Report:
    hashed = token_hash(read_code(code) or "")
    found = (await session.scalars(select(Report).where(Report.code_hash == hashed))).one_or_none()
    if found is None:
        raise NotFound
    return found
