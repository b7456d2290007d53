"""The chooser of people stands before made-up people only, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.database.session import Sessions
from app.issuer_settings import Issuer, TokenIssuer
from app.settings import Settings
from app.supervisor import serve
from tests.cast import Cast
from tests.conftest import BASE_URL, build_app

AUTHORITY = "https://issuer.example/tenant"
PEOPLE = Issuer(authority=AUTHORITY, client_id="skranke")


async def test_without_a_demo_nobody_can_become_anybody(
    settings: Settings, sessions: Sessions, published: Published, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    ordinary = build_app(settings, sessions, published)
    transport, headers = httpx.ASGITransport(ordinary), {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client:
        assert (await client.post("/logg-inn", data={"person_id": str(cast.alice.id)})).status_code == 404
        page = (await client.get("/logg-inn")).text
        assert "Innlogging er ikke satt opp ennå." in page
        assert cast.alice.name not in page
        assert "Dette er en demo." not in page


async def test_a_demo_says_so_on_every_page(
    settings: Settings, sessions: Sessions, published: Published, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    demo = build_app(settings.model_copy(update={"demo": True}), sessions, published)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(demo), base_url=BASE_URL) as client:
        for path in ("/logg-inn", "/tilgjengelighet", "/finnes-ikke"):
            page = await client.get(path, headers={"accept": "text/html"})
            assert "hvem som helst kan logge inn som hvem som helst" in page.text, path


@pytest.mark.parametrize(
    "beside",
    [
        {"oidc": PEOPLE},
        {"idporten": PEOPLE},
        {"systems": TokenIssuer(authority=AUTHORITY, audience="api")},
        {"host": "0.0.0.0"},
    ],
    ids=str,
)
def test_a_demo_does_not_stand_beside_real_sign_in_or_before_other_machines(beside: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="SKRANKE_DEMO"):
        Settings(demo=True, **beside)


def test_a_demo_does_not_start_on_a_database_of_somebodys_own() -> None:
    with pytest.raises(SystemExit, match="SKRANKE_DATABASE_URL"):
        serve(Settings(demo=True, database_url="postgresql://skranke_app@db.example/skranke"))


@pytest.mark.parametrize(
    "authority",
    [
        "http://login.example/tenant",
        "https:///tenant",
        "https://login.example/?tenant=x",
        "login.example/tenant",
    ],
)
def test_only_an_authority_over_https_is_taken(authority: str) -> None:
    with pytest.raises(ValidationError):
        Issuer(authority=authority, client_id="skranke")


def test_a_national_identity_number_is_never_kept_without_a_key() -> None:
    with pytest.raises(ValidationError, match="SUBJECT_KEY"):
        Issuer(authority=AUTHORITY, client_id="skranke", subject_claim="pid")


def test_settings_of_an_issuer_are_read_by_their_names_and_secrets_from_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hemmelig\n", encoding="utf-8")
    for name, value in (
        ("OIDC_AUTHORITY", f"{AUTHORITY}/"),
        ("OIDC_CLIENT_ID", "skranke"),
        ("OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret")),
        ("OIDC_SUBJECT_CLAIM", "oid"),
    ):
        monkeypatch.setenv(f"SKRANKE_{name}", value)
    read = Settings()
    assert read.oidc is not None
    assert (read.oidc.authority, read.oidc.secret, read.oidc.subject_claim) == (AUTHORITY, "hemmelig", "oid")
    assert "hemmelig" not in repr(read)
    assert "hemmelig" in read.secrets()
    monkeypatch.setenv("SKRANKE_OIDC_CLIENT_SECERT", "a slip of the hand")
    with pytest.raises(ValidationError, match="client_secert"):
        Settings()
