"""What is asked of a signing service, and what it answers; each service has its own way of doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Party(StrEnum):
    EMPLOYER = "employer"
    EMPLOYEE = "employee"


@dataclass(frozen=True)
class SigningRequest:
    """`key` names the signing for ever: asked again with the same key, it is the same one."""

    key: str
    title: str
    reference: str
    """Where the document lies: the number of the case it was written in."""
    signers: tuple[tuple[Party, str], ...]
    """Each party and their name."""


@dataclass(frozen=True)
class Signed:
    """One party has signed."""

    party: Party
    at: datetime
    receipt: str
    """The service's own proof, by its number there."""


class SignerAway(Exception):
    """It cannot be reached now. The text is a code."""


class Signer(Protocol):
    async def ask(self, request: SigningRequest) -> None:
        """Send it to those who sign. Raises SignerAway."""
        ...

    async def signed(self, key: str) -> Sequence[Signed]:
        """Who has signed so far; nobody when it is not known. Raises SignerAway."""
        ...
