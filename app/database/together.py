"""Everything new in a session, written in one round trip instead of one for each table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import class_mapper, make_transient_to_detached
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.database.model import NEVER, Base, WrittenText
from app.database.session import run
from app.identity_numbers import conceal

Rows = Mapping[type[Base], Sequence[Mapping[str, Any]]]
Shape = tuple[type[Base], tuple[str, ...]]
MICROSECOND = timedelta(microseconds=1)


async def insert_together(
    session: AsyncSession, *, also: Rows | None = None, once: Rows | None = None
) -> None:
    """Insert what was added to the session, `also`, and `once` (rows that may be there already: those change nothing).

    Only for rows with an id of their own, or whose id nobody asks for: those that the database numbers are let go
    of. All of it stands or falls together, and foreign keys between the rows hold, for it is one statement.
    """
    sets: dict[tuple[Shape, bool], list[Mapping[str, Any]]] = defaultdict(list)
    new = list(session.sync_session.new)
    for instance in new:
        values = _values(instance)
        sets[(type(instance), tuple(values)), False].append(values)
    for given_rows, may_be_there in ((also, False), (once, True)):
        for model, rows in (given_rows or {}).items():
            for row in rows:
                sets[(model, tuple(row)), may_be_there].append(row)
    if not sets:
        return
    statement = _statement(tuple(sets))
    given = {f"rows_{number}": _json(rows) for number, rows in enumerate(sets.values())}
    await run(session, statement, given)
    for instance in new:
        session.expunge(instance)
        if None not in class_mapper(type(instance)).primary_key_from_instance(instance):
            make_transient_to_detached(instance)
            session.add(instance)


@lru_cache(maxsize=256)
def _statement(sets: tuple[tuple[Shape, bool], ...]) -> TextClause:
    """PostgreSQL reads each set of rows from JSON by the table's own types."""
    inserts = []
    for number, ((model, attributes), once) in enumerate(sets):
        table = model.__tablename__
        columns = ", ".join(class_mapper(model).columns[name].name for name in attributes)
        rows = f"jsonb_populate_recordset(NULL::{table}, CAST(:rows_{number} AS jsonb))"
        conflict = " ON CONFLICT DO NOTHING" if once else ""
        inserts.append(
            f"set_{number} AS (INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}{conflict})"
        )
    return text(f"WITH {', '.join(inserts)} SELECT 1")


def _values(instance: Any) -> dict[str, Any]:
    """What was set, and the defaults of what was not, which the instance then has too."""
    for name, value in _defaults(instance.__class__):
        if name not in vars(instance):
            setattr(instance, name, value)
    values = {name: value for name, value in vars(instance).items() if not name.startswith("_")}
    # JSON passes by the columns' own types, and so by their net.
    written = {name: conceal(values[name]) for name in _written(instance.__class__) if values.get(name)}
    return values | written


@lru_cache(maxsize=256)
def _written(model: type[Base]) -> list[str]:
    return [
        name for name, column in class_mapper(model).columns.items() if isinstance(column.type, WrittenText)
    ]


@lru_cache(maxsize=256)
def _defaults(model: type[Base]) -> list[tuple[str, Any]]:
    columns = class_mapper(model).columns
    return [
        (name, column.default.arg)
        for name, column in columns.items()
        if isinstance(column.default, ScalarElementColumnDefault)
    ]


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _plain(value: Any) -> str:
    """What JSON has no word for, as PostgreSQL reads it."""
    if isinstance(value, datetime):
        return "infinity" if value == NEVER else value.isoformat()
    if isinstance(value, timedelta):
        return f"{value // MICROSECOND} microseconds"
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
