"""Rows of a repeated group without script: added, removed, and numbered without gaps."""

from __future__ import annotations

import httpx
import pytest
from starlette.datastructures import FormData

from app.people.models import Person
from app.portal.rows import numbered
from tests.conftest import AsPerson
from tests.pages.portal.filling import fields, fill, send

pytestmark = pytest.mark.anyio
FORM = "/tjenester/besok-og-gjestekort/bestill"


@pytest.fixture
def asking(in_browser: AsPerson, alice: Person) -> httpx.AsyncClient:
    return in_browser(alice)


async def test_a_row_is_added_and_what_was_written_stays(asking: httpx.AsyncClient) -> None:
    values = await fill(asking, FORM, FORM, answers__guests__0__name="Ola", add_row="answers.guests")
    page = await send(asking, FORM, values)
    assert page.status_code == 200, page.text
    now = fields(page, FORM)
    assert now["answers.guests.0.name"] == "Ola"
    assert now["answers.guests.1.name"] == ""


async def test_the_row_that_is_named_is_removed_and_the_others_move_up(asking: httpx.AsyncClient) -> None:
    values = await fill(asking, FORM, FORM, remove_row="answers.guests.1")
    values |= {f"answers.guests.{place}.name": name for place, name in enumerate(["Ola", "Kari", "Per"])}
    page = await send(asking, FORM, values)
    assert page.status_code == 200, page.text
    names = {name: value for name, value in fields(page, FORM).items() if name.endswith(".name")}
    assert names == {"answers.guests.0.name": "Ola", "answers.guests.1.name": "Per"}


async def test_a_wrong_answer_is_told_at_its_row_though_an_earlier_row_was_removed_by_script(
    asking: httpx.AsyncClient,
) -> None:
    values = await fill(asking, FORM, FORM, subject="Gjester")
    values |= {"answers.guests.2.name": "Ola", "answers.guests.5.company": "Lynvik Data AS"}
    page = await send(asking, FORM, values)
    assert page.status_code == 422
    assert 'id="answers-guests-1-name-feil"' in page.text
    assert fields(page, FORM)["answers.guests.1.company"] == "Lynvik Data AS"


def test_rows_are_numbered_without_gaps_in_all_three_names() -> None:
    sent = FormData(
        [
            ("subject", "Postkasse"),
            ("answers.people.1.person", ""),
            ("search.people.1.person", ""),
            ("searched.people.1.person", "Kari"),
            ("answers.people.4.person", "17"),
            ("search.people.4.person", "Ola"),
            ("searched.people.4.person", "Ola"),
            ("answers.people.7.person", "18"),
            ("remove_row", "answers.people.7"),
        ]
    )
    assert numbered(sent).multi_items() == [
        ("subject", "Postkasse"),
        ("answers.people.0.person", "17"),
        ("search.people.0.person", "Ola"),
        ("searched.people.0.person", "Ola"),
    ]
