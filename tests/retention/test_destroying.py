"""A destruction list: two persons, looked at again before each case, and nothing left of what was written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Outcome
from app.catalogue.published import Published
from app.clocks.rebuild import rebuild
from app.database.session import transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.identity.me import load_actor
from app.retention.destroying import TOPIC, carry_out, decide, propose
from app.retention.erasing import ERASED, KEPT
from app.retention.holds import place_hold
from app.retention.models import SUBJECT, HoldOn, State
from app.settings import Settings
from app.tickets.attachments import open_store, sweep_staged
from service_catalog.processing import Disposal, Retention
from service_catalog.schema import Catalogue
from sla.load import Sla
from tests.cast import Cast
from tests.conftest import AsPerson, OwnDatabase
from tests.house import House, open_house
from tests.postgres import Database
from tests.retention.closing import ARCHIVE, close, closed_case, give_archive, officer
from tests.tickets.asking import PC_BROKEN, match, once, open_ticket
from tests.told import told

LONG_AGO = date(2001, 1, 1)
CANARY = "kvikksølvugle"


def kept_one_year(published: Published, then: Disposal) -> Published:
    """IT's cases, with this end."""
    catalogue = published.catalogue
    changed = catalogue.processing["it-hjelp"].model_copy(update={"retention": Retention(years=1, then=then)})
    processing = catalogue.processing | {"it-hjelp": changed}
    return replace(published, catalogue=catalogue.model_copy(update={"processing": processing}))


async def proposal(session: AsyncSession, published: Published, cast: Cast) -> int:
    """The id of the question to Stein about everything that is due."""
    by = await officer(session, cast.truls)
    row = await propose(session, published, archive_unit=ARCHIVE, by=by)
    found: Any = await session.execute(
        text("SELECT id FROM approvals WHERE subject_kind = :kind AND subject_id = :id"),
        {"kind": SUBJECT, "id": row.id},
    )
    return int(found.scalar_one())


async def lines(session: AsyncSession) -> list[tuple[int, bool, str | None]]:
    found = await session.execute(
        text("SELECT ticket_id, done_at IS NOT NULL, kept_because FROM destruction_lines ORDER BY ticket_id")
    )
    return [tuple(row) for row in found]


async def deliveries_about(session: AsyncSession, ticket_id: int) -> list[str]:
    """Their topics. They name the case, and who was told about it."""
    found = await session.scalars(
        text("SELECT topic FROM deliveries WHERE :id IN (payload->>'ticket_id', payload->>'subject_id')"),
        {"id": str(ticket_id)},
    )
    return list(found)


async def test_one_proposes_another_approves_and_only_then_is_it_gone(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast, settings: Settings
) -> None:
    published = kept_one_year(published, Disposal.DELETE)
    await give_archive(session, cast)
    case = await closed_case(session, as_person, cast.alice, LONG_AGO)
    asked = await proposal(session, published, cast)
    (mail,) = (await told(session, settings, TOPIC)).values()
    assert mail is not None
    assert (mail.to, "/kontroll/kassasjon/" in mail.text) == (cast.stein.email, True)
    assert await carry_out(session, published) == 0
    assert await deliveries_about(session, case)
    stein = await load_actor(session, cast.stein.id)
    approval = await decide(session, asked, Outcome.APPROVED, None, by=stein)
    await session.flush()
    assert await carry_out(session, published) == 1
    assert await carry_out(session, published) == 0
    await session.flush()
    assert await lines(session) == [(case, True, None)]
    left = await session.scalar(text("SELECT count(*) FROM tickets WHERE id = :id"), {"id": case})
    assert left == 0
    assert not await deliveries_about(session, case)
    state = await session.scalar(
        text("SELECT state FROM destructions WHERE id = :id"), {"id": approval.subject_id}
    )
    assert state == State.DONE


async def test_whoever_proposes_does_not_approve_and_a_stranger_does_neither(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast
) -> None:
    await give_archive(session, cast)
    await closed_case(session, as_person, cast.alice, LONG_AGO)
    stranger = await load_actor(session, cast.truls.id)
    with pytest.raises(Forbidden):
        await propose(session, published, archive_unit=ARCHIVE, by=stranger)
    asked = await proposal(session, published, cast)
    for each in (await officer(session, cast.truls), stranger):
        with pytest.raises(NotFound):
            await decide(session, asked, Outcome.APPROVED, None, by=each)


async def test_nobody_proposes_what_only_they_could_approve(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast
) -> None:
    await give_archive(session, cast)
    await closed_case(session, as_person, cast.alice, LONG_AGO)
    by = await officer(session, cast.stein)
    with pytest.raises(Invalid, match="nobody_approves"):
        await propose(session, published, archive_unit=ARCHIVE, by=by)


async def test_a_no_lets_the_cases_stand_on_a_later_list(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast
) -> None:
    await give_archive(session, cast)
    await closed_case(session, as_person, cast.alice, LONG_AGO)
    asked = await proposal(session, published, cast)
    with pytest.raises(Invalid, match="nothing_due"):
        await proposal(session, published, cast)
    await decide(session, asked, Outcome.REJECTED, "Ikke nå", by=await load_actor(session, cast.stein.id))
    await session.flush()
    assert await proposal(session, published, cast) != asked


