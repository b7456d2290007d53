"""Which version of an agreement something stands under."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from app.catalogue.published import MOST_KNOWN, Published, keep, read_content
from app.errors import NotFound
from service_catalog.load import load_catalogue
from sla.load import load_sla

CATALOGUE, SLA = load_catalogue(), load_sla()


def published(*versions: dict[str, Any], wrapped: bool = True) -> Published:
    """One whose `lonn` is changed in these ways; `wrapped` is False for what was published before versions."""
    lonn = [SLA.agreements["lonn"].model_dump(mode="json") | each for each in versions]
    return read_content(
        7,
        {
            "catalogue": CATALOGUE.model_dump(mode="json"),
            "agreements": {"lonn": lonn if wrapped else lonn[0]},
            "calendars": {name: each.model_dump(mode="json") for name, each in SLA.calendars.items()},
        },
    )


FIRST = {"version": 1, "valid_from": "2023-01-01"}
NEXT = {"version": 2, "valid_from": "2027-01-01"}


@pytest.mark.parametrize(
    ("at", "version"),
    [
        ("2026-12-31T22:59:59Z", 1),
        ("2026-12-31T23:00:00Z", 2),  # midnight in Oslo, where it is counted
        ("2022-01-01T12:00:00Z", 1),  # before the first: still promised something
    ],
)
def test_a_version_holds_from_midnight_of_its_first_day(at: str, version: int) -> None:
    both = published(NEXT, FIRST)
    assert both.agreement_at("lonn", datetime.fromisoformat(at)).version == version
    assert [each.version for each in both.agreements_at(datetime.fromisoformat(at))] == [version]


def test_an_agreement_that_ended_is_followed_until_there_is_a_new_one() -> None:
    ended = published({**FIRST, "valid_to": "2025-12-31"})
    assert ended.agreement_at("lonn", datetime.fromisoformat("2026-06-01T12:00:00Z")).version == 1


def test_what_was_opened_under_a_version_keeps_it() -> None:
    both = published(FIRST, NEXT)
    assert [both.agreement("lonn", version).version for version in (1, 2)] == [1, 2]
    with pytest.raises(NotFound):
        both.agreement("lonn", 3)


def test_a_catalogue_published_before_there_were_versions_is_still_read() -> None:
    assert published(FIRST, wrapped=False).agreement("lonn", 1).owner == "lonnssjef"


def test_a_process_keeps_the_versions_used_last() -> None:
    one, kept = published(FIRST), dict[int, Published]()
    for version in range(MOST_KNOWN):
        keep(kept, version, one)
    keep(kept, 0, one)
    keep(kept, MOST_KNOWN, one)
    assert sorted(kept) == [0, *range(2, MOST_KNOWN + 1)]
