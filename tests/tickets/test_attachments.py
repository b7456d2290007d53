"""Files: judged by what they are, seen by those who see the ticket, and forgotten when nobody used them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from obstore.store import LocalStore
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.errors import Invalid, NotFound, TooLarge, UnsupportedType
from app.identity.me import load_actor
from app.people.models import Person
from app.settings import Settings
from app.tickets import attachments
from app.tickets.file_types import judge
from app.tickets.models import Attachment
from tests.cast import Cast, hire_cast
from tests.conftest import AsPerson, build_app, publish_shipped, signed_in
from tests.postgres import Database
from tests.tickets.asking import PC_BROKEN, once, open_ticket

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)
MEGABYTE = 1024**2


def zipped(first: str, content: str = "x") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(first, content)
    return packed.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture
def store(settings: Settings, folder: Path) -> Any:
    store = attachments.open_store(settings)
    assert isinstance(store, LocalStore)
    return store


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def send(
    client: httpx.AsyncClient, name: str, content: bytes, key: str | None = None
) -> httpx.Response:
    headers = {"x-filename": name, "content-type": "application/octet-stream"} | once()
    return await client.post(
        "/api/v1/attachments", content=content, headers=headers | ({"idempotency-key": key} if key else {})
    )


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("bilde.PNG", PNG, "image/png"),
        ("bilde.jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        ("mobil.heic", b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00heic", "image/heic"),
        ("brev.pdf", b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (
            "brev.docx",
            zipped("[Content_Types].xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "tall.xlsx",
            zipped("_rels/.rels"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            "brev.odt",
            zipped("mimetype", "application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        ("feil.log", "10:03 feil på skriver Ærø\n".encode(), "text/plain"),
        ("tall.csv", "navn;beløp\r\nÅse;3 < 4\r\n".encode("cp1252"), "text/csv"),
        ("tall.csv", "navn;beløp".encode("utf-16"), "text/csv"),
    ],
)
def test_ordinary_files_are_taken_for_what_they_are(name: str, content: bytes, media_type: str) -> None:
    assert judge(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("virus.exe", b"MZ\x90\x00" + bytes(60)),
        ("bilde.png", b"MZ\x90\x00" + bytes(60)),
        ("brev.pdf", b"\x7fELF\x02\x01\x01"),
        ("brev.txt", b"\x7fELF\x02\x01\x01"),
        ("brev.txt", b"MZ\x90\x00" + bytes(60)),
        ("bilde.png", b"<html><script>alert(1)</script>"),
        ("brev.txt", b"<!doctype html><script>alert(1)</script>"),
        ("brev.txt", "<svg onload=alert(1)>".encode("utf-16")),
        ("tall.csv", b"a;b\n  <script>alert(1)</script>"),
        ("bilde.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("side.html", b"<html></html>"),
        ("brev.docm", zipped("[Content_Types].xml")),
        ("brev.docx", zipped("evil.exe")),
        ("brev.docx", PNG),
        ("alt.zip", zipped("evil.exe")),
        ("png", PNG),
        ("bilde.png.exe", PNG),
        ("bilde.", PNG),
    ],
)
def test_what_executes_or_pretends_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(UnsupportedType):
        judge(name, content)


async def test_a_file_is_stored_under_a_random_key_and_keeps_its_name(
    session: AsyncSession, sessions: Sessions, store: Any, folder: Path, cast: Cast
) -> None:
    alice = await load_actor(session, cast.alice.id)
    named = "Skjermbilde – påske (1).png"
    first = await attachments.stage(
        sessions, store, stream=chunks(PNG[:3], PNG[3:]), name=named, by=alice, max_bytes=MEGABYTE
    )
    second = await attachments.stage(
        sessions, store, stream=chunks(PNG), name=named, by=alice, max_bytes=MEGABYTE
    )
    assert (first.name, first.media_type, first.size, first.ticket_id) == (named, "image/png", len(PNG), None)
    assert first.key != second.key
    assert {path.name for path in kept(folder)} == {first.key, second.key}
    assert (folder / first.key).read_bytes() == PNG


async def test_a_file_over_the_limit_leaves_nothing_behind(
    session: AsyncSession, sessions: Sessions, store: Any, folder: Path, cast: Cast
) -> None:
    alice = await load_actor(session, cast.alice.id)
    with pytest.raises(TooLarge):
        await attachments.stage(
            sessions,
            store,
            stream=chunks(PNG, *[bytes(MEGABYTE)] * 8),
            name="a.png",
            by=alice,
            max_bytes=6 * MEGABYTE,
        )
    assert kept(folder) == []
    assert (await session.execute(select(func.count()).select_from(Attachment))).scalar_one() == 0


async def test_a_sender_who_goes_away_leaves_nothing_behind(
    session: AsyncSession, sessions: Sessions, store: Any, folder: Path, cast: Cast
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PNG + bytes(8192)
        raise ConnectionResetError

    alice = await load_actor(session, cast.alice.id)
    with pytest.raises(ConnectionResetError):
        await attachments.stage(sessions, store, stream=broken(), name="a.png", by=alice, max_bytes=MEGABYTE)
    assert kept(folder) == []


@pytest.mark.parametrize("name", ["", "a/b.png", "a\\b.png", "a\nb.png", "a\x00.png", "x" * 197 + ".png"])
async def test_a_name_nobody_can_read_or_keep_is_refused(
    session: AsyncSession, sessions: Sessions, store: Any, cast: Cast, name: str
) -> None:
    alice = await load_actor(session, cast.alice.id)
    with pytest.raises(Invalid):
        await attachments.stage(sessions, store, stream=chunks(PNG), name=name, by=alice, max_bytes=MEGABYTE)


async def staged(client: httpx.AsyncClient, name: str = "bilde.png") -> int:
    response = await send(client, name, PNG)
    assert response.status_code == 201, response.text
    number: int = response.json()["id"]
    assert response.headers["location"] == f"/api/v1/attachments/{number}"
    return number


async def seen_by(client: httpx.AsyncClient, number: int) -> int:
    return (await client.get(f"/api/v1/attachments/{number}")).status_code


async def test_a_staged_file_is_its_owner_s_alone(
    as_person: AsPerson, alice: Person, leif: Person, bob: Person
) -> None:
    number = await staged(as_person(alice))
    assert await seen_by(as_person(alice), number) == 200
    assert await seen_by(as_person(leif), number) == 404
    assert await seen_by(as_person(bob), number) == 404


async def test_a_file_is_seen_by_those_who_see_its_ticket(as_person: AsPerson, cast: Cast) -> None:
    number = await staged(as_person(cast.alice))
    await open_ticket(as_person(cast.alice), attachment_ids=[number])
    seen = {
        name: await seen_by(as_person(getattr(cast, name)), number)
        for name in ("alice", "bob", "carol", "truls")
    }
    assert seen == {"alice": 200, "bob": 200, "carol": 404, "truls": 404}


async def test_a_file_on_an_internal_note_is_not_the_requester_s(
    session: AsyncSession, as_person: AsPerson, alice: Person, bob: Person
) -> None:
    number = await staged(as_person(bob))
    ticket = await open_ticket(as_person(alice))
    note = {"body": "Se bildet.", "kind": "internal", "attachment_ids": [number]}
    answer = await as_person(bob).post(
        f"/api/v1/tickets/{ticket['number']}/messages", json=note, headers=once()
    )
    assert answer.status_code == 201, answer.text
    assert await seen_by(as_person(bob), number) == 200
    assert await seen_by(as_person(alice), number) == 404


async def test_nobody_links_another_s_file_or_one_that_is_linked(
    as_person: AsPerson, alice: Person, truls: Person
) -> None:
    number = await staged(as_person(alice))
    body = PC_BROKEN | {"attachment_ids": [number]}
    stolen = await as_person(truls).post("/api/v1/tickets", json=body, headers=once())
    assert stolen.status_code == 422
    await open_ticket(as_person(alice), attachment_ids=[number])
    again = await as_person(alice).post("/api/v1/tickets", json=body, headers=once())
    assert again.status_code == 422
    assert again.json()["errors"][0]["field"] == "attachment_ids"


async def test_a_download_is_saved_and_never_shown(as_person: AsPerson, alice: Person) -> None:
    number = await staged(as_person(alice), "Kj%C3%B8p%20%22nr.%201%22%20%E2%82%AC.png")
    response = await as_person(alice).get(f"/api/v1/attachments/{number}")
    assert response.content == PNG
    assert response.headers["content-type"] == "image/png"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["content-disposition"] == (
        "attachment; filename=\"Kj_p _nr. 1_ _.png\"; filename*=UTF-8''Kj%C3%B8p%20%22nr.%201%22%20%E2%82%AC.png"
    )


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("bilde.png", b"MZ\x90\x00", 415),
        ("bilde.exe", b"MZ\x90\x00", 415),
        ("bilde.png", b"", 422),
        ("a%2Fb.png", PNG, 422),
        ("a%00.png", PNG, 422),
        ("a%ff.png", PNG, 422),
        ("a%ED%A0%80.png", PNG, 422),
        ("x" * 300 + ".png", PNG, 422),
    ],
)
async def test_a_bad_upload_is_told_what_is_wrong(
    as_person: AsPerson, alice: Person, folder: Path, name: str, content: bytes, status: int
) -> None:
    response = await send(as_person(alice), name, content)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["detail"]
    assert kept(folder) == []


async def test_an_upload_needs_somebody(client: httpx.AsyncClient, folder: Path) -> None:
    assert (await send(client, "bilde.png", PNG)).status_code == 401
    assert kept(folder) == []


async def test_an_upload_that_is_retried_makes_one_file(
    as_person: AsPerson, alice: Person, folder: Path
) -> None:
    key = once()["idempotency-key"]
    first = await send(as_person(alice), "bilde.png", PNG, key)
    again = await send(as_person(alice), "bilde.png", PNG, key)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert len(kept(folder)) == 1
    other = await send(as_person(alice), "bilde.png", PNG + b"other", key)
    assert other.status_code == 422
    assert len(kept(folder)) == 1


async def test_no_connection_is_held_while_bytes_move(
    fresh_database: Database, settings: Settings, shipped: Any
) -> None:
    engine = make_engine(fresh_database.app_url, pool_size=1)
    only_one = make_sessions(engine)
    async with transaction(only_one) as session:
        alice = (await hire_cast(session)).alice
    app = build_app(settings, only_one, await publish_shipped(only_one, shipped))

    async def slowly() -> AsyncIterator[bytes]:
        yield PNG + bytes(8192)
        async with transaction(
            only_one
        ) as session:  # Waits in vain if the request has the pool's only connection.
            await session.execute(select(1))
        yield PNG

    headers = {"x-filename": "a.png", "content-type": "application/octet-stream"} | once()
    client = signed_in(app, only_one, settings, alice, browser=False)
    answer = await client.post("/api/v1/attachments", content=slowly(), headers=headers)
    assert answer.status_code == 201
    await engine.dispose()


async def test_a_file_nobody_used_for_a_day_is_forgotten(
    session: AsyncSession, sessions: Sessions, as_person: AsPerson, alice: Person, store: Any, folder: Path
) -> None:
    old, young, linked = [await staged(as_person(alice)) for _ in range(3)]
    await open_ticket(as_person(alice), attachment_ids=[linked])
    yesterday = update(Attachment).values(uploaded_at=func.clock_timestamp() - text("interval '26 hours'"))
    await session.execute(yesterday.where(Attachment.id.in_([old, linked])))
    await session.commit()
    assert await attachments.sweep_staged(sessions, store) == 1
    assert await attachments.sweep_staged(sessions, store) == 0
    assert set(await session.scalars(select(Attachment.id))) == {young, linked}
    assert len(kept(folder)) == 2


async def test_a_file_that_will_soon_be_swept_can_no_longer_be_linked(
    session: AsyncSession, as_person: AsPerson, alice: Person
) -> None:
    number = await staged(as_person(alice))
    await session.execute(
        update(Attachment).values(uploaded_at=func.clock_timestamp() - text("interval '24 hours'"))
    )
    await session.commit()
    body = PC_BROKEN | {"attachment_ids": [number]}
    answer = await as_person(alice).post("/api/v1/tickets", json=body, headers=once())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "attachment_ids"), answer.text


async def test_a_file_whose_bytes_are_gone_is_not_found(
    session: AsyncSession, as_person: AsPerson, alice: Person, store: Any, folder: Path
) -> None:
    number = await staged(as_person(alice))
    for path in kept(folder):
        path.unlink()
    assert await seen_by(as_person(alice), number) == 404
    with pytest.raises(NotFound):
        await attachments.read(store, attachments.Download("gone", "a.png", "image/png", 1))
