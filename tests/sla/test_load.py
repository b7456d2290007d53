"""The text people write is read strictly, and every error says where it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sla.agreement import Priority
from sla.hours import WEEKDAYS
from sla.load import Sla, SlaError, load_sla

CALENDAR = """\
title: {nb: Kontor, nn: Kontor, en: Office}
timezone: Europe/Oslo
weekly:
  mon: [08:00-12:00, 12:00-16:00]
  tue:
    - 10:00-15:30
overrides:
  2026-12-24: [08:00-12:00]
closed:
  2026-05-15: Inneklemt fredag
"""
AGREEMENT = """\
title: {nb: Lønn, nn: Løn, en: Payroll}
version: 1
provider: lonn
customer: alle
calendar: kontor
owner: lonnssjef
revised_on: 2026-01-12
valid_from: 2026-02-01
promises:
  critical: {response: 30 min, solution: 4 t}
  high: {response: 1 t, solution: 8 t}
  normal: {response: 4 t, solution: 16 t}
  low: {response: 8 t, solution: 40 t}
pauses_on: [requester]
"""


def folder(tmp_path: Path, *, calendar: str = CALENDAR, agreement: str = AGREEMENT) -> Path:
    for part, name, text in (("calendars", "kontor", calendar), ("agreements", "lonn", agreement)):
        (tmp_path / "sla" / part).mkdir(parents=True)
        (tmp_path / "sla" / part / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "sla"


def problems(path: Path) -> list[str]:
    with pytest.raises(SlaError) as refused:
        load_sla(path)
    return [str(problem) for problem in refused.value.problems]


def test_the_name_of_the_file_is_the_name_of_what_it_holds(tmp_path: Path) -> None:
    sla = load_sla(folder(tmp_path))
    assert sla.agreements["lonn"].calendar == sla.calendars["kontor"].name == "kontor"
    assert str(sla.calendars["kontor"].windows_on(date(2026, 6, 2))[0]) == "10:00-15:30"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  mon: [08:00-12:00", "  mon: [8-12", "4: skriv åpent fra og til som 08:00-15:30, ikke «8-12»"),
        ("    - 10:00-15:30", "    - 10:00-25:30", "6: «10:00-25:30» er ikke klokkeslett i et døgn"),
        ("12:00-16:00", "11:00-16:00", "4: 08:00-12:00 og 11:00-16:00 overlapper"),
        ("12:00-16:00", "22:00-11:00", "4: 22:00-11:00 overlapper med 10:00-15:30 dagen etter"),
        ("12:00-16:00", "13:00-13:00", "4: 13:00-13:00 har ingen lengde; en stengt dag er en tom liste: []"),
        ("  tue:", "  tirsdag:", "5: ukjent nøkkel «tirsdag»; velg 'mon', 'tue'"),
        ("Europe/Oslo", "Europe/Fjordvik", "2: tidssonen «Europe/Fjordvik» finnes ikke"),
        ("timezone: Europe/Oslo\n", "", "1: «timezone» mangler"),
        ("timezone:", "holidays: QQ\ntimezone:", "2: kjenner ikke helligdagene i «QQ»"),
        ("timezone:", "sommertid: ja\ntimezone:", "2: ukjent nøkkel «sommertid»"),
        ("timezone:", "name: annet\ntimezone:", "2: «name» tas fra filnavnet"),
        ("2026-12-24", "2026-05-15", "8: 2026-05-15 står også under «closed»"),
        ("2026-12-24", "24.12.2026", "8: skriv datoen som 2026-12-24, ikke «24.12.2026»"),
        ("2026-12-24", "2026-02-30", "8: «2026-02-30» er ikke en dato"),
        ("2026-12-24", "9999-12-31", "8: 9999-12-31 er ikke mellom 1900 og 2200"),
        ("2026-12-24", "0000-12-31", "8: «0000-12-31» er ikke en dato"),
        (" Inneklemt fredag", "", "10: «2026-05-15» er tom"),
        ("nb: Kontor", "nb: ' '", "1: «nb» er tom"),
        ("10:00-15:30", "24:00-08:00", "6: «24:00-08:00» er ikke klokkeslett i et døgn"),
        ("10:00-15:30", "٠٨:00-16:00", "6: skriv åpent fra og til som 08:00-15:30"),
        ("[08:00-12:00]", "", "8: «2026-12-24» skal være en liste"),
        ("[08:00-12:00]", "[08:00-12:00, 11:00-13:00]", "8: 08:00-12:00 og 11:00-13:00 overlapper"),
        ("2026-12-24: [08:00", "2026-06-01: [22:00", "8: 22:00-12:00 overlapper med 10:00-15:30 dagen etter"),
        ("Europe/Oslo", "right/Europe/Oslo", "2: tidssonen «right/Europe/Oslo» finnes ikke"),
        ("Europe/Oslo", "localtime", "2: tidssonen «localtime» finnes ikke"),
        ("Europe/Oslo", "../../etc/localtime", "2: tidssonen «../../etc/localtime» finnes ikke"),
        ("timezone:", "holiday_hours: [08:00-12:00]\ntimezone:", "2: «holiday_hours» krever «holidays»"),
        (
            "timezone:",
            "holidays: NO\nholiday_hours: [08:00-12:00, 11:00-13:00]\ntimezone:",
            "3: 08:00-12:00 og 11:00-13:00 overlapper",
        ),
        (
            "timezone:",
            "pinned_years: [2026]\ntimezone:",
            "2: «pinned_years» skrives ut når kalenderen publiseres",
        ),
        ("  tue:", "\ttue:", "5: bruk mellomrom, ikke tabulator"),
        ("Kontor,", "Kon\0tor,", "1: tegnet U+0000 kan ikke brukes"),
        ("nb: Kontor", r'nb: "\ud800"', "1: halve tegn"),
        ("timezone:", "version: " + "9" * 5000 + "\ntimezone:", "2: «version» er for stort"),
        ("closed:", "---\nclosed:", "9: dette er ikke gyldig YAML"),
        ("closed:", "closed: " + "[" * 5000 + "\n", "1: innholdet har for mange nivåer"),
        ("closed:", "#" * 500_000 + "\nclosed:", "1: filen er for stor (høyst 500 kB)"),
        ("overrides:", "weekly:", "7: «weekly» står to ganger"),
        ("overrides:", "timezone: [", "9: dette er ikke gyldig YAML"),
        ("title: {nb: Kontor, nn: Kontor, en: Office}\n", "", "1: «title» mangler"),
        (", en: Office", "", "1: «en» mangler"),
        ("closed:", "closed: *kopi", "9: dette er ikke gyldig YAML: *navn kan ikke brukes her"),
        ("Europe/Oslo", "!!python/name:os.sep", "2: merket"),
    ],
)
def test_a_mistake_in_a_calendar_is_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in CALENDAR
    told = problems(folder(tmp_path, calendar=CALENDAR.replace(old, new, 1)))
    assert any(line.startswith(f"sla/calendars/kontor.yaml:{expected}") for line in told), told


def test_a_calendar_that_is_never_open_is_refused(tmp_path: Path) -> None:
    closed = "title: {nb: Aldri, nn: Aldri, en: Never}\ntimezone: UTC\nweekly:\n  mon: []\n"
    assert problems(folder(tmp_path, calendar=closed)) == [
        "sla/calendars/kontor.yaml:3: kalenderen er aldri åpen"
    ]


@pytest.mark.parametrize("text", ["", "- mon\n", "Kontor\n", "# bare en kommentar\n"])
def test_a_file_that_is_no_calendar_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(folder(tmp_path, calendar=text)) == [
        "sla/calendars/kontor.yaml:1: filen skal ha nøkler øverst"
    ]


def test_a_folder_with_the_name_of_a_file_is_told_not_tripped_over(tmp_path: Path) -> None:
    (folder(tmp_path) / "calendars" / "annen.yaml").mkdir()
    assert problems(tmp_path / "sla")[0].startswith("sla/calendars/annen.yaml:1: filen kan ikke leses")


def test_a_calendar_whose_season_closes_every_day_is_never_open(tmp_path: Path) -> None:
    closed = CALENDAR.replace("overrides:", "seasons: [{first: 01-01, last: 12-31, weekly: {}}]\noverrides:")
    closed = closed.replace("[08:00-12:00]\nclosed", "[]\nclosed")
    assert problems(folder(tmp_path, calendar=closed)) == [
        "sla/calendars/kontor.yaml:3: kalenderen er aldri åpen"
    ]


SEASONS = """\
seasons:
  - first: 05-15
    last: 09-14
    weekly: {mon: [08:00-15:00]}
  - first: %s
    last: %s
    weekly: {}
