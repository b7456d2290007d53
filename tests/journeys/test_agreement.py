"""A new version of an agreement: proposed from reviewed text, approved by both sides, and then in force; never before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.settings import PROJECT
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def faster(folder: Path) -> Path:
    """The shipped text with a version 2 of payroll's agreement, from New Year, that answers in half the time."""
    written = folder / "sla"
    for part in ("agreements", "calendars", "statutes"):
        shutil.copytree(PROJECT / "sla" / part, written / part)
    file = written / "agreements" / "lonn.yaml"
    changed = (
        file.read_text(encoding="utf-8")
        .replace("version: 1\n", "version: 2\n")
        .replace("valid_from: 2023-01-01", "valid_from: 2027-01-01")
        .replace("normal:   {response: 1 dag,", "normal:   {response: 4 t,")
    )
    file.write_text(changed, encoding="utf-8")
    return written


def propose(site: Site, sla: Path, by: str) -> str:
    """As an operator does it."""
    environment = os.environ | {"SKRANKE_DATABASE_URL": site.app_url, "SKRANKE_SLA_FOLDER": str(sla)}
    command = "from app.cli import main; main()"
    told = subprocess.run(
        [sys.executable, "-c", command, "catalogue", "publish", "--foreslatt-av", by],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout + told.stderr


def whom_it_waits_for(page: Page) -> str:
    waiting = page.locator(".versions").get_by_text("Venter på").first.inner_text()
    return waiting.removeprefix("Venter på").strip()


def test_two_persons_adopt_what_was_proposed(visit: Visit, site: Site, tmp_path: Path) -> None:
    told = propose(site, faster(tmp_path), "hanne.odegard@fjordvik.example")
    assert "Avtalen lonn versjon 2 er foreslått og venter på to godkjenninger." in told
    reader = visit()
    reader.become("Hanne Ødegård")
    for answered in range(2):
        reader.open("/avtaler/lonn?versjon=2")
        expect(reader.page.get_by_text("Dette er et forslag")).to_be_visible()
        reader.must_be_accessible()
        approver = visit(width=(1440, 390)[answered])
        approver.become(whom_it_waits_for(reader.page))
        approver.open("/leder")
        approver.must_be_accessible()
        approver.page.get_by_role("button", name="Godkjenn : Lønn").click()
        approver.page.wait_for_load_state()
    stranger = visit(script=False)
    stranger.open("/avtaler/lonn?versjon=2")
    expect(stranger.page.get_by_text("Dette er et forslag")).to_have_count(0)
    expect(stranger.page.get_by_role("row", name="Vanlig innen 4 timer")).to_be_visible()
    address = stranger.page.get_by_role("link", name="Last ned PDF").get_attribute("href")
    assert stranger.page.request.get(f"{site.url}{address}").body().startswith(b"%PDF-1.7")
