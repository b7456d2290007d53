"""What an agreement may promise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from sla.agreement import Agreement, Priority, read_working_time, write_working_time

PROMISES = {priority.value: {"response": "1 t", "solution": "7 t 30 min"} for priority in Priority}


def agreement(**written: Any) -> Agreement:
    return Agreement.model_validate(
        {
            "name": "lonn",
            "version": 2,
            "title": {"nb": "Lønn", "nn": "Løn", "en": "Payroll"},
            "provider": "lonn",
            "customer": "alle",
            "calendar": "kontortid",
            "owner": "lonnssjef",
            "revised_on": "2026-01-12",
            "valid_from": "2026-02-01",
            "promises": PROMISES,
            "pauses_on": ["requester"],
            **written,
        }
    )


@pytest.mark.parametrize(
    ("written", "minutes"), [("30 min", 30), ("4 t", 240), ("7 t 30 min", 450), ("112 t 30 min", 6750)]
)
def test_working_time_is_written_in_hours_and_minutes(written: str, minutes: int) -> None:
    assert read_working_time(written) == timedelta(minutes=minutes)
    assert write_working_time(timedelta(minutes=minutes)) == written


@pytest.mark.parametrize(
    "written", ["", " ", "30", "4t", "2 dager", "30 min 4 t", "t", "0 min", "-4 t", "4 t ", 240]
)
def test_anything_else_is_not_working_time(written: object) -> None:
    with pytest.raises(ValueError, match=r"arbeidstid|lenger enn null"):
        read_working_time(written)


def test_a_promise_is_found_by_priority() -> None:
    promise = agreement().promise("high")
    assert (promise.response, promise.solution) == (timedelta(hours=1), timedelta(hours=7.5))
    with pytest.raises(ValueError, match="urgent"):
        agreement().promise("urgent")


def test_every_priority_has_a_promise() -> None:
    with pytest.raises(ValidationError, match="løftet mangler for low"):
        agreement(promises={key: value for key, value in PROMISES.items() if key != "low"})


def test_an_answer_is_not_promised_later_than_the_solution() -> None:
    with pytest.raises(ValidationError, match="senere enn løsningen"):
        agreement(promises={**PROMISES, "low": {"response": "9 t", "solution": "8 t"}})


def test_a_more_important_ticket_does_not_wait_longer() -> None:
    with pytest.raises(ValidationError, match="viktigere"):
        agreement(promises={**PROMISES, "critical": {"response": "1 t", "solution": "8 t"}})


def test_an_agreement_holds_from_its_first_day_to_its_last() -> None:
    one_year = agreement(valid_to="2027-01-31")
    assert [one_year.is_valid_on(date(2026, 1, 31)), one_year.is_valid_on(date(2026, 2, 1))] == [False, True]
    assert [one_year.is_valid_on(date(2027, 1, 31)), one_year.is_valid_on(date(2027, 2, 1))] == [True, False]
    with pytest.raises(ValidationError, match="før den begynner"):
        agreement(valid_to="2026-01-31")


def test_an_agreement_survives_json_unchanged() -> None:
    assert Agreement.model_validate_json(agreement().model_dump_json()) == agreement()
