"""From a history to what people, programs and those who sign are shown."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from app.clocks.simulating import History
from app.reporting.comparing import Comparison, compare
from app.reporting.plot import percent_of
from app.reporting.told import as_json, as_page, as_svg, as_text
from sla.simulate import Arrival, CannotSimulate, Stage
from tests.sla.test_simulate import HOUR, IT, MONDAY, OFFICE, hours

TITLES = {"pc": "Noe virker ikke <på> PC-en"}


def history(*opened: int, agreement: str = "it") -> History:
    """Three hours of work each, opened at these hours; in reality one in two was an hour too late for its answer."""
    arrivals = [
        Arrival(MONDAY + hour * HOUR, "pc", "normal", agreement, (Stage(HOUR, answers=True), Stage(2 * HOUR)))
        for hour in opened
    ]
    used = [(hours(3 if n % 2 else 1), hours(5)) for n in range(len(arrivals))]
    return History(arrivals, used, 2, 1, 4)


def comparison(past: History, *staffs: int) -> Comparison:
    return compare(
        past,
        IT,
        opened_under="it",
        unit="it",
        others={},
        calendar=OFFICE,
        counts=lambda arrival: arrival.agreement == "it",
        staffs=staffs,
    )


FOUR_AT_ONCE = history(0, 0, 0, 0)


def test_what_happened_stands_beside_what_each_number_of_agents_would_have_kept() -> None:
    whole, line = comparison(FOUR_AT_ONCE, 1, 4).lines()
    assert (whole.service, line.service, line.priority) == (None, "pc", "normal")
    assert (line.happened.response, line.happened.solution) == (2, 4)
    # One agent answers them after 1, 2, 3 and 4 hours (promised: 2) and solves them after 6, 8, 10 and 12 (8).
    assert [(cell.response, cell.solution) for cell in line.replays] == [(1, 1), (4, 4)]


def test_the_order_of_the_numbers_is_the_one_that_was_asked_for() -> None:
    assert [replay.staff for replay in comparison(FOUR_AT_ONCE, 4, 1, 4).replays] == [4, 1]


def test_tickets_of_the_unit_s_other_agreements_stand_in_the_queue_and_are_not_counted() -> None:
    other = history(0, agreement="vakt")
    both = History(FOUR_AT_ONCE.arrivals + other.arrivals, FOUR_AT_ONCE.used + other.used, 2, 0, 0)
    found, alone = (comparison(each, 1).lines()[0] for each in (both, FOUR_AT_ONCE))
    assert comparison(both, 1).served == 5
    assert (found.happened.tickets, alone.happened.tickets) == (4, 4)
    assert found.replays[0].response <= alone.replays[0].response


@pytest.mark.parametrize("staffs", [(0,), (3, -1)])
def test_nobody_cannot_keep_a_promise(staffs: tuple[int, ...]) -> None:
    with pytest.raises(CannotSimulate, match="minst én"):
        comparison(FOUR_AT_ONCE, *staffs)


def test_an_empty_history_says_so() -> None:
    for past in (history(), history(0, agreement="vakt")):
        with pytest.raises(CannotSimulate, match="Ingen ferdige saker"):
            comparison(past, 2)


def test_the_text_shows_shares_the_check_against_history_and_what_is_left_out() -> None:
    told = as_text(comparison(history(0, 1, 2, 24), 1, 4), TITLES)
    assert re.search(r"^Noe virker ikke <på> PC-en, vanlig +4 +50,0 % +\d", told, re.M)
    assert "utelatt: 1 som er åpne, 4 som enheten ikke arbeidet med" in told
    assert "Prøvd mot det som skjedde, med like mange (2 agenter)" in told
    assert "Modellen tar agentene for like gode til alt" in told


def test_a_queue_that_only_grows_is_told() -> None:
    assert "køen bare vokser" in as_text(comparison(history(0, 0, 0, 1), 1), TITLES)
    assert "køen bare vokser" not in as_text(comparison(history(0, 0, 0, 24 * 7), 4), TITLES)


def test_json_and_text_say_the_same() -> None:
    told = as_json(comparison(FOUR_AT_ONCE, 1, 4))
    assert told["tickets"] == {"counted": 4, "served": 4, "still_open": 1, "without_work": 4}
    line = told["kept"][1]
    assert line["happened"] == {"response": 0.5, "solution": 1.0}
    assert line["with_staff"]["1"] == {"response": 0.25, "solution": 0.25}


def test_the_plot_has_a_name_a_description_and_every_number_as_text() -> None:
    drawn = ElementTree.fromstring(as_svg(comparison(FOUR_AT_ONCE, 1, 4), TITLES))
    space = "{http://www.w3.org/2000/svg}"
    title, description = drawn.find(f"{space}title"), drawn.find(f"{space}desc")
    assert title is not None
    assert description is not None
    assert drawn.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "1 agent: svar 25,0 %, løsning 25,0 %" in str(description.text)
    texts = [each.text for each in drawn.iter(f"{space}text")]
    assert texts.count("25,0 %") == 4
    assert "style" not in {name for each in drawn.iter() for name in each.attrib}


def test_the_page_has_the_same_numbers_in_a_table() -> None:
    page = as_page(comparison(FOUR_AT_ONCE, 1, 4), TITLES)
    assert '<th scope="row">Noe virker ikke &lt;på&gt; PC-en, vanlig</th><td>4</td><td>50,0 %</td>' in page


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert [percent_of(share) for share in (1.0, 0.99999, 0.973, 0.0)] == [
        "100 %",
        "99,9 %",
        "97,3 %",
        "0,0 %",
    ]