"""


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("09-14", "10-01", "15: overlapper med sesongen fra 05-15 til 09-14"),
        ("2027-08-01", "2027-08-02", "15: overlapper med sesongen fra 05-15 til 09-14"),
        ("2027-02-02", "2027-02-01", "15: sesongen slutter før den begynner"),
        ("2027-02-02", "03-01", "15: skriv «first» og «last» på samme måte"),
        ("1. mai", "03-01", "15: skriv datoen som 05-15"),
    ],
)
def test_a_season_that_overlaps_another_or_covers_no_day_is_refused(
    tmp_path: Path, first: str, last: str, expected: str
) -> None:
    told = problems(folder(tmp_path, calendar=CALENDAR + SEASONS % (first, last)))
    assert [line.startswith(f"sla/calendars/kontor.yaml:{expected}") for line in told] == [True], told


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("calendar: kontor", "calendar: kontro", "5: kalenderen «kontro» finnes ikke"),
        (
            "response: 1 t",
            "response: 1 uke",
            "11: skriv arbeidstid som 30 min, 4 t eller 7 t 30 min, og arbeidsdager som 3 dager, ikke «1 uke»",
        ),
        ("response: 1 t", "response: 0 min", "11: et løfte må være lenger enn null"),
        ("solution: 8 t}", "solution: 8 t, update: -1 t}", "11: skriv arbeidstid som"),
        ("response: 1 t", "response: 9 t", "11: svaret er lovet senere enn løsningen"),
        ("response: 1 t", "response: 1 dag", "11: en viktigere sak kan ikke ha lengre response"),
        ("owner: lonnssjef\n", "", "1: «owner» mangler"),
        ("[requester]\n", "[requester]\nlegs: {it: 0 t}\n", "15: et løfte må være lenger enn null"),
        ("[requester]\n", "[requester]\nwarn_at: [50, 120]\n", "15: «warn_at» skal være under 100"),
        ("[requester]\n", "[requester]\nstatutes: [aml-99]\n", "15: lovfristen «aml-99» finnes ikke"),
        (
            "[requester]\n",
            "[requester]\nescalation: [{at: 75, to: [assignee]}]\n",
            "15: ved 75 % blir det ikke avgjort noe; skriv 75 i «warn_at»",
        ),
        ("[requester]", "[lunsj]", "14: «pauses_on» kan ikke være «lunsj»; velg"),
        ("version: 1", "version: en", "2: «version» skal være et helt tall"),
        ("valid_from: 2026-02-01", "valid_from:", "8: skriv datoen som 2026-12-24, ikke «»"),
        ("  low: {response: 8 t, solution: 40 t}\n", "", "9: løftet mangler for low"),
    ],
)
def test_a_mistake_in_an_agreement_is_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in AGREEMENT
    told = problems(folder(tmp_path, agreement=AGREEMENT.replace(old, new, 1)))
    assert [line.startswith(f"sla/agreements/lonn.yaml:{expected}") for line in told] == [True], told


def test_all_mistakes_are_told_at_once_in_order(tmp_path: Path) -> None:
    path = folder(tmp_path, calendar="timezone: UTC\n", agreement="[]\n")
    assert problems(path) == [
        "sla/agreements/lonn.yaml:1: filen skal ha nøkler øverst",
        "sla/calendars/kontor.yaml:1: «weekly» mangler",
    ]


def test_an_empty_folder_and_a_file_that_is_not_utf8_are_refused(tmp_path: Path) -> None:
    assert len(problems(tmp_path)) == 1
    path = folder(tmp_path)
    (path / "calendars" / "kontor.yaml").write_bytes("title: Bokmål".encode("latin-1"))
    assert "UTF-8" in problems(path)[0]


@pytest.fixture(scope="module")
def shipped() -> Sla:
    return load_sla()


def test_the_shipped_agreements_promise_every_priority_in_a_shipped_calendar(shipped: Sla) -> None:
    assert {"standard", "it-brukerstotte", "it-kritisk", "lonn", "hr-personal", "arbeidsavtale"} <= set(
        shipped.agreements
    )
    for agreement in shipped.agreements.values():
        calendar = shipped.calendars[agreement.calendar].compile()
        for priority in Priority:
            promise = agreement.promise(priority)
            at = calendar.next_open(datetime(2026, 6, 1, 9, tzinfo=UTC))
            response, solution = (each.target(calendar, at) for each in (promise.response, promise.solution))
            assert calendar.after(at, response) <= calendar.after(at, solution)


def test_the_shipped_short_days_are_working_days_that_close_early(shipped: Sla) -> None:
    for calendar in (each for each in shipped.calendars.values() if not each.holiday_hours):
        pinned = calendar.pinned(range(2024, 2029))
        for day, windows in calendar.overrides.items():
            usual = calendar.weekly.get(WEEKDAYS[day.weekday()], ())
            assert usual, f"{calendar.name}: {day} is a weekend"
            assert pinned.holiday_on(day) is None, f"{calendar.name}: {day} is a public holiday"
            assert windows[-1].closes < usual[-1].closes


def test_the_shipped_vakt_has_the_buildings_whenever_the_caretakers_have_not(shipped: Sla) -> None:
    by_day, vakt = (shipped.calendars[name].compile() for name in ("eiendom", "eiendomsvakt"))
    at = datetime(2027, 1, 1, tzinfo=UTC)
    while at.year < 2029:
        wall = at.astimezone(ZoneInfo("Europe/Oslo"))
        at_lunch = (wall.hour, wall.minute) == (11, 0)
        assert by_day.is_open(at) + vakt.is_open(at) == 1 or at_lunch, wall
        at += timedelta(minutes=30)


def test_the_shipped_sla_survives_json_unchanged(shipped: Sla) -> None:
    assert Sla.model_validate_json(shipped.model_dump_json()) == shipped


NEXT = AGREEMENT.replace("version: 1", "version: 2").replace(
    "valid_from: 2026-02-01", "valid_from: 2027-01-01"
)


def with_next(tmp_path: Path, text: str, *, name: str = "lonn.v2", first: str = AGREEMENT) -> Path:
    path = folder(tmp_path, agreement=first)
    (path / "agreements" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


def test_a_coming_version_stands_beside_the_one_in_force(tmp_path: Path) -> None:
    sla = load_sla(with_next(tmp_path, NEXT))
    assert {name: [each.version for each in versions] for name, versions in sla.versions.items()} == {
        "lonn": [1, 2]
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version: 2", "version: 3", "2: filnavnet sier versjon 2"),
        ("2027-01-01", "2026-02-01", "8: versjon 1 gjelder fra 2026-02-01; en nyere versjon må gjelde fra"),
        ("2027-01-01", "2025-01-01", "8: versjon 1 gjelder fra 2026-02-01; en nyere versjon må gjelde fra"),
        ("2027-01-01", "2026-12-31", "8: overlapper med versjon 1, som gjelder til 2026-12-31"),
    ],
)
def test_versions_that_overlap_are_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    ending = AGREEMENT.replace("promises:", "valid_to: 2026-12-31\npromises:")
    told = problems(with_next(tmp_path, NEXT.replace(old, new), first=ending))
    assert [line.startswith(f"sla/agreements/lonn.v2.yaml:{expected}") for line in told] == [True], told


def test_a_version_is_written_once(tmp_path: Path) -> None:
    same = NEXT.replace("version: 2", "version: 1")
    told = problems(with_next(tmp_path, same, name="lonn.v1"))
    assert told == ["sla/agreements/lonn.v1.yaml:2: versjon 1 finnes fra før"]