async def test_whoever_says_yes_long_after_the_sign_in_is_shown_the_way_through_it(
    session: AsyncSession, published: Published, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await give_archive(session, cast)
    await closed_case(session, as_person, cast.alice, LONG_AGO)
    await proposal(session, published, cast)
    stein, lists = in_browser(cast.stein), await session.scalars(text("SELECT id FROM destructions"))
    here = f"/kontroll/kassasjon/{lists.one()}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await stein.get(here)).text)
    assert token
    await session.execute(text("UPDATE sessions SET authenticated_at = now() - interval '1 hour'"))
    await session.commit()
    form = {"csrf_token": token[1], "answer": "godkjenn"}
    refused = await stein.post(here, data=form, headers={"referer": f"https://testserver{here}"})
    assert refused.status_code == 403
    assert f'href="/logg-inn/igjen?til={quote(here, safe="")}"' in refused.text
    assert await session.scalar(text("SELECT state FROM destructions")) == State.PROPOSED


async def test_a_list_that_changed_after_it_was_asked_about_is_not_approved(
    own_database: OwnDatabase, settings: Settings, shipped: tuple[Catalogue, Sla], fresh_database: Database
) -> None:
    from tests.audit.test_verify import as_owner

    async with open_house(fresh_database, settings, shipped) as house:
        async with transaction(house.sessions) as session:
            await give_archive(session, house.cast)
            await closed_case(session, house.as_person, house.cast.alice, LONG_AGO)
        async with transaction(house.sessions) as session:
            asked = await proposal(session, house.published, house.cast)
        await as_owner(own_database, "UPDATE destruction_lines SET action = 'delete'")
        stein = house.cast.stein.id
        with pytest.raises(Conflict, match="changed_since_asked"):
            async with transaction(house.sessions) as session:
                await decide(session, asked, Outcome.APPROVED, None, by=await load_actor(session, stein))


async def test_a_hold_placed_after_the_approval_still_stops_it(
    session: AsyncSession, published: Published, as_person: AsPerson, cast: Cast
) -> None:
    await give_archive(session, cast)
    held = await closed_case(session, as_person, cast.alice, LONG_AGO)
    gone = await closed_case(session, as_person, cast.oda, LONG_AGO)
    asked = await proposal(session, published, cast)
    await decide(session, asked, Outcome.APPROVED, None, by=await load_actor(session, cast.stein.id))
    by = await officer(session, cast.truls)
    await place_hold(
        session, published, HoldOn.PERSON, str(cast.alice.id), "Tvist", archive_unit=ARCHIVE, by=by
    )
    await session.flush()
    assert await carry_out(session, published) == 2
    assert sorted(await lines(session)) == sorted([(held, False, "held"), (gone, True, None)])


async def planted(house: House) -> int:
    """A closed case with the word in everything that can hold one."""
    asking, solving = house.as_person(house.cast.alice), house.as_person(house.cast.bob)
    upload = {"x-filename": quote(f"{CANARY}.txt"), "content-type": "application/octet-stream"}
    files = [
        (await asking.post("/api/v1/attachments", content=CANARY.encode(), headers=upload | once())).json()[
            "id"
        ]
        for _ in range(2)
    ]
    answers = PC_BROKEN["answers"] | {"description": f"Skjermen viser {CANARY}, og 010190 12345"}
    ticket = await open_ticket(asking, subject=f"Om {CANARY}", answers=answers, attachment_ids=files[:1])
    url = f"/api/v1/tickets/{ticket['number']}"
    for client, kind, more in (
        (asking, "public", {"attachment_ids": files[1:]}),
        (solving, "public", {}),
        (solving, "internal", {}),
    ):
        body = {"body": f"Vi fant {CANARY}.", "kind": kind} | more
        sent = await client.post(f"{url}/messages", json=body, headers=once())
        assert sent.status_code == 201, sent.text
    ticket = (await solving.get(url)).json()
    text_of = {"text": f"{CANARY} er borte"}
    solved = await solving.put(f"{url}/resolution", json=text_of, headers=match(ticket))
    assert solved.status_code == 200, solved.text
    async with transaction(house.sessions) as session:
        return await close(session, ticket, LONG_AGO)


async def everywhere(session: AsyncSession, word: str) -> set[str]:
    """Every table with a row that holds the word, in any column."""
    tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    found = set()
    for table in tables.all():
        holds = text(f"SELECT EXISTS (SELECT FROM {table} AS one WHERE one::text ILIKE :word)")
        if await session.scalar(holds, {"word": f"%{word}%"}):
            found.add(table)
    return found


def files_with(settings: Settings, word: str) -> list[Path]:
    assert settings.data is not None
    stored = (path for path in settings.data.rglob("*") if path.is_file())
    return [path for path in stored if word.encode() in path.read_bytes() or word in path.name]


@pytest.mark.parametrize("then", [Disposal.DELETE, Disposal.ANONYMISE])
async def test_a_word_that_was_written_is_nowhere_when_its_case_is_destroyed(
    own_cluster: OwnDatabase,
    lonely_database: Database,
    settings: Settings,
    shipped: tuple[Catalogue, Sla],
    then: Disposal,
) -> None:
    """Rows of every table, the search's index, the files: and the clocks still say what they said."""
    async with open_house(lonely_database, settings, shipped) as house:
        published = kept_one_year(house.published, then)
        case = await planted(house)
        stein = house.cast.stein.id
        async with transaction(house.sessions) as session:
            await give_archive(session, house.cast)
            before = await everywhere(session, CANARY)
        assert {"tickets", "messages", "attachments"} <= before
        assert files_with(settings, CANARY)
        async with transaction(house.sessions) as session:
            asked = await proposal(session, published, house.cast)
        async with transaction(house.sessions) as session:
            await decide(session, asked, Outcome.APPROVED, None, by=await load_actor(session, stein))
        for _ in range(2):
            async with transaction(house.sessions) as session:
                await carry_out(session, published)
        await sweep_staged(house.sessions, open_store(settings))
        async with transaction(house.sessions) as session:
            assert await everywhere(session, CANARY) == set()
            stem = CANARY[:10]
            assert await everywhere(session, stem) == set()
            assert await lines(session) == [(case, True, None)]
            mine = "SELECT count(*) FROM events WHERE subject_id = :id AND subject_kind = 'ticket'"
            assert await session.scalar(text(f"{mine} AND actor_id IS NOT NULL"), {"id": case}) == 0
            assert await session.scalar(text(mine), {"id": case}) > 3
            left = await session.scalar(text("SELECT count(*) FROM tickets WHERE id = :id"), {"id": case})
            assert left == (1 if then is Disposal.ANONYMISE else 0)
        assert files_with(settings, CANARY) == []
        assert (await rebuild_all_of(house)) == []


async def rebuild_all_of(house: House) -> list[str]:
    """What `skranke clocks rebuild` would change."""
    result = await rebuild(house.sessions, repair=False)
    return list(map(str, result.different))


async def test_what_was_destroyed_of_the_log_is_only_what_was_destroyed(
    own_database: OwnDatabase, fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    """The owner's function changes nothing for a case that stands, whoever calls it."""
    async with open_house(fresh_database, settings, shipped) as house:
        ticket = await open_ticket(house.as_person(house.cast.alice))
        ticket_id = int(ticket["number"].partition("-")[0])
        async with own_database.transaction() as session:
            await session.execute(
                text("SELECT forget_actors(ARRAY[:id]::bigint[], ARRAY[:id]::bigint[])"), {"id": ticket_id}
            )
        assert (
            await house.scalar("SELECT count(*) FROM events WHERE actor_id IS NULL AND system IS NULL") == 0
        )


async def test_every_table_about_tickets_is_emptied_or_kept_for_a_reason(session: AsyncSession) -> None:
    """One with a foreign key is emptied by itself; another joins a list in `app/retention/erasing.py`."""
    about = text(
        """
        SELECT DISTINCT c.table_name FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.column_name IN ('ticket_id', 'subject_id')
          AND NOT EXISTS (SELECT FROM pg_constraint con WHERE con.contype = 'f'
              AND con.confrelid = 'tickets'::regclass AND con.conrelid = quote_ident(c.table_name)::regclass)
        """
    )
    assert set(await session.scalars(about)) - {*ERASED, *KEPT} == set()


async def test_a_table_that_comes_later_is_reached_too_and_a_case_that_stands_is_not(
    own_database: OwnDatabase, fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    from tests.audit.test_verify import as_owner

    async with open_house(fresh_database, settings, shipped) as house:
        stein = house.cast.stein.id
        async with transaction(house.sessions) as session:
            await give_archive(session, house.cast)
        standing = await open_ticket(house.as_person(house.cast.alice))
        old = await open_ticket(house.as_person(house.cast.alice))
        async with transaction(house.sessions) as session:
            await close(session, old, LONG_AGO)
        await as_owner(
            own_database,
            "CREATE TABLE later (ticket_id bigint REFERENCES tickets, words text)",
            f"INSERT INTO later SELECT id, '{CANARY}' FROM tickets",
            "REVOKE DELETE ON later FROM skranke_app",
        )
        async with transaction(house.sessions) as session:
            asked = await proposal(session, house.published, house.cast)
        async with transaction(house.sessions) as session:
            await decide(session, asked, Outcome.APPROVED, None, by=await load_actor(session, stein))
            await session.flush()
            await session.execute(text("SELECT forget_case(array_agg(id)) FROM tickets"))
        assert await house.scalar("SELECT count(*) FROM later") == 2, "nothing is destroyed yet"
        async with transaction(house.sessions) as session:
            await carry_out(session, house.published)
        left = await house.scalar("SELECT array_agg(ticket_id) FROM later")
        assert left == [int(standing["number"].partition("-")[0])]
