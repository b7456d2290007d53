"""What is cut is gone, what is not is untouched, and nothing of what was cut can be counted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.privacy.redaction import (
    BLOCK,
    Cut,
    parts,
    pieces,
    places_of,
    possible_names,
    redacted,
    telling,
    tidy,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="█"), max_size=120)
CUTS = st.lists(
    st.builds(Cut, st.integers(-5, 130), st.integers(-5, 130), st.sampled_from(("offl-13", "offl-26"))),
    max_size=6,
)


@given(TEXTS, CUTS)
def test_exactly_what_is_cut_is_gone(text, cuts):
    kept = [True] * len(text)
    for cut in cuts:
        for place in range(max(0, cut.start), min(len(text), cut.end)):
            kept[place] = False
    assert redacted(text, cuts).replace(BLOCK, "") == "".join(
        letter for letter, is_kept in zip(text, kept, strict=True) if is_kept
    )


@given(TEXTS, CUTS)
def test_cuts_are_put_in_order_once(text, cuts):
    once = tidy(cuts, text)
    assert tidy(once, text) == once
    assert all(one.end <= other.start for one, other in pairwise(once))


@given(TEXTS, CUTS)
def test_every_block_has_its_provision(text, cuts):
    assert all((part.text == BLOCK) == bool(part.ground) for part in parts(text, cuts))


@given(TEXTS)
def test_pieces_leave_nothing_out_but_white_space(text):
    found = pieces(text)
    between = 0
    for piece in found:
        assert not text[between : piece.start].strip()
        assert text[piece.start : piece.end].strip()
        between = piece.end
    assert not text[between:].strip()


def test_a_piece_is_a_sentence_or_a_line_and_a_date_is_neither():
    text = "Kari er syk. Hun kommer 18. juni kl. 12.00!\nHilsen Ola"
    assert [text[each.start : each.end] for each in pieces(text)] == [
        "Kari er syk.",
        "Hun kommer 18. juni kl. 12.00!",
        "Hilsen Ola",
    ]


def test_the_length_of_a_block_tells_nothing():
    assert redacted("Kari er syk.", [Cut(0, 4, "x")]) == f"{BLOCK} er syk."
    assert redacted("Kari Nordmann er syk.", [Cut(0, 13, "x")]) == f"{BLOCK} er syk."


def test_what_may_tell_who_somebody_is_is_pointed_out():
    text = "Ring Kari Nordmann på 400 00 123 eller kari@fjordvik.example. Konto 1234.56.78903."
    found = [(text[each.start : each.end], each.kind) for each in telling(text, ["Kari Nordmann"])]
    assert found == [
        ("Kari Nordmann", "name"),
        ("400 00 123", "phone"),
        ("kari@fjordvik.example", "email"),
        ("1234.56.78903", "account"),
    ]


def test_names_are_looked_for_inside_longer_runs_of_capitals():
    assert {"Kari Nordmann", "Hei Kari Nordmann"} <= possible_names("Hei Kari Nordmann, takk.")


@pytest.mark.parametrize(("passage", "count"), [("kari", 2), ("  ", 0), ("", 0), ("Ola", 0)])
def test_every_place_of_a_passage_is_found(passage, count):
    assert len(list(places_of("Kari traff KARI", passage))) == count
