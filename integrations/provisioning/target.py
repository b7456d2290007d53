"""What every other system is asked, whichever way it is spoken to, and how it may fail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Sort(StrEnum):
    GROUP = "group"
    LICENCE = "licence"
    ACCOUNT = "account"
    """The account itself: there, and not shut."""


@dataclass(frozen=True)
class Thing:
    """What is given or taken, as the other system calls it. `ref` is empty for the account."""

    sort: Sort
    ref: str = ""


@dataclass(frozen=True)
class Who:
    """Whose it is, as the other system may know them. `ref` is its own id, once it is known."""

    ref: str
    key: str
    """What they are matched by: an employee number or an address; never empty."""
    name: str = ""
    email: str = ""
    employee_number: str = ""


@dataclass(frozen=True)
class Holder:
    """Somebody who has a thing. `key` is what they are matched by, in small letters; empty when it was not told."""

    ref: str
    key: str = ""


class Away(Exception):
    """It was not reached: nothing was done. Its text is a code."""


class Unanswered(Exception):
    """It was reached, and whether it was done is unknown: no answer in time, half of one, or an error of its own."""


class Throttled(Exception):
    """It asks us to wait; nothing was done."""

    def __init__(self, code: str, wait: timedelta) -> None:
        super().__init__(code)
        self.wait = wait


class Denied(Exception):
    """It answered, and will not. Its text is a code («graph 403»), nothing that the other system wrote."""


class Provisioner(Protocol):
    """One other system. Every verb raises Away, Unanswered, Throttled or Denied, and may be done again: what is there
    already is given by being left, or Denied; whoever asks looks whether it is as it should be.
    """

    @property
    def makes_accounts(self) -> bool:
        """Whether giving makes the account that was not there."""

    @property
    def answers(self) -> bool:
        """Whether it can be asked what somebody has. If not, the same call with the same key is sent again."""

    async def account_of(self, who: Who) -> str | None:
        """Its own id of somebody; None when it does not know them."""

    async def has(self, who: Who, thing: Thing, *, at: datetime) -> bool: ...

    async def give(self, who: Who, thing: Thing, *, key: str, at: datetime) -> str:
        """Its own id of whoever got it. `key` is the same at every try, `at` when it is said."""

    async def take(self, who: Who, thing: Thing, *, key: str, at: datetime) -> None: ...

    async def holders(self, things: Collection[Thing], *, at: datetime) -> dict[Thing, list[Holder]]:
        """Everybody who has each of them, page by page; whole, or it raises."""

    async def close(self) -> None: ...
