from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI, Request

from app.settings import Settings
from app.web.body import check_json

MEGABYTE = 1024 * 1024


@pytest.fixture
def echo(app: FastAPI) -> None:
    @app.post("/echo")
    async def answer(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}


JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": 1, "a": 2}', "body.duplicate_key"),
        (b'{"a": {"b": 1, "b": 2}}', "body.duplicate_key"),
        (b'{"a": "\\u0000"}', "body.bad_character"),
        (b'{"\\u0000": 1}', "body.bad_character"),
        (b'{"a": ["\\ud800"]}', "body.bad_character"),
        (b'{"a": "\xff"}', "body.bad_encoding"),
        (b'{"a": "\x00"}', "body.bad_json"),
        (b'{"a": 9223372036854775808}', "body.bad_number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "body.bad_number"),
        (b'{"a": 1e999}', "body.bad_number"),
        (b'{"a": NaN}', "body.bad_number"),
        (b"[" * 40 + b"]" * 40, "body.too_deep"),
        (b'{"a":' * 100_000, "body.too_deep"),
        (b"{", "body.bad_json"),
        (b"\xef\xbb\xbf{}", "body.bad_json"),
    ],
)
async def test_json_that_cannot_be_kept_is_refused_before_anything_reads_it(
    client: httpx.AsyncClient, body: bytes, code: str
) -> None:
    response = await client.post("/echo", content=body, headers=JSON | {"accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_ordinary_json_passes() -> None:
    check_json(b'{"a": [1, -9223372036854775808, 1.5, "\\\\u0000 \\u00e6 \\ud83d\\ude00"], "b": {"a": null}}')


def test_brackets_in_a_text_are_no_depth() -> None:
    check_json(b'{"a": "' + b"[" * 1000 + b'"}')


@pytest.mark.usefixtures("echo")
async def test_a_body_over_the_limit_is_refused_whether_or_not_it_says_its_length(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    async def drip() -> object:
        for _ in range(settings.body_max_bytes // MEGABYTE + 2):
            yield b" " * MEGABYTE

    large = b" " * (settings.body_max_bytes + 1)
    assert (await client.post("/echo", content=large, headers=JSON)).status_code == 413
    assert (await client.post("/echo", content=drip(), headers=JSON)).status_code == 413  # type: ignore[arg-type]


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize("body", [b"a=%00", b"a=%ff", b"%00=a", b"a=\xff", b"&".join([b"a=1"] * 3000)])
async def test_a_form_with_bytes_that_are_no_text_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    assert (await client.post("/echo", content=body, headers=FORM)).status_code == 400


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/tjenester?enhet=%00", "/sok?q=%ff", "/saker/%00"])
async def test_an_address_with_bytes_that_are_no_text_is_refused(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 400


@pytest.mark.usefixtures("echo")
async def test_a_length_that_is_no_number_is_refused(client: httpx.AsyncClient) -> None:
    for length in ("x", "-1", "9" * 30):
        response = await client.post("/echo", content=b"{}", headers={"content-length": length} | JSON)
        assert response.status_code in (400, 413)


async def test_a_request_says_once_for_whom_it_is(client: httpx.AsyncClient) -> None:
    """A proxy may believe the first of two, and we the second (RFC 9112 section 3.2)."""
    hosts = [("host", "test"), ("host", "elsewhere.example")]
    assert (await client.get("/health/live", headers=hosts)).status_code == 400
    assert (await client.get("/health/live", headers=hosts[:1])).status_code == 200
