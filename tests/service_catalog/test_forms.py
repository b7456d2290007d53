"""What a form asks and which answers it takes: the same for pages and API."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from service_catalog.forms import (
    FieldProblem,
    References,
    fields_to_show,
    impact_and_urgency,
    parse_form,
    prefilled,
    price_nok,
    references,
    validate_answers,
)
from service_catalog.schema import Form, Impact, Prefill, Service, Urgency

TODAY = date(2026, 11, 23)
KNOWN = References(persons=frozenset({"7"}), org_units=frozenset({"42"}), files=frozenset({"a1", "a2"}))

LABEL = {"nb": "x", "nn": "x", "en": "x"}
FIELDS: list[dict[str, Any]] = [
    {"key": "what", "kind": "choice", "required": True, "choices": ["laptop", "car"]},
    {"key": "extras", "kind": "choices", "choices": ["dock", "bag", "mouse"], "max": 2},
    {"key": "why", "kind": "long_text", "required": True, "when": {"field": "what", "is": "car"}, "max": 100},
    {"key": "shared", "kind": "yes_no", "when": {"field": "what", "in": ["car"]}},
    {"key": "driver", "kind": "person", "required": True, "when": {"field": "shared", "is": "no"}},
    {"key": "place", "kind": "org_unit", "prefill": "me.unit"},
    {"key": "from_date", "kind": "date", "min": 0, "max": 30},
    {"key": "count", "kind": "number", "min": 1, "max": 10},
    {"key": "cost", "kind": "amount", "max": 5000},
    {"key": "name", "kind": "text", "min": 2, "max": 10},
    {"key": "papers", "kind": "file", "max": 2},
    {
        "key": "people",
        "kind": "group",
        "max": 3,
        "fields": [
            {"key": "name", "kind": "text", "required": True},
            {"key": "diet", "kind": "yes_no"},
            {"key": "which", "kind": "text", "required": True, "when": {"field": "diet", "is": "yes"}},
            {"key": "seat", "kind": "text", "when": {"field": "what", "is": "car"}},
        ],
    },
]


def whole(field: dict[str, Any]) -> dict[str, Any]:
    """A field with the label and choices the schema asks for."""
    choices = [{"value": value, "label": LABEL} for value in field.get("choices", [])]
    fields = [whole(inner) for inner in field.get("fields", [])]
    return {**field, "label": LABEL, "choices": choices, "fields": fields}


@pytest.fixture(scope="module")
def service(catalogue) -> Service:
    form = Form.model_validate({"fields": [whole(field) for field in FIELDS]})
    return catalogue.services["bestille-pc"].model_copy(update={"form": form})


@pytest.fixture
def answered(service):
    def validate(**answers: Any) -> tuple[dict[str, Any], list[FieldProblem]]:
        return validate_answers(service, answers, known=KNOWN, today=TODAY)

    return validate


@pytest.fixture
def problem(answered):
    """The one problem when a laptop is asked for with these answers."""

    def only(**answers: Any) -> tuple[str, str]:
        _, problems = answered(what="laptop", **answers)
        (found,) = problems
        return found.field, found.code

    return only


@pytest.fixture
def clean(answered):
    def of(**answers: Any) -> dict[str, Any]:
        cleaned, problems = answered(what="laptop", **answers)
        assert problems == []
        del cleaned["what"]
        return cleaned

    return of


def keys(service: Service, **answers: Any) -> set[str]:
    return {field.key for field in fields_to_show(service.form.fields, answers)}


def test_a_field_is_shown_when_its_condition_holds(service):
    assert "why" not in keys(service)
    assert "why" not in keys(service, what="laptop")
    assert {"why", "shared"} <= keys(service, what="car")


def test_a_field_that_hangs_on_a_hidden_field_is_hidden(service):
    assert "driver" in keys(service, what="car", shared=False)
    assert "driver" not in keys(service, what="laptop", shared=False)


def test_a_hidden_field_is_dropped_and_never_complained_about(clean):
    assert clean(why=5, driver="stranger", shared="maybe") == {}


def test_an_unknown_field_is_refused(problem):
    assert problem(colour="red") == ("colour", "unknown_field")
    assert problem(people=[{"name": "Kari", "age": 3}]) == ("people.0.age", "unknown_field")


def test_the_name_of_an_unknown_field_can_be_sent_back(answered):
    _, problems = answered(what="laptop", **{"\ud800" + "x" * 1000: 1})
    assert len(problems[0].field) <= 60
    json.dumps(problems[0].field).encode("utf-8")
    problems[0].field.encode("utf-8")


@pytest.mark.parametrize("empty", [None, "", "  \n", []])
def test_a_required_field_must_be_answered(answered, empty):
    assert answered(what=empty) == ({}, [FieldProblem("what", "required")])


def test_an_answer_not_given_is_left_out(clean):
    assert clean(name="", place=None, papers=[], people=[]) == {}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"name": "  Kari \u00a0 Ås "}, {"name": "Kari Ås"}),
        ({"name": "A\u030as"}, {"name": "Ås"}),
        ({"extras": ["mouse", "dock", "mouse"]}, {"extras": ["dock", "mouse"]}),
        ({"extras": "bag"}, {"extras": ["bag"]}),
        ({"place": 42}, {"place": "42"}),
        ({"from_date": "2026-12-01"}, {"from_date": "2026-12-01"}),
        ({"from_date": "1.12.2026"}, {"from_date": "2026-12-01"}),
        ({"count": "7"}, {"count": 7}),
        ({"cost": "1 250,5"}, {"cost": "1250.50"}),
        ({"cost": "1\u00a0250.50"}, {"cost": "1250.50"}),
        ({"cost": 1250}, {"cost": "1250.00"}),
        ({"papers": "a1"}, {"papers": ["a1"]}),
        ({"papers": ["a2", "a1", "a2"][:2]}, {"papers": ["a2", "a1"]}),
        (
            {"people": [{"name": "Kari"}, {"name": "Ola", "diet": True, "which": "nøtter"}]},
            {"people": [{"name": "Kari"}, {"name": "Ola", "diet": True, "which": "nøtter"}]},
        ),
    ],
)
def test_an_answer_gets_its_one_right_form(clean, answers, expected):
    cleaned = clean(**answers)
    assert cleaned == expected
    json.dumps(cleaned)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"name": "x" * 11}, "too_long"),
        ({"name": "x" * 1_000_000}, "too_long"),
        ({"name": "x"}, "too_short"),
        ({"name": "a\x00b"}, "not_allowed_characters"),
        ({"name": "a\ud800b"}, "not_allowed_characters"),
        ({"name": 12}, "wrong_type"),
        ({"name": ["Kari"]}, "wrong_type"),
        ({"name": {"nb": "Kari"}}, "wrong_type"),
        ({"extras": ["boat"]}, "not_a_choice"),
        ({"extras": [["dock"]]}, "wrong_type"),
        ({"extras": ["dock", "bag", "mouse"]}, "too_many"),
        ({"extras": {"dock": True}}, "wrong_type"),
        ({"place": "43"}, "not_found"),
        ({"place": True}, "wrong_type"),
        ({"place": 10**400}, "not_found"),
        ({"place": "4\x002"}, "not_found"),
        ({"from_date": "i morgen"}, "not_a_date"),
        ({"from_date": "2026-02-30"}, "not_a_date"),
        ({"from_date": "0001-01-01"}, "not_a_date"),
        ({"from_date": "٢٠٢٦-١٢-٠١"}, "not_a_date"),
        ({"from_date": 20261201}, "wrong_type"),
        ({"from_date": "2026-11-22"}, "date_too_early"),
        ({"from_date": "2026-12-24"}, "date_too_late"),
        ({"count": 0}, "too_small"),
        ({"count": 10**30}, "too_large"),
        ({"count": "9" * 5000}, "not_a_number"),
        ({"count": 1.5}, "wrong_type"),
        ({"count": True}, "wrong_type"),
        ({"cost": "mye"}, "not_an_amount"),
        ({"cost": "1e9"}, "not_an_amount"),
        ({"cost": "NaN"}, "not_an_amount"),
        ({"cost": 12.5}, "wrong_type"),
        ({"cost": "-1"}, "too_small"),
        ({"cost": "5000,01"}, "too_large"),
        ({"cost": 10**5000}, "too_large"),
        ({"papers": ["a1", "b9"]}, "not_found"),
        ({"papers": ["a1", "a2", "a3"]}, "too_many"),
        ({"papers": [None]}, "wrong_type"),
        ({"people": {"name": "Kari"}}, "wrong_type"),
        ({"people": [{"name": "x"}] * 4}, "too_many"),
    ],
)
def test_an_answer_that_does_not_hold_is_refused_with_a_code(problem, answers, code):
    assert problem(**answers) == (next(iter(answers)), code)


def test_a_problem_in_a_row_says_which_row(answered):
    rows = [{"name": "Kari"}, {"name": ""}, "Ola", {"name": "Per", "diet": True}]
    _, problems = answered(what="laptop", people=rows[:3])
    assert [(each.field, each.code) for each in problems] == [
        ("people.1.name", "required"),
        ("people.2", "wrong_type"),
    ]
    _, problems = answered(what="laptop", people=rows[3:])
    assert problems == [FieldProblem("people.0.which", "required")]


def test_a_row_may_hang_on_an_answer_outside_it(answered, clean):
    assert clean(people=[{"name": "Kari", "seat": "front"}]) == {"people": [{"name": "Kari"}]}
    cleaned, _ = answered(what="car", why="til møter", people=[{"name": "Kari", "seat": "front"}])
    assert cleaned["people"] == [{"name": "Kari", "seat": "front"}]


def test_a_wrong_answer_does_not_open_what_hangs_on_it(answered):
    _, problems = answered(what="boat", why="")
    assert problems == [FieldProblem("what", "not_a_choice")]


def test_the_params_say_the_limit(answered):
    _, (found,) = answered(what="laptop", from_date="2026-11-22")
    assert found.params == {"limit": "2026-11-23"}


def test_every_id_is_gathered_for_one_look_up(service):
    answers = {"what": "car", "shared": False, "driver": 7, "place": "42", "papers": ["a1", "x\x00", ["a2"]]}
    assert references(service, answers) == References(
        persons=frozenset({"7"}), org_units=frozenset({"42"}), files=frozenset({"a1"})
    )


def test_an_id_in_a_hidden_field_is_not_looked_up(service):
    assert references(service, {"what": "laptop", "driver": 7}).persons == frozenset()


def test_a_form_begins_with_what_is_known(service):
    assert prefilled(service, {Prefill.MY_UNIT: "42", Prefill.MY_PHONE: "99"}) == {"place": "42"}


def test_an_html_form_becomes_the_same_answers(service, answered):
    pairs = [
        ("csrf", "secret"),
        ("answers.what", "car"),
        ("answers.why", "til møter"),
        ("answers.shared", "no"),
        ("answers.driver", "7"),
        ("answers.extras", ""),
        ("answers.extras", "bag"),
        ("answers.extras", "dock"),
        ("answers.people.2.name", "Ola"),
        ("answers.people.0.name", "Kari"),
        ("answers.people.0.diet", "yes"),
        ("answers.people.0.which", "nøtter"),
        ("answers.people.1.name", " "),
        ("answers.papers", "a1"),
        ("answers.papers", "a2"),
    ]
    cleaned, problems = answered(**parse_form(service, pairs))
    assert problems == []
    assert cleaned == {
        "what": "car",
        "why": "til møter",
        "shared": False,
        "driver": "7",
        "extras": ["dock", "bag"],
        "people": [{"name": "Kari", "diet": True, "which": "nøtter"}, {"name": "Ola"}],
        "papers": ["a1", "a2"],
    }


@pytest.mark.parametrize(
    "name",
    ["colour", "what.0.name", "people.x.name", "people.-1.name", "people.99999.name", "people.0.age", "."],
)
def test_a_name_in_an_html_form_that_no_field_knows_is_refused(service, answered, name):
    _, problems = answered(**parse_form(service, [("answers.what", "laptop"), (f"answers.{name}", "x")]))
    assert "unknown_field" in {each.code for each in problems}


def test_a_chosen_answer_can_raise_impact_and_urgency(catalogue):
    fault = catalogue.services["nett-og-wifi"]
    assert impact_and_urgency(fault, {}) == (Impact.ONE, Urgency.NORMAL)
    answers = {"affected": "everybody", "hindrance": "stopped"}
    assert impact_and_urgency(fault, answers) == (Impact.MANY, Urgency.HIGH)
    assert impact_and_urgency(fault, {"hindrance": "can_wait"}) == (Impact.ONE, Urgency.LOW)


def test_the_price_follows_what_is_chosen(catalogue):
    laptop = catalogue.services["bestille-pc"]
    assert price_nok(laptop, {"equipment": ["laptop", "screen"], "quantity": 2}) == 2 * (11_900 + 2_600)
    assert price_nok(laptop, {}) is None
    assert price_nok(catalogue.services["innkjopskort"], {}) == 250
    assert price_nok(catalogue.services["innleie-vikar"], {}) is None
    assert price_nok(catalogue.services["lonnsslipp"], {}) == 0


def test_no_shipped_form_breaks_on_an_empty_order(catalogue):
    for service in catalogue.services.values():
        _, problems = validate_answers(service, {}, known=References(), today=TODAY)
        assert {each.code for each in problems} <= {"required"}
        assert problems
