"""kill -9 at every step of a grant's way, and what became of it: `python -m tests.access.killed ROUNDS` prints it all."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, select, update

from app.access.following import follow
from app.access.models import Errand, Grant, GrantOrder, TargetAccount
from app.access.ordering import order, take_away
from app.access.plan import State
from app.approvals.models import Approval
from app.approvals.models import Outcome as Answer
from app.database.session import make_engine, make_sessions
from app.deliveries.models import Delivery
from app.errors import Conflict, NotFound
from app.identity.me import load_actor
from app.people.models import Delegation, Engagement, Person
from app.settings import PROJECT, Settings
from app.tickets.approving import decide
from app.tickets.lifecycle import id_of
from service_catalog.load import load_catalogue
from sla.load import load_sla
from tests import postgres
from tests.access.connected import MAIL, VPN, Connected, connect
from tests.access.dying_worker import STEPS
from tests.access.graph_server import open_directory
from tests.access.test_ordering import recently
from tests.cast import SINCE
from tests.conftest import OwnDatabase

GROUPS = {MAIL: "g-intranett", VPN: "g-vpn"}
WAYS = {
    "give": (MAIL, ("order", "send")),
    "give, approved": (VPN, ("follow", "send")),
    "give, the yes withdrawn meanwhile": (VPN, ("follow", "send")),
    "take away": (MAIL, ("take", "send")),
}
"""What is given or taken, and what is done to it by workers that die."""


@dataclass
class Tally:
    """Of one step. Forgotten: what should be there is not, or what should be gone is, or nobody can see how it stands.
    Unapproved: it is there, and was given when no yes held."""

    kills: int = 0
    forgotten: int = 0
    unapproved: int = 0
    twice: int = 0
    """How often the directory was asked to do what it had done: harmless, and told."""


@dataclass
class Table:
    rows: dict[tuple[str, str, str], Tally] = field(default_factory=dict)

    @property
    def kills(self) -> int:
        return sum(tally.kills for tally in self.rows.values())

    @property
    def wrong(self) -> int:
        return sum(tally.forgotten + tally.unapproved for tally in self.rows.values())

    def lines(self) -> Iterator[str]:
        yield f"{'what':<36}{'worker':<8}{'killed':<12}{'kills':>6}{'forgotten':>11}{'unapproved':>12}{'twice':>7}"
        for (way, what, step), tally in self.rows.items():
            yield (
                f"{way:<36}{what:<8}{step:<12}{tally.kills:>6}{tally.forgotten:>11}{tally.unapproved:>12}{tally.twice:>7}"
            )
        yield f"{'in all':<56}{self.kills:>6}{self.wrong:>23}"


class Workers:
    """Processes that die where they are told to."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def kill(self, what: str, step: str, person: Person, key: str, by: Person) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what} {step} {person.id} {key} {by.id}\n".encode())
        ended = int(await self._process.stdout.readline())
        assert ended == -signal.SIGKILL, f"{what} {step} ended with {ended} and not where it should"


@asynccontextmanager
async def workers(connected: Connected, secret_file: Path) -> AsyncIterator[Workers]:
    told = (connected.database.app_url, connected.directory.url, str(secret_file))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.access.dying_worker",
        *told,
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    try:
        yield Workers(process)
    finally:
        process.terminate()
        await process.wait()


