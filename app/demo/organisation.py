"""The organisation of Fjordvik kommune: some 300 places under five kommunalsjefer, each with what it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.demo.names import plain

TOP = "kommunedirektoren"


@dataclass(frozen=True)
class Work:
    """What a kind of place does. `tjeneste` is its KOSTRA function; `desk` is the share of people with a PC of their own."""

    tjeneste: str
    staff: float
    desk: float
    leader: tuple[str, str]
    titles: tuple[tuple[str, str, int], ...]
    """(position code, title, how many of ten)."""


# Position codes: KS' Hovedtariffavtale, vedlegg 1, as Utdanningsforbundet reproduces it on utdanningsforbundet.no
# (read 2026-11-22): 9430, 9440, 9451, 9454, 9951, 7962, 7963 and 6014 stand there with these titles. The others are
# from memory and were not found in a source we could read. Elected people have no position: 0000.
LEADER = ("9451", "Virksomhetsleder")
HEAD = ("9454", "Avdelingsleder")
OFFICE_TITLES = (("7531", "Saksbehandler", 3), ("8530", "Rådgiver", 5), ("6559", "Konsulent", 2))
NURSING = (
    ("7174", "Sykepleier", 3),
    ("7076", "Helsefagarbeider", 4),
    ("6572", "Assistent", 2),
    ("6455", "Vernepleier", 1),
)
TEACHING = (
    ("7962", "Adjunkt", 4),
    ("7963", "Adjunkt med tilleggsutdanning", 3),
    ("7965", "Lektor", 1),
    ("7517", "Barne- og ungdomsarbeider", 1),
    ("6572", "Assistent", 1),
)
CHILDCARE = (
    ("6709", "Barnehagelærer", 3),
    ("7637", "Pedagogisk leder", 2),
    ("7517", "Barne- og ungdomsarbeider", 3),
    ("6572", "Barnehageassistent", 2),
)
TRADES = (("7517", "Fagarbeider", 6), ("8530", "Rådgiver", 1), ("6014", "Arbeider", 3))

WORKS: dict[str, Work] = {
    "office": Work("120", 2.0, 1.0, LEADER, OFFICE_TITLES),
    "team": Work("120", 1.4, 1.0, HEAD, OFFICE_TITLES),
    "school": Work("202", 3.4, 0.95, ("9951", "Rektor"), TEACHING),
    "afterschool": Work(
        "215",
        0.8,
        0.4,
        ("9454", "SFO-leder"),
        (("7517", "Barne- og ungdomsarbeider", 6), ("6572", "Assistent", 4)),
    ),
    "childcare": Work("201", 0.9, 0.6, ("9451", "Styrer"), CHILDCARE),
    "childcare-group": Work("201", 0.9, 0.2, HEAD, CHILDCARE),
    "nursing-home": Work("253", 1.2, 0.7, ("9451", "Virksomhetsleder"), OFFICE_TITLES),
    "ward": Work("253", 2.8, 0.15, HEAD, NURSING),
    "home-care": Work("254", 1.0, 0.8, ("9451", "Virksomhetsleder"), NURSING),
    "home-care-team": Work("254", 2.4, 0.1, HEAD, NURSING),
    "shared-home": Work(
        "254",
        1.8,
        0.2,
        HEAD,
        (("6455", "Vernepleier", 3), ("7076", "Helsefagarbeider", 4), ("6572", "Assistent", 3)),
    ),
    "clinic": Work("232", 1.4, 0.95, HEAD, (("7174", "Sykepleier", 7), ("6559", "Konsulent", 3))),
    "child-welfare": Work("244", 1.6, 1.0, HEAD, (("6508", "Barnevernspedagog", 5), ("8530", "Rådgiver", 5))),
    "social": Work("242", 1.6, 1.0, HEAD, (("8530", "Rådgiver", 5), ("7531", "Saksbehandler", 5))),
    "culture": Work("385", 0.9, 0.8, HEAD, (("6559", "Konsulent", 6), ("7517", "Fagarbeider", 4))),
    "technical": Work("332", 1.6, 0.3, HEAD, TRADES),
    "engineering": Work("301", 1.6, 1.0, HEAD, (("8535", "Arkitekt", 4), ("8530", "Rådgiver", 6))),
    "fire": Work("339", 1.8, 0.2, HEAD, (("7237", "Brannkonstabel", 9), ("8530", "Rådgiver", 1))),
    "cleaning": Work("190", 1.8, 0.02, HEAD, (("7517", "Renholder", 8), ("6014", "Arbeider", 2))),
    "council": Work("100", 2.4, 0.9, ("0000", "Ordfører"), (("0000", "Kommunestyremedlem", 10),)),
}


@dataclass(frozen=True)
class Place:
    """One org unit before it has an id. Places come parents first."""

    key: str
    name: str
    parent: str | None
    area: str
    work: str
    ansvar: str
    own_leader: bool
    """Small places are led by the leader above when the municipality is small."""


# Each line: name | kind of work | names of the places under it, with their kind of work after a slash.
AREAS: dict[str, tuple[str, str]] = {
    "organisasjon": (
        "Organisasjon og økonomi",
        """
        Servicesenteret | office | Sentralbord og skranke/team, Veiledningstorget/team
        HR og arbeidsmiljø | office | Rekruttering/team, Arbeidsmiljø og nærvær/team, Kompetanse og opplæring/team
        Lønn og pensjon | office | Fastlønn/team, Variabel lønn og reise/team
        Regnskap | office | Innkommende faktura/team, Utgående faktura og innfordring/team
        Anskaffelser | office | Rammeavtaler/team, Kategori helse/team, Kategori bygg/team
        IT og digitalisering | office | Brukerstøtte/team, Drift og nett/team, Fagsystemer/team, Digitalisering/team
        Eiendom | office | Drift og vaktmestere nord/technical, Drift og vaktmestere sør/technical, Renhold nord/cleaning, Renhold sør/cleaning, Renhold sentrum/cleaning, Prosjekt og vedlikehold/engineering, Boligforvaltning/team
        Arkiv og post | office | Dokumentsenteret/team, Bortsatt arkiv/team
        Kommunikasjon | office | Grafisk og trykk/team, Nett og sosiale medier/team
        Økonomi og analyse | office | Budsjett/team, Finans og skatt/team
        Juridisk og personvern | office | Personvern/team
        Politisk sekretariat | office | Kommunestyret/council, Formannskapet/council
        Beredskap og sikkerhet | office | Informasjonssikkerhet/team
        """,
    ),
    "oppvekst": (
        "Oppvekst og utdanning",
        """
        Fjordvik ungdomsskole | school | 8. trinn/school, 9. trinn/school, 10. trinn/school
        Solvang ungdomsskole | school | 8.–9. trinn/school, 10. trinn/school
        Nesodden ungdomsskole | school |
        Elvebakken skole | school | SFO/afterschool, Småtrinnet/school, Mellomtrinnet/school
        Bjørkelia skole | school | SFO/afterschool, Småtrinnet/school, Mellomtrinnet/school
        Tangen skole | school | SFO/afterschool, Småtrinnet/school
        Sentrum skole | school | SFO/afterschool, Småtrinnet/school, Mellomtrinnet/school, Mottaksklassen/school
        Åsen skole | school | SFO/afterschool, Småtrinnet/school
        Vågen skole | school | SFO/afterschool, Småtrinnet/school, Mellomtrinnet/school
        Lillevik oppvekstsenter | school | SFO/afterschool, Barnehagen/childcare-group
        Haugtun skole | school | SFO/afterschool, Småtrinnet/school
        Fjelltun skole | school | SFO/afterschool, Mellomtrinnet/school
        Strandskogen skole | school | SFO/afterschool
        Øvrebø skole | school | SFO/afterschool
        Tangen barnehage | childcare | Måsen/childcare-group, Terna/childcare-group, Lunden/childcare-group
        Solstua barnehage | childcare | Sol/childcare-group, Måne/childcare-group
        Elvebredden barnehage | childcare | Ørreten/childcare-group, Laksen/childcare-group
        Bjørkelia barnehage | childcare | Blåklokka/childcare-group, Hvitveisen/childcare-group
        Trollskogen barnehage | childcare | Nøkken/childcare-group, Huldra/childcare-group
        Regnbuen barnehage | childcare | Rød/childcare-group, Blå/childcare-group, Gul/childcare-group
        Fjordgløtt barnehage | childcare | Skjæret/childcare-group, Holmen/childcare-group
        Åsen barnehage | childcare | Ekornet/childcare-group, Reven/childcare-group
        Vågen barnehage | childcare | Krabben/childcare-group, Sjøstjerna/childcare-group
        Haugtun barnehage | childcare | Tyttebæret/childcare-group, Blåbæret/childcare-group
        Kløverenga barnehage | childcare | Firkløveren/childcare-group, Rødkløveren/childcare-group
        Strandskogen barnehage | childcare | Grana/childcare-group, Furua/childcare-group
        Øvrebø barnehage | childcare | Kneika/childcare-group, Bekken/childcare-group
        Nesodden barnehage | childcare | Fyret/childcare-group, Brygga/childcare-group, Naustet/childcare-group
        Fjelltun barnehage | childcare | Toppen/childcare-group, Lia/childcare-group
        Sentrum barnehage | childcare | Torget/childcare-group, Ferja/childcare-group
        Barneverntjenesten | child-welfare | Mottak og undersøkelse/child-welfare, Tiltak i hjemmet/child-welfare, Omsorg og ettervern/child-welfare, Ressursteam sør/child-welfare
        Helsestasjon og skolehelsetjeneste | clinic | Helsestasjon nord/clinic, Helsestasjon sør/clinic, Jordmortjenesten/clinic, Skolehelsetjenesten/clinic
        PP-tjenesten | office | Spesialpedagogisk team/team
        Voksenopplæringen | school | Norsk og samfunnskunnskap/school
        Familiens hus | clinic | Åpen barnehage/childcare-group, Foreldreveiledning/clinic
        """,
    ),
    "helse": (
        "Helse og omsorg",
        """
        Solbakken sykehjem | nursing-home | Avdeling 1/ward, Avdeling 2/ward, Avdeling 3 demens/ward, Korttid/ward, Kjøkken og vaskeri/cleaning
        Fjordgløtt sykehjem | nursing-home | Avdeling A/ward, Avdeling B/ward, Skjermet avdeling/ward
        Elvebredden bo- og behandlingssenter | nursing-home | 1. etasje/ward, 2. etasje/ward, 3. etasje/ward, Rehabilitering/ward
        Åsen omsorgssenter | nursing-home | Gruppe 1/ward, Gruppe 2/ward
        Vågen bo- og aktivitetssenter | nursing-home | Bokollektivet/ward, Dagsenteret/shared-home
        Hjemmetjenesten nord | home-care | Dag nord/home-care-team, Helg nord/home-care-team, Kveld nord/home-care-team
        Hjemmetjenesten sør | home-care | Dag sør/home-care-team, Helg sør/home-care-team, Kveld sør/home-care-team
        Hjemmetjenesten øst | home-care | Dag øst/home-care-team, Kveld øst/home-care-team
        Hjemmetjenesten vest | home-care | Dag vest/home-care-team, Kveld vest/home-care-team
        Hjemmetjenesten natt | home-care | Trygghetspatruljen/home-care-team
        Bolig og habilitering | nursing-home | Bjørkeveien bofellesskap/shared-home, Skogveien bofellesskap/shared-home, Fjordveien bofellesskap/shared-home, Elvegata bofellesskap/shared-home, Nordåsen avlastning/shared-home, Parkveien bofellesskap/shared-home, Aktivitetssenteret/shared-home, Havnegata bofellesskap/shared-home, Kirkeveien bofellesskap/shared-home, Solvangveien bofellesskap/shared-home, BPA-koordinering/team
        Psykisk helse og rus | nursing-home | Rask psykisk helsehjelp/clinic, Dagtilbudet Loftet/shared-home, FACT-teamet/clinic, Oppfølging og bolig/shared-home, Ruskonsulentene/social
        Legevakt og legetjenester | clinic | Fjordvik legevakt/clinic, Kommuneoverlegen/office
        Fysio- og ergoterapi | clinic | Hverdagsrehabilitering/clinic, Hjelpemiddellageret/technical
        Tildelingskontoret | office | Saksbehandling helse/team
        Bemanningsbasen | office | Vikarpool/home-care-team
        """,
    ),
    "velferd": (
        "Velferd og kultur",
        """
        NAV Fjordvik | social | Mottak og veiledning/social, Oppfølging ung/social, Oppfølging voksen/social, Økonomisk rådgivning/social
        Flyktningtjenesten | social | Bosetting/social, Introduksjonsprogrammet/social
        Boligkontoret | social |
        Fjordvik bibliotek | culture | Hovedbiblioteket/culture, Filial Vågen/culture, Filial Åsen/culture, Bokbussen/culture
        Kulturskolen | culture | Musikk/culture, Dans og teater/culture
        Kulturhuset Kaia | culture | Scene og teknikk/culture, Kino/culture
        Idrett og friluftsliv | culture | Fjordvik svømmehall/technical, Idrettshallene/technical
        Fritid og ungdom | culture | Ungdomshuset Loftet/culture, Fritidsklubben Vågen/culture, Fritidsklubben Åsen/culture
        Frivilligsentralen | culture | Nærkafeen/culture
        Arrangement og byliv | culture | Torget og festivaler/culture
        Fjordvik museum | culture | Kystkultursamlingen/culture, Formidling/culture
        """,
    ),
    "samfunn": (
        "Samfunn og teknisk",
        """
        Plan og byutvikling | engineering | Arealplan/engineering, Klima og miljø/engineering
        Byggesak | engineering | Tilsyn og ulovlighet/engineering, Byggesak front/team
        Kart og oppmåling | engineering | Oppmåling/engineering, Geodata/engineering, Eiendomsskatt/team
        Kommunalteknikk | engineering | Veg og trafikk/technical, Vann/technical, Avløp/technical, Park og grønt/technical, Verksted og maskin/technical, Vinterdrift/technical
        Renovasjon | engineering | Gjenvinningsstasjonen/technical, Innsamling/technical
        Brann og redning | fire | Vaktlag 1/fire, Vaktlag 2/fire, Vaktlag 3/fire, Vaktlag 4/fire, Forebyggende/engineering
        Landbruk og natur | engineering | Skog og utmark/engineering, Veterinærvakt/technical
        Næring og havn | engineering | Fjordvik havn/technical
        """,
    ),
}


def places() -> Iterator[Place]:
    """Every place, parents first."""
    yield Place(TOP, "Kommunedirektøren", None, "organisasjon", "office", "1999", True)
    for number, (area, (title, written)) in enumerate(AREAS.items(), start=1):
        yield Place(area, title, TOP, area, "office", f"{number}000", True)
        rows = [line.split("|") for line in written.strip().splitlines()]
        for index, (name, work, under) in enumerate(rows, start=1):
            yield from _branch(area, number * 1000 + index * 20, name.strip(), work.strip(), under)


def _branch(area: str, ansvar: int, name: str, work: str, under: str) -> Iterator[Place]:
    key = f"{area}-{_key(name)}"
    yield Place(key, name, area, area, work, str(ansvar), True)
    for index, written in enumerate(filter(None, (part.strip() for part in under.split(","))), start=1):
        child, child_work = written.rsplit("/", 1)
        own = child_work in (
            "ward",
            "home-care-team",
            "shared-home",
            "child-welfare",
            "social",
            "team",
            "technical",
            "fire",
        )
        yield Place(
            f"{key}-{_key(child)}", _full_name(name, child), key, area, child_work, str(ansvar + index), own
        )


def _full_name(parent: str, child: str) -> str:
    """«Solbakken sykehjem, Avdeling 2»: most of the small places say nothing alone."""
    return f"{parent}, {child}"


def _key(name: str) -> str:
    return "-".join(filter(None, "".join(c if c.isalnum() else "-" for c in plain(name)).split("-")))
