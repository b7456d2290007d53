"""What an agreement may promise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from sla.agreement import Agreement, Priority, Recipient
from sla.calendar import DayLengths

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


def promises(**changed: dict[str, str]) -> dict[str, dict[str, str]]:
    return {**PROMISES, **changed}


def test_a_promise_is_found_by_priority() -> None:
    promise = agreement().promise("high")
    assert (str(promise.response), str(promise.solution), promise.update) == ("1 t", "7 t 30 min", None)
    with pytest.raises(ValueError, match="urgent"):
        agreement().promise("urgent")


def test_every_priority_has_a_promise() -> None:
    with pytest.raises(ValidationError, match="løftet mangler for low"):
        agreement(promises={key: value for key, value in PROMISES.items() if key != "low"})


@pytest.mark.parametrize(
    ("low", "told"),
    [
        ({"response": "9 t", "solution": "8 t"}, "svaret er lovet senere enn løsningen"),
        ({"response": "3 dager", "solution": "2 dager"}, "svaret er lovet senere enn løsningen"),
        ({"response": "30 t", "solution": "1 dag"}, "svaret er lovet senere enn løsningen"),
        ({"response": "1 t", "solution": "8 t", "update": "9 t"}, "neste beskjed er lovet senere"),
        ({"response": "1 t", "solution": "0 t"}, "lenger enn null"),
        ({"response": "1 t", "solution": "0 dager"}, "lenger enn null"),
        ({"response": "1 t", "solution": "-1 dag"}, "skriv arbeidstid som"),
    ],
)
def test_a_promise_that_contradicts_itself_or_is_nothing_is_refused(low: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        agreement(promises=promises(low=low))


@pytest.mark.parametrize("part", ["response", "solution", "update"])
def test_a_more_important_ticket_does_not_wait_longer(part: str) -> None:
    written = {"response": "1 t", "solution": "9 t", "update": "9 t"}
    more = {key: {**written} for key in PROMISES}
    more["critical"][part] = {"response": "2 t", "solution": "10 t", "update": "9 t 30 min"}[part]
    if part == "update":
        more["critical"]["solution"] = "9 t"
        more["critical"]["update"], more["high"]["update"] = "8 t", "7 t"
    with pytest.raises(ValidationError, match="viktigere"):
        agreement(promises=more)


def test_hours_and_days_are_compared_by_the_ordinary_days_of_the_calendar() -> None:
    office = DayLengths(shortest=timedelta(hours=7), longest=timedelta(hours=7.5))
    long = agreement(promises=promises(low={"response": "8 t", "solution": "1 dag"}))
    assert list(long.disorders(office)) == [(("promises", "low"), "svaret er lovet senere enn løsningen")]
    assert not list(long.disorders(DayLengths(timedelta(hours=10), timedelta(hours=10))))


def test_a_unit_is_not_given_longer_than_the_whole_promise() -> None:
    assert str(agreement(legs={"it": "4 t"}).leg("it")) == "4 t"
    assert str(agreement(legs={"it": "4 t", "annen": "1 t"}).leg("hr")) == "1 t"
    assert agreement(legs={"it": "4 t"}).leg("hr") is None
    with pytest.raises(ValidationError, match="«it» kan ikke ha saken lenger"):
        agreement(legs={"it": "8 t"})


def test_whoever_is_told_is_told_at_a_percent_where_something_is_decided() -> None:
    late = {"at": 150, "to": ["unit_lead"]}
    agreed = agreement(warn_at=[50, 75], escalation=[{"at": 75, "to": ["assignee"]}, late])
    assert agreed.steps == (50, 75, 100, 150)
    assert agreed.told_at(75) == (Recipient.ASSIGNEE,)
    assert agreed.told_at(100) == ()
    assert agreement().steps == (100,)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"escalation": [{"at": 80, "to": ["assignee"]}]}, "ved 80 % blir det ikke avgjort noe"),
        ({"escalation": [{"at": 100, "to": []}]}, "at least 1"),
        ({"escalation": [{"at": 100, "to": ["rådmannen"]}]}, "assignee"),
        ({"escalation": [{"at": 150, "to": ["assignee"]}, {"at": 100, "to": ["assignee"]}]}, "stigende"),
        ({"warn_at": [75, 50]}, "stigende"),
        ({"warn_at": [100]}, "less than 100"),
        ({"warn_at": [0]}, "greater than or equal to 1"),
        ({"owner": ""}, "at least 1"),
        ({"duties": {"reply": "0 dager"}}, "lenger enn null"),
        ({"duties": {"text": {"nb": ["a"], "nn": ["a"], "en": []}}}, "like mange plikter"),
        ({"duties": {"text": {"nb": [" "], "nn": ["a"], "en": ["a"]}}}, "en plikt er tom"),
        ({"pauses_on": ["requester", "requester"]}, "to ganger"),
    ],
)
def test_what_cannot_be_held_is_refused(written: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        agreement(**written)


def test_an_agreement_holds_from_its_first_day_to_its_last() -> None:
    one_year = agreement(valid_to="2027-01-31")
    assert [one_year.is_valid_on(date(2026, 1, 31)), one_year.is_valid_on(date(2026, 2, 1))] == [False, True]
    assert [one_year.is_valid_on(date(2027, 1, 31)), one_year.is_valid_on(date(2027, 2, 1))] == [True, False]
    with pytest.raises(ValidationError, match="før den begynner"):
        agreement(valid_to="2026-01-31")


def test_an_agreement_survives_json_unchanged() -> None:
    full = agreement(
        promises=promises(low={"response": "1 dag", "solution": "3 dager", "update": "2 dager"}),
        legs={"it": "1 dag"},
        duties={"reply": "2 dager", "text": {"nb": ["Svar."], "nn": ["Svar."], "en": ["Reply."]}},
        warn_at=[50],
        escalation=[{"at": 50, "to": ["assignee"]}],
        statutes=["aml-14-5"],
    )
    assert Agreement.model_validate_json(full.model_dump_json()) == full


def test_a_version_published_before_these_fields_is_still_read() -> None:
    old = agreement().model_dump(mode="json")
    for field in ("legs", "duties", "warn_at", "escalation", "statutes"):
        del old[field]
    for promise in old["promises"].values():
        del promise["update"]
    assert Agreement.model_validate(old) == agreement()
