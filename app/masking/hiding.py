"""The one place where numbers leave the text: whoever keeps what people wrote asks here first."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.identity_numbers import replace
from app.masking.models import HiddenNumber

T = TypeVar("T")
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what people take for something else, so that a mark can be said on the phone."""
MARK_LENGTH = 8
MARK = re.compile(rf"\[fødselsnummer skjult( [{ALPHABET}]{{{MARK_LENGTH}}})?\]")
"""A mark in a text; what stands in it leads to the number, and without it the number is not kept."""


class Hidden:
    """The numbers taken out of what one transaction writes about one subject.

    The same number gets the same mark, so that the reader sees that it is the same.
    """

    def __init__(self, subject: tuple[str, int]) -> None:
        self._kind, self._id = subject
        self._marks: dict[str, str] = {}

    def out_of(self, written: T) -> T:
        """What was written, with marks in place of numbers; also every text inside a list or a mapping."""
        hidden: Any = written
        if isinstance(written, str):
            hidden = replace(written, self._mark)
        elif isinstance(written, Mapping):
            hidden = {key: self.out_of(value) for key, value in written.items()}
        elif isinstance(written, list):
            hidden = [self.out_of(value) for value in written]
        return hidden  # type: ignore[no-any-return]

    def keep(self, session: AsyncSession) -> None:
        """Beside the text and in its transaction. No number, no row and no statement."""
        session.add_all(
            HiddenNumber(mark=mark, subject_kind=self._kind, subject_id=self._id, number=number)
            for number, mark in self._marks.items()
        )

    def _mark(self, number: str) -> str:
        mark = self._marks.setdefault(number, _new_mark())
        return f"[fødselsnummer skjult {mark}]"


def _new_mark() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(MARK_LENGTH))


def hide(session: AsyncSession, subject: tuple[str, int], text: str) -> str:
    """One text about one subject, and its numbers kept beside it."""
    hidden = Hidden(subject)
    masked = hidden.out_of(text)
    hidden.keep(session)
    return masked
