"""The words people use lead to the service they mean."""

from __future__ import annotations

from time import perf_counter

import pytest

from service_catalog.search import ServiceIndex

# What was written, and the service that must be among the first three (the first alone where marked «1»).
QUERIES = [
    ("pc-en er treig", "noe-virker-ikke-pa-pc", 1),
    ("pcen min er treg", "noe-virker-ikke-pa-pc", 1),
    ("datamaskinen henger seg opp", "noe-virker-ikke-pa-pc", 3),
    ("skjermen er svart", "noe-virker-ikke-pa-pc", 1),
    ("tastaturet fungerer ikke", "noe-virker-ikke-pa-pc", 3),
    ("lapptop", "bestille-pc", 3),
    ("ny bærbar", "bestille-pc", 1),
    ("ny laptop", "bestille-pc", 1),
    ("ekstra skjerm", "bestille-pc", 1),
    ("hodesett", "bestille-pc", 1),
    ("lønslipp", "lonnsslipp", 1),
    ("lonnsslipp", "lonnsslipp", 1),
    ("slippen", "lonnsslipp", 1),
    ("jeg har fått feil lønn", "lonnsslipp", 1),
    ("når kommer lønna", "lonnsslipp", 1),
    ("nøkkelkort virker ikke", "nokkelkort-virker-ikke", 1),
    ("nøkkelkortet mitt virker ikke", "nokkelkort-virker-ikke", 1),
    ("mistet nøkkelkort", "bestille-nokkelkort", 1),
    ("nøkelkort", "bestille-nokkelkort", 3),
    ("reiseregnig", "reiseregning", 1),
    ("reiserekning", "reiseregning", 1),
    ("kjøregodtgjørelse", "reiseregning", 1),
    ("ny ansatt", "ny-ansatt", 1),
    ("nyansatt begynner på mandag", "ny-ansatt", 1),
    ("vannlekkasje", "haster-bygg", 1),
    ("vannlekasje i taket", "haster-bygg", 1),
    ("vasslekkasje", "haster-bygg", 1),
    ("strømmen er gått", "haster-bygg", 3),
    ("sykmelding", "sykefravaer", 1),
    ("sykemelding", "sykefravaer", 1),
    ("sjukmeldt", "sykefravaer", 3),
    ("egenmeldinger", "sykefravaer", 1),
    ("glemt passord", "glemt-passord", 1),
    ("glemt pasordet mitt", "glemt-passord", 1),
    ("kommer ikke inn på pc", "glemt-passord", 3),
    ("toner", "skriver-og-toner", 1),
    ("skriveren er tom for toner", "skriver-og-toner", 1),
    ("printeren skriver ikke ut", "skriver-og-toner", 1),
    ("møterom", "bestille-moterom", 3),
    ("bestille lunsj til møte", "bestille-moterom", 1),
    ("projektor på møterommet virker ikke", "moteromsutstyr", 1),
    ("doen er tett", "feil-i-bygg", 1),
    ("vindu knust", "feil-i-bygg", 3),
    ("vaktmester", "feil-i-bygg", 1),
    ("det er kaldt på kontoret", "inneklima", 1),
    ("arbeidskontrakt", "arbeidsavtale", 1),
    ("arbeidsavtale", "arbeidsavtale", 1),
    ("lege ut stilling", "utlysning", 3),
    ("pappaperm", "foreldrepermisjon", 1),
    ("fri til begravelse", "permisjon", 3),
    ("mobbing på jobben", "varsling", 1),
    ("faktura er feil", "faktura-feil", 1),
    ("inkasso", "purring", 1),
    ("jeg har lagt ut penger", "utlegg", 1),
    ("rammeavtale kontorrekvisita", "hvilken-avtale", 1),
    ("vi trenger et nytt fagsystem", "meld-et-behov", 1),
    ("tilgang til gerica", "tilgang-til-system", 3),
    ("gerica er nede", "system-nede", 1),
    ("mistet mobilen", "mistet-utstyr", 1),
    ("trykket på en rar lenke", "sikkerhetshendelse", 1),
    ("wifi", "nett-og-wifi", 1),
    ("internettet virker ikke", "nett-og-wifi", 3),
    ("vpn", "hjemmekontor-vpn", 1),
    ("ny kontorstol", "mobler", 1),
    ("hevsenk pult", "mobler", 1),
    ("innsynsbegjæring", "innsyn", 1),
    ("makulere papirer", "makulering", 1),
    ("visittkort", "trykksaker", 1),
    ("strø inngangen glatt", "uteomrade-og-vinter", 1),
    ("moms", "kontering-og-mva", 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def index(catalogue):
    return ServiceIndex(catalogue, "nb")


@pytest.mark.parametrize(("query", "service", "within"), QUERIES, ids=[query for query, _, _ in QUERIES])
def test_everyday_words_find_the_service_people_mean(index, query, service, within):
    found = [hit.service_key for hit in index.find(query, 3)]
    assert service in found[:within], found


@pytest.mark.parametrize("query", ["", "   ", "qwxzvkj", "?!", "\x00\ud800", "æ" * 10_000])
def test_what_means_nothing_finds_nothing(index, query):
    assert index.find(query) == []


def test_a_hit_says_which_words_it_was_found_by(index):
    assert index.find("slippen")[0].why == "slippen"


def test_a_word_half_written_is_found_while_typing(index):
    assert "reiseregning" in [hit.service_key for hit in index.find("reiser", 3)]


@pytest.mark.parametrize(
    ("language", "query", "service"),
    [
        ("en", "forgotten password", "glemt-passord"),
        ("en", "payslip", "lonnsslipp"),
        ("en", "order a computer", "bestille-pc"),
        ("nn", "reiserekning", "reiseregning"),
        ("nn", "lønsslipp", "lonnsslipp"),
        ("nn", "noko verkar ikkje på pc-en", "noe-virker-ikke-pa-pc"),
    ],
)
def test_the_titles_of_the_readers_language_are_searched(catalogue, language, query, service):
    hits = ServiceIndex(catalogue, language).find(query, 3)
    assert service in [hit.service_key for hit in hits]


def test_a_question_is_answered_in_less_than_five_milliseconds(index):
    """The fastest of five runs over all questions: what it costs, whatever else the machine does."""
    runs = []
    for _ in range(5):
        began = perf_counter()
        for query, _, _ in QUERIES:
            index.find(query)
        runs.append((perf_counter() - began) / len(QUERIES))
    assert min(runs) < 0.005


def test_a_very_long_question_costs_no_more_than_a_long_one(index):
    began = perf_counter()
    index.find("reiseregning " * 100_000)
    assert perf_counter() - began < 0.05
