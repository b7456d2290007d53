"""Reports are kept as long as the catalogue's rule says, and destroyed for good by the mottak's own decision."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.audit.kinds import AuditKind
from app.catalogue.published import Published
from app.identity.models import BrowserSession
from app.oversight.search import Wanted, find_entries
from app.whistleblowing.models import DestroyedReport, Line, Report, State, Withheld
from app.whistleblowing.routes import channel, rule_of
from service_catalog.processing import Disposal
from tests.audit.test_refusals import written
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.masking.numbers import some
from tests.privacy.conftest import AtThePages
from tests.whistleblowing.test_reporting import SECRET, Room, reference_of, report, room

__all__ = ["room"]


async def closed_long_ago(session: AsyncSession, reference: str, *, days: int) -> None:
    closed_on = (await session.scalars(select(func.current_date()))).one() - timedelta(days=days)
    change = {"state": State.CLOSED, "closed_on": closed_on}
    await session.execute(update(Report).where(Report.reference == reference).values(change))
    await session.commit()


async def test_it_is_destroyed_when_due_and_the_record_names_nobody(
    room: Room, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    code = await report(room, withheld=str(room.morten.id), signature=cast.alice.name)
    reference = await reference_of(session)
    mona = AtThePages(in_browser(room.mona))
    at = f"/varsling/mottak/{reference}"
    await mona.get(at)
    await mona.post(f"{at}/svar", body="Ring revisjonen.", kind="note", key="k")
    assert (await mona.post(f"{at}/slett")).status_code == 409, "it is open"
    await closed_long_ago(session, reference, days=700)
    assert "Slett varselet for godt" not in (await mona.get(at)).text
    assert (await mona.post(f"{at}/slett")).status_code == 409, "before its time"
    await closed_long_ago(session, reference, days=740)
    assert "Slett varselet for godt" in (await mona.get(at)).text
    assert "Kan slettes" in (await mona.get("/varsling/mottak")).text
    for other in (room.morten, cast.alice, cast.leif):
        refused = AtThePages(in_browser(other))
        await refused.get("/mine-saker")
        assert (await refused.post(f"{at}/slett")).status_code == 404
    assert (await mona.post(f"{at}/slett")).status_code == 303
    for table in (Report, Line, Withheld):
        assert (await session.scalars(select(func.count()).select_from(table))).one() == 0
    assert (await mona.get(at)).status_code == 404
    assert (await room.anybody.post("/varsling/samtale", data={"code": code})).status_code == 404
    [record] = (await session.scalars(select(DestroyedReport))).all()
    row = (
        await session.scalars(text("SELECT row_to_json(r)::text FROM whistleblowing_destructions r"))
    ).one()
    assert (record.reference, set(row.split('"')[1::2]) & {"reference", "destroyed_on", "basis"}) == (
        reference,
        {"reference", "destroyed_on", "basis"},
    )
    assert record.basis.startswith("varsling: 2 år")
    for name in (*(person.name for person in cast.persons), SECRET, "Lageret"):
        assert name not in row
    assert reference in (await mona.get("/varsling/mottak")).text


async def test_who_destroyed_it_stands_in_the_chain_and_is_shown_to_nobody(
    room: Room, in_browser: AsPerson, session: AsyncSession
) -> None:
    await report(room)
    reference = await reference_of(session)
    await closed_long_ago(session, reference, days=740)
    mona = AtThePages(in_browser(room.mona))
    await mona.get("/varsling/mottak")
    await session.execute(update(BrowserSession).values(authenticated_at=None))
    await session.commit()
    with capture_logs() as logged:
        asked = await mona.post(f"/varsling/mottak/{reference}/slett")
    assert asked.status_code == 403
    assert await written(session, AuditKind.REFUSED) == [], "or the officer could tell that there is a report"
    assert reference not in repr(logged)
    assert "/logg-inn/igjen" in asked.text
    await session.execute(update(BrowserSession).values(authenticated_at=func.clock_timestamp()))
    await session.commit()
    assert (await mona.post(f"/varsling/mottak/{reference}/slett")).status_code == 303
    [entry] = await written(session, AuditKind.WHISTLE_DESTROYED)
    assert entry["actor_id"] == room.mona.id
    shown = await find_entries(session, Wanted(), limit=100)
    assert not [row for row in shown.items if row.kind.startswith("whistle.")]


async def test_opened_again_its_time_does_not_run(
    room: Room, in_browser: AsPerson, session: AsyncSession
) -> None:
    await report(room)
    reference = await reference_of(session)
    mona = AtThePages(in_browser(room.mona))
    await mona.get("/varsling/mottak")
    at = f"/varsling/mottak/{reference}"
    await mona.post(f"{at}/tilstand", state="closed")
    closed_on = select(Report.closed_on)
    assert (await session.scalars(closed_on)).one() == (
        await session.scalars(select(func.current_date()))
    ).one()
    await closed_long_ago(session, reference, days=740)
    await mona.post(f"{at}/tilstand", state="closed")
    assert (await session.scalars(closed_on)).one() < date.max
    await mona.post(f"{at}/tilstand", state="examined")
    assert (await session.scalars(closed_on)).one() is None
    assert (await mona.post(f"{at}/slett")).status_code == 409


async def test_an_identity_number_is_hidden_for_good_wherever_it_is_written(
    room: Room, in_browser: AsPerson, session: AsyncSession
) -> None:
    number = some()
    code = await report(room, body=f"{SECRET} {number}", about=f"Sak {number}", signature=f"Meg, {number}")
    reference = await reference_of(session)
    said = {"code": code, "body": f"Og {number[:6]} {number[6:]}", "key": "k"}
    assert number[:6] not in (await room.anybody.post("/varsling/samtale/svar", data=said)).text
    mona = AtThePages(in_browser(room.mona))
    page = (await mona.get(f"/varsling/mottak/{reference}")).text
    await mona.post(f"/varsling/mottak/{reference}/svar", body=f"Svar {number}", kind="note", key="n")
    page += (await mona.get(f"/varsling/mottak/{reference}")).text
    assert number[:6] not in page
    assert page.count("hidden-number") >= 4
    for table in ("whistleblowing_reports", "whistleblowing_lines", "hidden_numbers"):
        kept = await session.scalars(text(f"SELECT row_to_json(r)::text FROM {table} r"))
        assert not [row for row in kept if number in row or number[6:] in row], table
    assert (await session.scalars(text("SELECT count(*) FROM hidden_numbers"))).one() == 0


def test_the_rule_is_the_catalogue_s_with_law_and_the_day_it_was_checked(published: Published) -> None:
    rule = rule_of(published)
    assert channel(published).key == "varsling"
    assert rule.retention.then is Disposal.DELETE
    laws = [published.catalogue.laws[key] for key in (*rule.archive_basis, *rule.legal_basis)]
    assert "aml-2a" in {law.key for law in laws}
    assert all(law.checked_on for law in laws)
