"""`python -m tests.attack TOOLS`: a demo of its own, and wapiti and sqlmap at every parameter of it, as an agent."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from sqlalchemy import text

from app.database.session import make_engine, make_sessions, transaction
from app.demo.fill import fill
from app.events.log import database_now
from app.identity.actor import Office, system_actor
from app.identity.sessions import cookie_name, create_session
from app.main import create_app
from app.people.offices import appoint
from app.settings import PROJECT, Settings
from tests import postgres
from tests.attack import target
from tests.attack.aims import Aim, aims, tried
from tests.attack.tools import Asker, Found, sqlmap, wapiti

AGENT = "Amina Farah"
ASK_AGENT = "SELECT id FROM persons WHERE name = :name ORDER BY id LIMIT 1"
ASK_TICKET = "SELECT max(id) FROM tickets WHERE unit = 'it' AND confidentiality = 'open'"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("tools", type=Path, help="the folder of the programs wapiti and sqlmap")
    parser.add_argument("--only", choices=("wapiti", "sqlmap"), help="one of the two")
    parser.add_argument(
        "--seconds",
        type=int,
        default=900,
        help="at most, for finding the forms and for each of wapiti's modules",
    )
    parser.add_argument(
        "--level", type=int, choices=(2, 3), default=2, help="of sqlmap; 1 does not look at ORDER BY"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="skranke-attack-"))
    with postgres.running_server() as server, postgres.clone(server, postgres.template(server)) as database:
        asyncio.run(fill(database.owner_url, "small", at=datetime.now(UTC)))
        with serving(database.app_url, folder) as url:
            cookie, ticket = asyncio.run(sign_in(database.app_url, Settings(demo=True, public_url=url)))
            began = time.monotonic()
            paths = aims(create_app(Settings()), ticket)
            aimed = tried(paths, lambda address: read(url + address, cookie))
            found = attack(options, folder, url, cookie, aimed)
            if "/logg-ut" not in read(f"{url}/mine-saker", cookie)[1]:
                raise RuntimeError("the agent was signed out on the way: what came after met only the door")
            counts = json.loads(read(f"{url}{target.COUNTS}", cookie)[1])
    sys.exit(tell(found, counts, aimed, time.monotonic() - began, folder))


def attack(options: argparse.Namespace, folder: Path, url: str, cookie: str, aimed: list[Aim]) -> list[Found]:
    """Also at the two weak pages. Raises RuntimeError when a tool does not find what is there to find."""
    asker = Asker(cookie, (f"Origin: {url}", "Sec-Fetch-Site: same-origin"))
    weak = [Aim(target.WEAK_ORDER, {"sort": "id"}), Aim(target.WEAK_ECHO, {"q": "a"})]
    found: list[Found] = []
    if options.only != "wapiti":
        for aim in (weak[0], *(aim for aim in aimed if aim.parameters)):
            print(f"sqlmap: {aim.address}", flush=True)
            found += sqlmap(options.tools / "sqlmap", folder, url, aim, asker, options.level)
        must_have_found(found, "sqlmap", target.WEAK_ORDER)
    if options.only != "sqlmap":
        print(f"wapiti: {len(aimed)} addresses and the forms on them", flush=True)
        found += wapiti(options.tools / "wapiti", folder, url, [*weak, *aimed], asker, options.seconds)
        must_have_found(found, "wapiti", target.WEAK_ECHO)
    return [each for each in found if target.BESIDE not in each.where]


def must_have_found(found: list[Found], tool: str, where: str) -> None:
    if not any(each.tool == tool and where in each.where for each in found):
        raise RuntimeError(f"{tool} did not find the hole at {where}: that it finds no other means nothing")


def tell(found: list[Found], counts: dict[str, Any], aimed: list[Aim], seconds: float, folder: Path) -> int:
    statuses = {int(status): count for status, count in counts["statuses"].items()}
    parameters = sum(len(aim.parameters) for aim in aimed)
    print(
        f"{sum(statuses.values()):,} requests in {seconds:.0f} s at {len(aimed)} addresses, {parameters} parameters"
    )
    print("answers: " + ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items())))
    print("the weak pages beside the product were found, so the tools bite")
    wrong = [*map(str, found), *(f"an error of ours: {asked}" for asked in dict.fromkeys(counts["failures"]))]
    print("\n".join(wrong) or "nothing found")
    print(f"what the tools wrote: {folder}")
    return 1 if wrong else 0


@contextmanager
def serving(app_url: str, folder: Path) -> Iterator[str]:
    """The product as a demo on a free port of loopback, one process, so that its counts are whole."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        "SKRANKE_DATABASE_URL": app_url,
        "SKRANKE_DATA": str(folder),
        "SKRANKE_PUBLIC_URL": url,
        "SKRANKE_DEMO": "1",
        "SKRANKE_PERSON_REQUESTS_PER_MINUTE": "0",
        "SKRANKE_ADDRESS_REQUESTS_PER_MINUTE": "0",
        # What asks for a recent sign-in is attacked too, to the end.
        "SKRANKE_RECENT_SIGN_IN_MINUTES": "600",
    }
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "tests.attack.target:target",
        "--factory",
        "--port",
        str(port),
    ]
    quiet = ["--log-level", "error", "--no-access-log"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *quiet], env=os.environ | environment, cwd=PROJECT, stdout=log, stderr=log
        )
        try:
            wait_for(f"{url}/health/ready", process)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
    raise RuntimeError(f"the product ended with {process.returncode}")


async def sign_in(app_url: str, settings: Settings) -> tuple[str, int]:
    """An agent's cookie, who is officer and administrator too: every filter of every page is reached."""
    engine = make_engine(app_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            agent = (await session.execute(text(ASK_AGENT), {"name": AGENT})).scalar_one()
            ticket = (await session.execute(text(ASK_TICKET))).scalar_one()
            for office in (Office.PRIVACY_OFFICER, Office.TECHNICAL_ADMINISTRATOR):
                await appoint(session, agent, office, by=system_actor("attack"))
            at = await database_now(session)
            token = await create_session(session, agent, settings, at=at, authenticated_at=at)
            return f"{cookie_name(settings)}={token}", ticket
    finally:
        await engine.dispose()


def read(address: str, cookie: str) -> tuple[int, str]:
    """Status and body, as the agent's browser."""
    request = urllib.request.Request(address, headers={"Cookie": cookie, "Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode(errors="replace")
    except HTTPError as refused:
        return refused.code, ""


if __name__ == "__main__":
    main()
