from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from app.people.models import Person
from app.web.problems import RETRY_SECONDS
from tests.conftest import AsPerson


class DataError(Exception):
    sqlstate = "22021"


class Deadlock(Exception):
    sqlstate = "40P01"


ERRORS: dict[str, Exception] = {
    "missing": NotFound(),
    "conflict": Conflict("ticket.move_not_allowed", old="closed", new="new"),
    "forbidden": Forbidden("ticket.own_case"),
    "invalid": Invalid("request.invalid", fields=(FieldProblem("answers.when", "field.required"),)),
    "pool": PoolTimeout("no connection"),
    "away": ConnectionRefusedError("no server"),
    "operational": OperationalError("SELECT", {}, Exception("gone")),
    "deadlock": DBAPIError("SELECT", {}, Deadlock()),
    "data": DBAPIError("SELECT", {}, DataError()),
    "bug": ZeroDivisionError("a secret value"),
}
STATUSES = {
    "missing": 404,
    "conflict": 409,
    "forbidden": 403,
    "invalid": 422,
    "pool": 503,
    "away": 503,
    "operational": 503,
    "deadlock": 503,
    "data": 422,
    "bug": 500,
}


@pytest.fixture(autouse=True)
def _raising(app: FastAPI) -> None:
    @app.get("/api/v1/raise/{what}")
    @app.get("/raise/{what}")
    async def fail(what: str) -> None:
        raise ERRORS[what]


@pytest.mark.parametrize("what", sorted(ERRORS))
async def test_a_program_gets_problem_json_with_status_code_and_a_sentence(
    client: httpx.AsyncClient, what: str
) -> None:
    response = await client.get(f"/api/v1/raise/{what}")
    body = response.json()
    assert response.status_code == body["status"] == STATUSES[what]
    assert response.headers["content-type"] == "application/problem+json"
    assert body["title"]
    assert body["detail"]
    assert body["type"] == f"urn:skranke:problem:{body['code']}"
    assert "secret" not in response.text
    assert response.headers.get("retry-after") == (
        str(RETRY_SECONDS) if response.status_code == 503 else None
    )


@pytest.mark.parametrize("what", sorted(ERRORS))
async def test_a_person_gets_a_page_with_the_way_out(client: httpx.AsyncClient, what: str) -> None:
    response = await client.get(f"/raise/{what}", headers={"accept": "text/html"})
    assert response.status_code == STATUSES[what]
    assert response.headers["content-type"].startswith("text/html")
    assert 'href="/"' in response.text
    assert "secret" not in response.text


async def test_each_field_that_is_wrong_is_named_with_its_own_sentence(client: httpx.AsyncClient) -> None:
    body = (await client.get("/api/v1/raise/invalid", headers={"accept-language": "en"})).json()
    assert body["errors"] == [
        {"field": "answers.when", "code": "field.required", "detail": "Fill in this field."}
    ]
    assert body["title"] == "Something must be corrected"


async def test_what_has_no_route_answers_as_what_does_not_exist(client: httpx.AsyncClient) -> None:
    unknown = (await client.get("/api/v1/nothing/here")).json()
    assert unknown == (await client.get("/api/v1/raise/missing")).json()


async def test_the_colours_are_the_municipalitys_and_are_asked_for_only_when_changed(
    client: httpx.AsyncClient,
) -> None:
    first = await client.get("/brand.css")
    assert "--ds-color-accent-base-default:#0b5d66" in first.text
    again = await client.get("/brand.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_alive_needs_no_database_and_ready_does(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get("/health/ready")).status_code == 200

    def no_sessions() -> None:
        raise ConnectionRefusedError

    app.state.sessions = no_sessions
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/health/ready")).status_code == 503


async def test_an_address_that_does_not_exist_shows_the_menu_of_whoever_is_there(
    in_browser: AsPerson, client: httpx.AsyncClient, alice: Person, bob: Person
) -> None:
    for reader, sees_the_queue in ((alice, False), (bob, True)):
        page = await in_browser(reader).get("/finnes/ikke")
        assert page.status_code == 404
        assert 'href="/mine-saker"' in page.text
        assert ('href="/desk"' in page.text) is sees_the_queue
    stranger = await client.get("/finnes/ikke")
    assert stranger.status_code == 404
    assert 'href="/mine-saker"' not in stranger.text


async def test_a_program_is_not_looked_up_for_an_address_that_does_not_exist(
    client: httpx.AsyncClient, as_person: AsPerson, alice: Person
) -> None:
    nobody, somebody = await client.get("/api/v1/nothing"), await as_person(alice).get("/api/v1/nothing")
    assert nobody.status_code == somebody.status_code == 404
    assert nobody.json() == somebody.json()
