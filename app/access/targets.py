"""Which systems give and take access by themselves, and how each is spoken to: `SKRANKE_TARGETS_FILE`.

What stands in no file, or is not named in it, is done by people in tickets. The file holds addresses and the names of
files with secrets; the catalogue holds neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic import Field as Described

from app.deliveries.effect import Backoff, Target
from app.people.models import Person
from app.settings import LOOPBACK, Settings, get_settings
from integrations.provisioning.target import Sort, Thing, Who
from service_catalog.access_schema import Access, Entitlement, How
from service_catalog.values import Key

TOPIC = "access."
"""What the topic and the target of a system's deliveries begin with."""
NEVER_PARKED = 10_000
"""Taking away is tried until it is done (promise P9); how late it is, people are told by the alarm."""


class Speaks(StrEnum):
    GRAPH = "graph"
    SCIM = "scim"
    WEBHOOK = "webhook"


class Match(StrEnum):
    """What somebody has in common with their account there."""

    EMPLOYEE_NUMBER = "employee_number"
    EMAIL = "email"


ATTRIBUTES: dict[tuple[Speaks, Match], str] = {
    (Speaks.GRAPH, Match.EMPLOYEE_NUMBER): "employeeId",
    (Speaks.GRAPH, Match.EMAIL): "userPrincipalName",
    (Speaks.SCIM, Match.EMPLOYEE_NUMBER): "externalId",
    (Speaks.SCIM, Match.EMAIL): "userName",
    (Speaks.WEBHOOK, Match.EMPLOYEE_NUMBER): "employee_number",
    (Speaks.WEBHOOK, Match.EMAIL): "email",
}
"""As each protocol calls it."""
Word = Annotated[str, Described(min_length=1, max_length=200)]


class Gives(BaseModel):
    """What an entitlement is over there: one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: Word | None = None
    """Its id; for a webhook, whatever the receiver calls it."""
    licence: Word | None = None
    """The id of a SKU."""
    account: bool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum((self.group is not None, self.licence is not None, self.account)) != 1:
            raise ValueError("name a group, a licence, or the account")
        return self

    @property
    def thing(self) -> Thing:
        if self.group is not None:
            return Thing(Sort.GROUP, self.group)
        return Thing(Sort.LICENCE, self.licence) if self.licence is not None else Thing(Sort.ACCOUNT)


class Connection(BaseModel):
    """One system of the catalogue, and how it is reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: Speaks
    match: Match = Match.EMPLOYEE_NUMBER
    secret_file: Path
    """Graph: the client secret. SCIM: the bearer token. Webhook: the key of the signature."""
    url: str = ""
    """Graph: only for national clouds, as is `login_url`."""
    login_url: str = ""
    tenant: str = ""
    client_id: str = ""
    asks: bool = False
    """Of a webhook: it also answers who has what, and is then read back."""
    at_once: Annotated[int, Described(ge=1, le=20)] = 8
    """Calls on their way at the same time, over all nodes."""
    gives: dict[Key, Gives] = Described(min_length=1)
    """By the entitlement's key in the catalogue; those that are not here are done by people."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.how is Speaks.GRAPH and not (self.tenant and self.client_id):
            raise ValueError("graph needs tenant and client_id")
        if self.how is not Speaks.GRAPH and not self.url:
            raise ValueError("say the url")
        for url in filter(None, (self.url, self.login_url)):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise ValueError("an address is https: secrets and people's access go over it")
            if parts.username or parts.password or parts.query:
                raise ValueError("an address holds no secret")
        if self.how is not Speaks.GRAPH and any(each.licence for each in self.gives.values()):
            raise ValueError("only graph has licences")
        return self

    @property
    def can_be_read(self) -> bool:
        return self.how is not Speaks.WEBHOOK or self.asks

    def who(self, person: Person, ref: str) -> Who | None:
        """As the other system knows them; None for somebody who has nothing to be known by."""
        found = person.employee_number if self.match is Match.EMPLOYEE_NUMBER else person.email
        if not found:
            return None
        return Who(ref, found, person.name, person.email or "", person.employee_number or "")


@dataclass(frozen=True)
class Targets:
    """By the system's key. Empty in an installation that has connected none."""

    connections: Mapping[str, Connection] = field(default_factory=dict)

    def thing(self, one: Entitlement) -> Thing | None:
        """What it is over there; None: people do it."""
        connection = self.connections.get(one.system)
        if connection is None or one.how is not How.AUTOMATIC:
            return None
        given = connection.gives.get(one.key)
        return given.thing if given else None

    def delivered_to(self, system: str) -> Target:
        return Target(
            f"{TOPIC}{system}",
            at_once=self.connections[system].at_once,
            tries=NEVER_PARKED,
            retry=Backoff(timedelta(seconds=5), 3, timedelta(minutes=10)),
        )

    def problems(self, access: Access) -> Iterable[str]:
        """What the file names and the catalogue does not know, or does by hand. In words for whoever runs it."""
        for system, connection in self.connections.items():
            if system not in access.systems:
                yield f"{system}: står ikke i systems.yaml"
            for key in connection.gives:
                one = access.entitlements.get(key)
                if one is None or one.system != system:
                    yield f"{system}: {key} er ingen tilgang i dette systemet (entitlements.yaml)"
                elif one.how is not How.AUTOMATIC:
                    yield f"{system}: {key} står som «how: manual», og gjøres av folk"


NONE = Targets()


class UnreadableTargets(ValueError):
    """The file is no list of connections; the message says where, and holds no secret: there is none in it."""


def read_targets(path: Path) -> Targets:
    """Raises UnreadableTargets, and OSError when there is no such file."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Targets(TypeAdapter(dict[Key, Connection]).validate_python(read or {}))
    except (ValidationError, yaml.YAMLError) as wrong:
        raise UnreadableTargets(f"{path}: {wrong}") from wrong


def targets_of(settings: Settings) -> Targets:
    return NONE if settings.targets_file is None else _once(settings.targets_file)


def configured() -> Targets:
    """Of this process."""
    return targets_of(get_settings())


_once = lru_cache(read_targets)
