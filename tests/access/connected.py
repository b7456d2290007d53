"""A municipality whose Entra ID is connected: who works there, what is sent, and how time passes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select, update

from app.access.models import Errand, Grant
from app.access.provisioning import effects, open_all
from app.access.targets import Connection, Targets
from app.catalogue.published import Published
from app.deliveries.loop import send_due
from app.deliveries.models import Delivery, DeliveryTarget
from app.people.models import Person
from integrations.provisioning.target import Provisioner
from service_catalog.access_schema import Prerequisite
from service_catalog.schema import Catalogue
from tests.access.graph_server import SECRET, Directory
from tests.cast import Cast, hire_cast
from tests.conftest import OwnDatabase, publish_shipped

MAIL, ADMINISTRATOR, VPN = "intranett", "administrator", "vpn"
"""What nobody has to approve, what the owner must, and what the leader must."""


def targets_of(directory: Directory, secret_file: Path) -> Targets:
    secret_file.write_text(SECRET, encoding="utf-8")
    entra = Connection.model_validate(
        {
            "how": "graph",
            "tenant": "fjordvik",
            "client_id": "skranke",
            "secret_file": secret_file,
            "url": directory.url,
            "login_url": directory.url,
            "gives": {
                "konto": {"account": True},
                MAIL: {"group": "g-intranett"},
                "mfa": {"group": "g-mfa"},
                VPN: {"group": "g-vpn"},
                ADMINISTRATOR: {"group": "g-admin"},
            },
        }
    )
    return Targets({"entra": entra})


@dataclass(frozen=True)
class Connected:
    """Everything is committed; errands leave when `send` is called."""

    database: OwnDatabase
    published: Published
    cast: Cast
    targets: Targets
    provisioners: Mapping[str, Provisioner]
    directory: Directory

    async def send(self) -> int:
        """One round."""
        sessions = self.database.sessions
        return await send_due(sessions, effects(sessions, self.targets, self.provisioners))

    async def send_all(self, *, rounds: int = 12) -> None:
        """Until nothing is left that may be sent, as if time passed between the rounds."""
        for _ in range(rounds):
            with suppress(Exception):
                await self.send()
            await self.let_time_pass()
            if not await self.count(Errand.settled_at.is_(None)):
                return

    async def let_time_pass(self) -> None:
        """Leases end, what waits is due, and whoever asked to be left alone has been."""
        now = func.clock_timestamp()
        async with self.database.transaction() as session:
            await session.execute(update(Delivery).values(due_at=now))
            held = update(Delivery).where(Delivery.lease_until.is_not(None))
            await session.execute(held.values(lease_until=now))
            await session.execute(update(DeliveryTarget).values(open_until=now))

    async def count(self, *where: Any) -> int:
        async with self.database.transaction() as session:
            return int(
                (await session.execute(select(func.count()).select_from(Errand).where(*where))).scalar_one()
            )

    async def grant(self, person: Person, key: str) -> Grant | None:
        """The newest."""
        query = select(Grant).where(Grant.person_id == person.id, Grant.entitlement == key)
        async with self.database.transaction() as session:
            return (await session.scalars(query.order_by(Grant.id.desc()).limit(1))).one_or_none()


def _asking_for_papers(catalogue: Catalogue) -> Catalogue:
    """As shipped, but that two-factor sign-in needs a declaration of secrecy."""
    mfa = catalogue.access.entitlements["mfa"]
    asking = mfa.model_copy(update={"requires": (Prerequisite.TAUSHETSERKLAERING,)})
    entitlements = {**catalogue.access.entitlements, "mfa": asking}
    access = catalogue.access.model_copy(update={"entitlements": entitlements})
    return catalogue.model_copy(update={"access": access})


async def connect(
    database: OwnDatabase, shipped: Any, directory: Directory, folder: Path, *, patience: float = 5
) -> Connected:
    published = await publish_shipped(database.sessions, (_asking_for_papers(shipped[0]), shipped[1]))
    async with database.transaction() as session:
        cast = await hire_cast(session)
    for number, person in enumerate(cast.persons, start=1):
        directory.users[f"u{number}"] = str(person.employee_number)
    for group in ("g-intranett", "g-mfa", "g-vpn", "g-admin"):
        directory.groups.setdefault(group, set())
    targets = targets_of(directory, folder / "secret")
    return Connected(
        database, published, cast, targets, open_all(targets, httpx.Timeout(patience)), directory
    )
