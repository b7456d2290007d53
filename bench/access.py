"""How long it takes to plan everybody's access, and one person's: `python -m bench.access`.

13,000 people with what the demo gives them, on an embedded database of its own, every system connected.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import asyncpg
from sqlalchemy import select

from app.access.keeping import survey
from app.access.queries import persons_of_plan, today
from app.access.targets import Connection, Gives, Targets
from app.access.view import person_view
from app.agreements.publishing import publish
from app.catalogue.published import Published, load_published
from app.database.embedded import open_embedded
from app.database.migrate import migrate
from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.demo.access import access_rows
from app.demo.copying import copy_access, copy_people, hurry, tidy
from app.demo.people import FULL, hire
from app.events.log import database_now
from app.people.models import Person
from app.settings import Settings
from service_catalog.load import load_catalogue
from sla.load import load_sla

MOST_SECONDS, MOST_PERSON_MS = 60.0, 20.0
"""Issue «Onboarding and access»."""
SAMPLE = 200


def everything(published: Published) -> Targets:
    """As if every system gave by itself whatever it could."""
    gives: dict[str, dict[str, Gives]] = {}
    for one in published.catalogue.access.entitlements.values():
        gives.setdefault(one.system, {})[one.key] = Gives(group=one.key)
    how = {"how": "webhook", "url": "https://nowhere.example", "secret_file": Path("none")}
    return Targets({key: Connection.model_validate({**how, "gives": each}) for key, each in gives.items()})


async def fill(owner_url: str, sessions: Sessions) -> Published:
    settings = Settings()
    async with transaction(sessions) as session:
        await publish(
            session, load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder), by="bench"
        )
        published, at = await load_published(session), await database_now(session)
    people = hire(FULL, Random(1), at.date())
    connection = await asyncpg.connect(owner_url)
    async with connection.transaction():
        await hurry(connection)
        await copy_people(connection, people)
        await copy_access(connection, access_rows(published.catalogue.access, people, Random(2), at))
    await tidy(connection, vacuum=False)
    await connection.close()
    return published


async def measure(owner_url: str, app_url: str) -> bool:
    engine = make_engine(app_url, pool_size=4)
    sessions = make_sessions(engine)
    published = await fill(owner_url, sessions)
    targets = everything(published)
    async with transaction(sessions) as session:
        on = await today(session)
        ids = (await session.scalars(select(Person.id).order_by(Person.id).limit(SAMPLE))).all()
    began, cpu = time.perf_counter(), time.process_time()
    people = todo = 0
    async for some, found in survey(sessions, published, targets, on, in_tickets=False):
        people, todo = people + some, todo + len(found)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"{people} people planned in {seconds:.1f} s ({cpu_seconds:.1f} s of CPU here), {todo} things to do"
    )
    each = []
    for person_id in ids:
        began = time.perf_counter()
        async with transaction(sessions) as session:
            person = (await persons_of_plan(session, [person_id], on))[person_id]
        person_view(published.catalogue, person_id, "N N", person, on, "nb", targets)
        each.append((time.perf_counter() - began) * 1000)
    median, slow = statistics.median(each), statistics.quantiles(each, n=20)[-1]
    print(f"one person: median {median:.1f} ms, p95 {slow:.1f} ms, with what the page says")
    await engine.dispose()
    return seconds <= MOST_SECONDS and median <= MOST_PERSON_MS


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="skranke-plan-") as folder:
        Path(folder).chmod(0o755)
        with open_embedded(Path(folder)) as embedded:
            migrate(embedded.owner_url)
            return 0 if asyncio.run(measure(embedded.owner_url, embedded.app_url)) else 1


if __name__ == "__main__":
    sys.exit(main())
