"""What may not stand in a log, and that every line is one line."""

from __future__ import annotations

import json
import subprocess
import sys

from app.logs import trace_of, without_secrets
from app.settings import PROJECT

PROGRAM = """
import logging, structlog
from sqlalchemy.exc import DBAPIError
from app.logs import never_log, write_logs
write_logs()
never_log(["planted-secret-1"])
log = structlog.get_logger("ours")
log.info("said", words="line\\nforged {\\"event\\": \\"x\\"}", smtp_password="planted-2", inner={"api_token": "planted-3"})
log.warning("told", where="postgresql://app:planted-secret-1@db/x", header="Bearer planted-4", many=["planted-secret-1"])
class Refused(Exception):
    sqlstate = "23514"
def fail():
    what_people_wrote = "planted-5"
    try:
        raise Refused("DETAIL:  Failing row contains (planted-6).")
    except Refused as refused:
        raise DBAPIError("INSERT INTO messages VALUES ($1)", {"body": "planted-7"}, refused) from refused
try:
    fail()
except DBAPIError:
    log.exception("job.failed")
    logging.getLogger("uvicorn.error").exception("theirs: %s", "planted-secret-1")
logging.getLogger("asyncio").warning("slow\\r\\nforged")
"""


def test_no_secret_and_nothing_people_wrote_stands_in_a_log_and_no_line_is_forged() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "planted" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [
        "said",
        "told",
        "job.failed",
        "theirs: [hidden]",
        "slow\r\nforged",
    ]
    assert all(line["timestamp"].endswith("Z") and line["level"] for line in lines)
    assert "sqlstate 23514" in lines[2]["exception"]
    assert "in fail" in lines[2]["exception"]


def test_a_trace_tells_the_cause_first_and_each_once() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise ValueError("then") from first
    except ValueError as error:
        trace = trace_of(error)
    assert trace.index("KeyError: 'first'") < trace.index("ValueError: then")
    assert trace.count("test_a_trace_tells") == 2


def test_what_is_no_secret_stays() -> None:
    event = {"event": "refused", "code": "csrf", "person_id": 7, "path": "/saker/104827-3", "late": None}
    assert without_secrets(None, "info", dict(event)) == event
