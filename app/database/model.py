"""What every table shares: names of constraints, instants in UTC, and rows whose changes are logged in order."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Identity, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.identity_numbers import conceal

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


BigId = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]


NEVER = datetime.max.replace(tzinfo=UTC)
"""An instant after every other: PostgreSQL's `infinity`."""
ASYNCPG_INFINITY = datetime.max  # noqa: DTZ901 - asyncpg's own word for it, which no aware instant compares with


class InstantOrNever(TypeDecorator[datetime]):
    """`infinity` is NEVER in Python, whatever the driver calls it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return ASYNCPG_INFINITY if value == NEVER else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return NEVER if value == ASYNCPG_INFINITY else value


class WrittenText(TypeDecorator[str]):
    """What people wrote. Whoever writes it hides its identity numbers first (app/masking); this is the last net."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else conceal(value)


Written = Annotated[str, mapped_column(WrittenText())]


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class Base(DeclarativeBase):
    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        # Text with the values people read in exports; the checks of the tables name the closed sets that matter.
        StrEnum: Enum(
            StrEnum, native_enum=False, create_constraint=False, length=40, values_callable=_values
        ),
    }


class Logged:
    """A subject of the event log. Whoever changes the row holds its lock, so `event_seq` counts without gaps."""

    event_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    last_event_at: Mapped[Instant]
