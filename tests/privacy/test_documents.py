"""The drafts say what the catalogue says."""

from __future__ import annotations

from pathlib import Path

from app.privacy.documents import documents, stale, write
from app.settings import PROJECT
from service_catalog.load import load_catalogue


def test_the_drafts_are_fresh() -> None:
    found = stale(load_catalogue(), PROJECT / "docs")
    assert not found, f"Run «skranke privacy docs»: {found}"


def test_what_is_changed_in_the_catalogue_is_written_and_the_rest_is_left(tmp_path: Path) -> None:
    catalogue = load_catalogue()
    assert len(write(catalogue, tmp_path)) == 4
    assert write(catalogue, tmp_path) == []
    risks = catalogue.risks | {
        "snoking": catalogue.risks["snoking"].model_copy(update={"what": "Noen leser det de ikke trenger"})
    }
    assert set(write(catalogue.model_copy(update={"risks": risks}), tmp_path)) == {"dpia.md", "ros.md"}


def test_every_processing_and_every_service_stands_in_the_record() -> None:
    catalogue = load_catalogue()
    record = documents(catalogue)["behandlingsprotokoll.md"]
    for processing in catalogue.processing.values():
        assert f"## {processing.title.nb}\n" in record
        assert processing.purpose.nb in record
    for service in catalogue.services.values():
        assert service.title.nb in record
