"""Settings come from the environment; secrets also from files, and are shown nowhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli import main
from app.database.session import async_url
from app.settings import Settings, get_settings

SOUNDS_SECRET = re.compile(r"password|secret|private_key|(^|_)(api_)?key$|database_url|token")


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smtp").write_text("  hemmelig æøå \n", encoding="utf-8")
    monkeypatch.setenv("SKRANKE_SMTP_PASSWORD_FILE", str(tmp_path / "smtp"))
    assert Settings().smtp_password == "  hemmelig æøå "


def test_a_secret_stands_in_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smtp").write_text("a")
    monkeypatch.setenv("SKRANKE_SMTP_PASSWORD_FILE", str(tmp_path / "smtp"))
    monkeypatch.setenv("SKRANKE_SMTP_PASSWORD", "b")
    with pytest.raises(ValueError, match="both set"):
        Settings()


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKRANKE_SMTP_PASSWORD_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="SKRANKE_SMTP_PASSWORD_FILE cannot be read: FileNotFoundError"):
        Settings()


def test_what_is_wrong_is_said_in_a_line_each_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKRANKE_SMTP_PASSWORD", "planted-1")
    monkeypatch.setenv("SKRANKE_OIDC_AUTHORITY", "http://planted-2")
    monkeypatch.setenv("SKRANKE_OIDC_CLIENT_ID", "skranke")
    monkeypatch.setenv("SKRANKE_OIDC_CLIENT_SECRET", "planted-3")
    monkeypatch.setenv("SKRANKE_PORT", "planted-4")
    monkeypatch.setattr(sys, "argv", ["skranke", "demo"])
    get_settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    said = str(ended.value)
    assert said.startswith("Innstillingene kan ikke brukes:\n")
    assert "  SKRANKE_PORT: " in said
    assert "  SKRANKE_OIDC_AUTHORITY: " in said
    assert "planted" not in said


def test_what_sounds_like_a_secret_is_one_and_is_not_shown() -> None:
    shown = [
        name
        for name, field in Settings.model_fields.items()
        if SOUNDS_SECRET.search(name) and field.repr and field.annotation not in (SecretStr, SecretStr | None)
    ]
    assert not shown, f"Field(repr=False) or SecretStr, so that it is never shown and never logged: {shown}"
    given = Settings(smtp_password="planted-1", database_url="postgresql://app:planted%2F2@db/skranke")
    assert "planted" not in repr(given)
    assert set(given.secrets()) >= {"planted-1", "planted%2F2", "planted/2"}


def test_mail_is_encrypted_unless_the_server_is_this_machine_and_a_password_always_is() -> None:
    assert Settings(smtp_host="post.fjordvik.example").smtp_encrypted
    assert not Settings(smtp_host="127.0.0.1").smtp_encrypted
    assert not Settings(smtp_host="post.fjordvik.example", smtp_starttls=False).smtp_encrypted
    with pytest.raises(ValueError, match="in the clear"):
        Settings(smtp_host="post.fjordvik.example", smtp_starttls=False, smtp_password="planted")


def test_the_database_s_certificate_is_asked_for_as_postgresql_says_it() -> None:
    url = async_url("postgresql://skranke_app@db.example/skranke?sslmode=verify-full&application_name=x")
    assert dict(url.query) == {"ssl": "verify-full", "application_name": "x"}
