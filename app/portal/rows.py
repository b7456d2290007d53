"""Rows of a repeated group in what a browser sent: one taken away, and the rest counted from nought without gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import FormData, UploadFile

ROW = re.compile(r"(answers|search|searched)\.([a-z][a-z0-9_]*)\.([0-9]{1,3})\.([a-z0-9_.]+)")
"""«answers.people.0.name», and the two names that a look-up sends beside it."""


def numbered(form: FormData) -> FormData:
    """The form without the row that «Fjern» named and without rows that are blank, its rows numbered anew.

    A page with script leaves gaps where rows were removed; what is told about a row afterwards must find it.
    """
    items = form.multi_items()
    removed = str(form.get("remove_row") or "")
    places = _places(items, removed)
    return FormData(
        [
            (new, value)
            for name, value in items
            if name != "remove_row" and (new := _renamed(name, places)) is not None
        ]
    )


def _places(items: Iterable[tuple[str, str | UploadFile]], removed: str) -> dict[tuple[str, int], int]:
    """(group, row as it was sent) -> its place. Rows with nothing in them have none."""
    kept: dict[str, set[int]] = {}
    for name, value in items:
        found = ROW.fullmatch(name)
        if found is None or found[1] == "searched" or f"answers.{found[2]}.{found[3]}" == removed:
            continue
        if value.filename if isinstance(value, UploadFile) else value.strip():
            kept.setdefault(found[2], set()).add(int(found[3]))
    return {(group, row): place for group, rows in kept.items() for place, row in enumerate(sorted(rows))}


def _renamed(name: str, places: dict[tuple[str, int], int]) -> str | None:
    """None for what belongs to a row that is gone."""
    found = ROW.fullmatch(name)
    if found is None:
        return name
    place = places.get((found[2], int(found[3])))
    return None if place is None else f"{found[1]}.{found[2]}.{place}.{found[4]}"
