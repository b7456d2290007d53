"""What the document promises is what is answered, for requests that nobody thought of (P19)."""

from __future__ import annotations

from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.api.door import Door
from tests.api.operations import Operation, document, operations
from tests.conftest import BASE_URL
from tests.tickets.asking import once

EXAMPLES = 15
OURS = ("content-length", "authorization", "if-match")
load_all_checks()
KEPT = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
SCHEMA = schemathesis.openapi.from_dict(document())
OF_API = [operation for operation in operations() if operation.path.startswith("/api/")]


async def send(door: Door, case: Any) -> httpx.Response:
    """The case on the wire as schemathesis means it, with who we are beside it."""
    # Real names in the path: a generated one never exists, and nothing behind it would be reached.
    case.path_parameters = {name: door.values[name] for name in case.path_parameters or {}}
    wire = requests.Request(**case.as_transport_kwargs(base_url=BASE_URL)).prepare()
    # Content-Length follows from the body, and the token is a real one, or every answer would be 401.
    drawn = {name.lower(): value for name, value in wire.headers.items() if name.lower() not in OURS}
    sent = once() | {"if-match": "*"} | drawn | {"authorization": door.headers["authorization"]}
    body = wire.body.encode() if isinstance(wire.body, str) else wire.body
    return await door.client.request(wire.method or "", wire.url or "", content=body, headers=sent)


def _test_of(operation: Operation) -> Any:
    """One test for each operation: its cases are drawn before the test begins, as anyio needs."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=SCHEMA[operation.path][operation.method].as_strategy())
    async def every_answer_is_one_the_document_knows(door: Door, case: Any) -> None:
        case.validate_response(await send(door, case), checks=KEPT)

    return every_answer_is_one_the_document_knows


for _operation in OF_API:
    globals()[f"test_every_answer_is_one_the_document_knows[{_operation}]"] = _test_of(_operation)
