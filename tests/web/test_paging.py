from __future__ import annotations

import base64
from datetime import UTC, date, datetime

import orjson
import pytest

from app.errors import Invalid
from app.web.paging import decode_cursor, encode_cursor

AT = datetime(2026, 11, 23, 11, 0, 0, 123456, tzinfo=UTC)


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    assert decode_cursor(encode_cursor(AT, 7), datetime, int) == (AT, 7)
    assert decode_cursor(encode_cursor(date(2026, 1, 2), "å"), date, str) == (date(2026, 1, 2), "å")


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "æøå",
        "====",
        "\x00",
        "a" * 401,
        _cursor({}),
        _cursor([]),
        _cursor([1, 2]),
        _cursor(["2026-11-23T11:00:00", 7]),
        _cursor(["not a date", 7]),
        _cursor([AT.isoformat(), True]),
        _cursor([AT.isoformat(), "7"]),
        _cursor([AT.isoformat(), 2**63]),
        _cursor([AT.isoformat(), 7, 8]),
        _cursor([None, None]),
    ],
)
def test_any_other_text_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(Invalid, match="bad_cursor"):
        decode_cursor(text, datetime, int)
