"""The OpenAPI document is whole, and problems speak the caller's language."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest

from app.people.models import Person
from tests.api.operations import Operation, document, operations, resolved
from tests.conftest import AsPerson
from tests.tickets.asking import once

API = [operation for operation in operations() if operation.path.startswith("/api/")]
OF_API = pytest.mark.parametrize("operation", API, ids=str)


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")


def test_how_to_sign_in_stands_there() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert [scheme["scheme"] for scheme in schemes.values()] == ["bearer"]


@OF_API
def test_every_operation_tells_what_it_does_and_what_may_go_wrong(operation: Operation) -> None:
    described = document()["paths"][operation.path][operation.method.lower()]
    assert described["summary"]
    assert described["security"]
    for status, response in operation.responses.items():
        if int(status) >= 400:
            content = response["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemOut"}
            assert content["example"]["status"] == int(status)
    assert {"400", "401", "404", "422"} <= set(operation.responses)


@OF_API
def test_every_body_has_an_example(operation: Operation) -> None:
    if not operation.has_json_body:
        return
    for name in operation.body_schema.get("required", []):
        schema = resolved(operation.properties[name])
        assert "examples" in schema or "enum" in schema, f"{operation}: {name} has no example"


async def test_it_is_served_and_needs_no_secret(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json() == document()


def test_skranke_openapi_prints_it() -> None:
    pytest.importorskip("app.cli")
    command = [sys.executable, "-m", "app.cli", "openapi"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(printed.stdout) == json.loads(json.dumps(document()))


@pytest.mark.parametrize(
    ("wanted", "language", "title"),
    [
        ("nb", "nb", "Vi finner ikke det du leter etter"),
        ("nn", "nn", None),
        ("en", "en", None),
        ("en-GB,en;q=0.9", "en", None),
        ("de, nn;q=0.5, en;q=0.1", "nn", None),
        ("de", "nb", None),
        ("", "nb", None),
    ],
)
async def test_a_problem_is_told_in_the_language_that_was_asked_for(
    as_person: AsPerson, alice: Person, wanted: str, language: str, title: str | None
) -> None:
    url = "/api/v1/tickets/1234-4"
    response = await as_person(alice).get(url, headers={"accept-language": wanted})
    assert response.status_code == 404
    assert response.headers["content-language"] == language
    assert title is None or response.json()["title"] == title


async def test_the_three_languages_say_it_differently_under_one_code(
    as_person: AsPerson, alice: Person
) -> None:
    told = [
        (
            await as_person(alice).post(
                "/api/v1/tickets", json={}, headers={"accept-language": language} | once()
            )
        ).json()
        for language in ("nb", "nn", "en")
    ]
    assert len({problem["code"] for problem in told}) == 1
    assert len({problem["title"] for problem in told}) == 3
    bokmal, _, english = (problem["errors"][0] for problem in told)
    assert bokmal["code"] == english["code"]
    assert bokmal["detail"] != english["detail"]
