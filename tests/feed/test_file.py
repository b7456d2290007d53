"""The file from HR: read, foretold, stopped when it cannot be right, carried out, and carried out again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.feed.importing import Forecast, TooManyLeave, carry_out_all, forecast, rows_of
from app.feed.models import FeedMatch
from app.feed.telling import told
from app.identity.actor import system_actor
from app.people.engaging import set_end
from app.people.models import Engagement, Leave, Person
from integrations.hr.mapping import FileMap
from integrations.hr.reading import UnreadableFile, read_lines
from tests.cast import Cast

HR = system_actor("hr")
COLUMNS: dict[Any, str] = {
    "employee_number": "Ansattnr",
    "name": "Navn",
    "job": "Forhold",
    "org_unit": "Enhet",
    "position_code": "Kode",
    "title": "Stilling",
    "percent": "Prosent",
    "starts_on": "Fra",
    "ends_on": "Til",
    "leave_from": "Permisjon fra",
    "leave_to": "Permisjon til",
}
MAP = FileMap(columns=COLUMNS)
HEADING = "Ansattnr;Navn;Forhold;Enhet;Kode;Stilling;Prosent;Fra;Til;Permisjon fra;Permisjon til"
NORA = "200001;Nora Ås;1;Solbakken sykehjem;7174;Sykepleier;80,5;01.08.2024;;;"
OLAV = "200002;Olav Bø;1;ungdomsskolen;7962;Adjunkt;100;01.08.2024;;;"


def file(*lines: str, encoding: str = "cp1252") -> bytes:
    return "\r\n".join([HEADING, *lines, ""]).encode(encoding)


async def foretold(sessions: Sessions, *lines: str) -> Forecast:
    return await forecast(sessions, rows_of(read_lines(file(*lines), MAP)), whole=True)


async def imported(sessions: Sessions, *lines: str, expected: int | None = None) -> int:
    found = await foretold(sessions, *lines)
    return await carry_out_all(sessions, found, by=HR, most_percent=5, expected=expected)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_a_file_is_read_in_the_encoding_it_has(encoding: str) -> None:
    (line,) = read_lines(file(NORA, encoding=encoding), MAP)
    assert (line.name, line.starts_on, str(line.percent)) == ("Nora Ås", date(2024, 8, 1), "80.50")


def test_everything_that_is_wrong_is_told_with_its_line_and_nothing_is_used() -> None:
    wrong = (
        "200003;;1;stab;;;100;01.01.2026;;;",
        "200004;Per;1;stab;;;100;31.02.2026;;;",
        "200005;Pål;1;stab;;;120;01.01.2026;;;",
        "200006;Kari;1;stab",
        "200007;Ida;1;stab;;;100;01.01.2026;01.01.2025;;",
    )
    with pytest.raises(UnreadableFile) as raised:
        read_lines(file(NORA, *wrong), MAP)
    assert [problem.partition(":")[0] for problem in raised.value.problems] == [
        f"Linje {number}" for number in range(3, 8)
    ]
    with pytest.raises(UnreadableFile, match="Mangler kolonnen «Ansattnr»"):
        read_lines(b"Nummer;Navn\n1;Per", MAP)


async def test_a_file_makes_people_and_jobs_and_the_same_file_again_changes_nothing(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    found = await foretold(sessions, NORA, OLAV)
    assert await session.scalar(select(func.count()).where(Person.name == "Nora Ås")) == 0, "only foretold"
    places = {cast.solbakken.id: "Solbakken sykehjem", cast.skolen.id: "Fjordvik ungdomsskole"}
    said = list(told(found, places))
    assert "Nye (2)" in said
    assert "  Nora Ås (200001): Sykepleier 80.5 % ved Solbakken sykehjem, fra 01.08.2024" in said
    assert await imported(sessions, NORA, OLAV) == 2
    assert list(told(await foretold(sessions, NORA, OLAV), places)) == ["Ingen endringer."]
    assert await imported(sessions, NORA, OLAV) == 0


async def test_old_lines_about_those_who_have_left_bring_nobody_and_nothing_back(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    """A file may name them for years; here they are reached no more, and then forgotten."""
    await imported(sessions, NORA)
    left = NORA.replace("01.08.2024;", "01.08.2024;01.06.2026", 1)
    assert await imported(sessions, left, expected=1) == 1
    await session.execute(update(Person).where(Person.name == "Nora Ås").values(active=False, name="N."))
    await session.commit()
    stranger = left.replace("200001;Nora Ås", "200009;Ola Moe")
    assert list(told(await foretold(sessions, left, stranger), {})) == ["Ingen endringer."]
    assert await imported(sessions, left, stranger) == 0
    back = NORA.replace(";1;", ";2;")
    assert await imported(sessions, left, back) == 1
    names = await session.scalars(select(Person.name).where(Person.employee_number.in_(["200001", "200009"])))
    assert names.all() == ["Nora Ås"]


async def test_a_file_moves_ends_and_gives_leave(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await imported(sessions, NORA, OLAV)
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    moved = NORA.replace("Solbakken sykehjem", "stab").replace(";7174;", ";7531;")
    last = today + timedelta(days=10)
    ends = OLAV.replace("01.08.2024;;;", f"01.08.2024;{last:%d.%m.%Y};01.09.2026;")
    assert await imported(sessions, moved, ends) == 2
    query = select(Person.name, Engagement.org_unit_id, Engagement.starts_on, Engagement.ends_on)
    jobs = query.join(Engagement, Engagement.person_id == Person.id).where(
        Engagement.feed_key.startswith("hr:")
    )
    found = (await session.execute(jobs.order_by(Person.name, Engagement.starts_on))).all()
    assert [tuple(row) for row in found] == [
        ("Nora Ås", cast.solbakken.id, date(2024, 8, 1), today - timedelta(days=1)),
        ("Nora Ås", cast.stab.id, today, None),
        ("Olav Bø", cast.skolen.id, date(2024, 8, 1), last),
    ]
    assert (await session.scalars(select(Leave.starts_on))).all() == [date(2026, 9, 1)]
    assert await imported(sessions, moved, ends) == 0


async def test_what_a_leader_has_done_stands_until_the_file_says_something_new(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await imported(sessions, NORA, OLAV)
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    job = (await session.scalars(select(Engagement).where(Engagement.feed_key == "hr:200001/1"))).one()
    leaves_on, corrected = today + timedelta(days=20), today + timedelta(days=30)
    await set_end(session, job.id, leaves_on, by=HR)
    await session.flush()
    ends = select(Engagement.ends_on).where(Engagement.id == job.id)
    assert await imported(sessions, NORA, OLAV) == 0
    assert (await session.execute(ends)).scalar_one() == leaves_on, "nobody has written it in the file yet"
    assert await imported(sessions, NORA.replace("2024;;", f"2024;{corrected:%d.%m.%Y};"), OLAV) == 1
    assert (await session.execute(ends)).scalar_one() == corrected


async def test_a_file_that_would_end_too_many_is_stopped_unless_somebody_says_how_many(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    many = [f"3000{n:02d};Person {n};1;stab;7531;Rådgiver;100;01.08.2024;;;" for n in range(10)]
    await imported(sessions, *many)
    found = await foretold(sessions, *many[:4])
    assert (found.leaving, found.staff) == (6, 10)
    for expected in (None, 5):
        with pytest.raises(TooManyLeave):
            await imported(sessions, *many[:4], expected=expected)
    goes_on = select(func.count()).where(Engagement.feed_key.startswith("hr:"), Engagement.ends_on.is_(None))
    assert await session.scalar(goes_on) == 10, "nothing was changed"
    assert await imported(sessions, *many[:4], expected=6) == 6
    assert await session.scalar(goes_on) == 4


async def test_what_cannot_be_used_is_told_and_the_rest_is_carried_out(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    nowhere = OLAV.replace("ungdomsskolen", "Atlantis")
    said = list(told(await foretold(sessions, NORA, nowhere), {cast.solbakken.id: "Solbakken"}))
    assert "  Olav Bø (200002): finner ikke enheten «Atlantis»" in said
    await imported(sessions, NORA, OLAV)
    await imported(sessions, NORA, nowhere)
    olav = select(Engagement.ends_on).join(Person, Person.id == Engagement.person_id)
    assert (await session.scalars(olav.where(Person.name == "Olav Bø"))).all() == [None], (
        "nothing is concluded"
    )


async def test_whoever_may_be_expected_is_asked_about_and_not_made_twice(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    cast.truls.employee_number, cast.truls.name = None, "Nora Kristine Ås"
    job = (await session.scalars(select(Engagement).where(Engagement.person_id == cast.truls.id))).one()
    job.org_unit_id = cast.solbakken.id
    await session.flush()
    before = await session.scalar(select(func.count()).select_from(Person))
    assert "Kan være ventet (1)" in list(told(await foretold(sessions, NORA), {}))
    await imported(sessions, NORA)
    await imported(sessions, NORA)
    assert await session.scalar(select(func.count()).select_from(Person)) == before
    match = (await session.scalars(select(FeedMatch))).one()
    assert (match.candidate_id, match.reasons) == (cast.truls.id, ["name", "place"])
    await imported(sessions, OLAV)
    assert (await session.scalars(select(FeedMatch))).all() == [], "the file no longer has the row"
