"""The accessibility statement says what was tried, and names what was not."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from app.portal import accessibility
from app.settings import PROJECT

LOCK = PROJECT / "app/web/assets/package-lock.json"


async def test_the_statement_tells_the_report_in_every_language(client: httpx.AsyncClient) -> None:
    report = accessibility.report()
    for language, heading in (
        ("nb", "Feil vi vet om"),
        ("nn", "Feil vi veit om"),
        ("en", "Faults we know of"),
    ):
        page = await client.get("/tilgjengelighet", headers={"accept-language": language})
        assert page.status_code == 200
        for told in (heading, f"axe-core {report.axe}", str(report.rules), str(report.checks), "320"):
            assert told in page.text, f"{language}: {told}"


async def test_pages_that_were_not_tried_are_named(client: httpx.AsyncClient, app: FastAPI) -> None:
    @app.get("/helt-ny-side")
    async def new() -> None:
        """Made after the report."""

    page = (await client.get("/tilgjengelighet")).text
    assert "<code>/helt-ny-side</code>" in page
    for path in accessibility.report().pages:
        assert f"<code>{path}</code>" not in page


async def test_a_fault_that_was_found_is_told(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = accessibility.Deviation("/leder", "color-contrast", "Elements must meet contrast thresholds")
    faulty = replace(accessibility.report(), deviations=(found,))
    monkeypatch.setattr(accessibility, "report", lambda: faulty)
    page = (await client.get("/tilgjengelighet")).text
    assert "color-contrast" in page
    assert "De automatiske prøvene finner ingen" not in page


async def test_the_report_is_of_the_axe_we_have_and_of_pages_that_exist(app: FastAPI) -> None:
    report = accessibility.report()
    locked = json.loads(LOCK.read_text())["packages"]["node_modules/axe-core"]["version"]
    assert report.axe == locked, "`make accessibility` tries the pages again"
    assert set(report.pages) <= set(accessibility.pages_of(app.routes)), (
        "`make accessibility` tries the pages again"
    )
    assert len(report.pages) >= 20
    assert report.checks >= 70
    assert report.rules >= 50
    assert min(report.widths) == 320
