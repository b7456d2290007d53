"""What people write about one kind of matter: sentences with slots that `slots.py` fills."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """`about` are words looked for in a service's key and keywords. Slots are written {place}, {room}, {name} …"""

    about: tuple[str, ...]
    matters: tuple[tuple[str, str, str], ...]
    """What it can be: the subject, what the requester writes, and how it was solved."""
    questions: tuple[str, ...]
    """What the agent asks."""
    answers: tuple[str, ...]
    """What the requester answers."""
    notes: tuple[str, ...] = ()
    """What colleagues write to each other."""
    only_faults: bool = False
    """True when it is always something that is wrong, so that an order never sounds like it."""