class Round:
    """One person, one grant, one step at which its workers die."""

    def __init__(self, connected: Connected, way: str, person: Person, account: str) -> None:
        self.connected, self.way, self.person, self.account = connected, way, person, account
        self.key, self.whats = WAYS[way]

    @property
    def is_there(self) -> bool:
        return self.account in self.connected.directory.groups[GROUPS[self.key]]

    async def make_ready(self, what: str) -> None:
        """Nothing is left of the round before; what must stand before `what` stands."""
        self.connected.directory.groups[GROUPS[self.key]].discard(self.account)
        async with self.connected.database.transaction() as session:
            await session.execute(delete(Delivery))
            await session.execute(delete(Errand))
            mine = update(Engagement).where(Engagement.person_id == self.person.id)
            code = "9451" if self.key == VPN else "6572"
            await session.execute(mine.values(position_code=code, ends_on=None))
            await session.execute(update(Delegation).values(valid_to=None))
        await self._forget_grants()
        if self.way == "take away":
            await self._order()
            await self.connected.send()
            assert self.is_there
            await self._leave()
        if self.way.startswith("give, "):
            await self._approve(await self._order())
        if what == "send" and self.way == "take away":
            await self._take()
        elif what == "send" and self.key == VPN:
            await self._follow()
        elif what == "send":
            await self._order()

    async def _forget_grants(self) -> None:
        async with self.connected.database.transaction() as session:
            await session.execute(delete(GrantOrder))
            await session.execute(delete(Grant).where(Grant.person_id == self.person.id))

    async def _order(self) -> str:
        async with self.connected.database.transaction() as session:
            dagny = await load_actor(session, self.connected.cast.dagny.id)
            published, targets = self.connected.published, self.connected.targets
            return await order(session, published, self.person.id, self.key, by=dagny, targets=targets)

    async def _take(self) -> None:
        async with self.connected.database.transaction() as session:
            dagny = await load_actor(session, self.connected.cast.leif.id)
            published, targets = self.connected.published, self.connected.targets
            await take_away(session, published, self.person.id, self.key, by=dagny, targets=targets)

    async def _leave(self) -> None:
        async with self.connected.database.transaction() as session:
            mine = update(Engagement).where(Engagement.person_id == self.person.id)
            await session.execute(mine.values(ends_on=SINCE))

    async def _approve(self, number: str) -> None:
        async with self.connected.database.transaction() as session:
            asked = select(Approval.id).where(Approval.subject_id == id_of(number))
            leif = recently(await load_actor(session, self.connected.cast.leif.id))
            await decide(session, (await session.scalars(asked)).all(), Answer.APPROVED, None, by=leif)

    async def _follow(self) -> None:
        async with self.connected.database.transaction() as session:
            await follow(session, self.connected.targets)

    async def withdraw_the_yes(self) -> None:
        async with self.connected.database.transaction() as session:
            held = update(Delegation).where(Delegation.person_id == self.connected.cast.leif.id)
            await session.execute(held.values(valid_to=SINCE))

    async def go_on(self) -> None:
        """Another worker, that lives; and whoever got no answer asks again."""
        try:
            if self.way == "give":
                await self._order()
            elif self.way == "take away":
                await self._take()
        except (Conflict, NotFound):
            pass  # It had been done; of whoever has left and has nothing, their leader is told nothing.
        await self.connected.let_time_pass()
        await self._follow()
        await self.connected.send_all()
        await self._follow()

    async def end(self) -> tuple[State | None, bool]:
        grant = await self.connected.grant(self.person, self.key)
        left = await self.connected.count(Errand.settled_at.is_(None))
        return (None if grant is None else grant.state), left == 0


async def kill_once(
    connected: Connected, dying: Workers, way: str, what: str, step: str, tally: Tally
) -> None:
    """One kill, and what a living worker makes of what it left."""
    person = connected.cast.alice
    one = Round(connected, way, person, "u1")
    await one.make_ready(what)
    before = dict(connected.directory.calls)
    if step == "done":
        connected.directory.silent = 1
    by = connected.cast.leif if what == "take" else connected.cast.dagny
    await dying.kill(what, step, person, one.key, by)
    connected.directory.silent = 0
    tally.kills += 1
    was_there = one.is_there
    if way.endswith("meanwhile"):
        await one.withdraw_the_yes()
    await one.go_on()
    state, is_settled = await one.end()
    if way == "take away":
        right = state is State.REVOKED and not one.is_there
    elif way.endswith("meanwhile"):
        right = (state, one.is_there) in ((State.GRANTED, True), (State.FAILED, False))
        # Given before it was withdrawn is seen as given, and is the plan's to take away.
        written = was_there or (what == "send" and step in ("settled", "marking", "marked"))
        tally.unapproved += one.is_there and not written
    else:
        right = state is State.GRANTED and one.is_there
    tally.forgotten += not (right and is_settled)
    writes = {
        call: n - before.get(call, 0) for call, n in connected.directory.calls.items() if "$ref" in call
    }
    tally.twice += sum(n - 1 for n in writes.values() if n > 1)


Kill = tuple[str, str, str]
"""Which way, which worker, and the step at which it dies."""
EVERY = tuple((way, what, step) for way, (_, whats) in WAYS.items() for what in whats for step in STEPS[what])


async def kill_all(connected: Connected, secret_file: Path, kills: Iterable[Kill]) -> Table:
    """One after the other; each is a round of its own."""
    table = Table()
    async with connected.database.transaction() as session:
        session.add(TargetAccount(person_id=connected.cast.alice.id, system="entra", ref="u1"))
    async with workers(connected, secret_file) as dying:
        for kill in kills:
            await kill_once(connected, dying, *kill, table.rows.setdefault(kill, Tally()))
    return table


async def kill_them(database: postgres.Database, *, rounds: int) -> Table:
    settings = Settings()
    shipped = load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder)
    engine = make_engine(database.app_url, pool_size=None)
    own = OwnDatabase(database.owner_url, database.app_url, make_sessions(engine))
    with tempfile.TemporaryDirectory() as folder:
        async with open_directory() as directory:
            connected = await connect(own, shipped, directory, Path(folder))
            table = await kill_all(connected, Path(folder) / "secret", EVERY * rounds)
            for provisioner in connected.provisioners.values():
                await provisioner.close()
    await engine.dispose()
    return table


def main(rounds: int) -> int:
    with postgres.running_server() as server, postgres.clone(server, postgres.template(server)) as database:
        table = asyncio.run(kill_them(database, rounds=rounds))
    print("\n".join(table.lines()))
    return 1 if table.wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=1)
    sys.exit(main(parser.parse_args().rounds))
