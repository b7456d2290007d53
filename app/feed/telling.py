"""What a file would change, as people read it: by what happens, with names and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from app.feed.difference import Change, Corrected, EndSet, Joined, LeavesSet, Moved, Withdrawn
from app.feed.importing import Forecast
from app.feed.planning import Planned
from app.feed.rows import Finding, Found
from app.people.engaging import Content, Span
from app.web.i18n import _, say

FIELDS = {
    "name": "navn",
    "email": "e-post",
    "phone": "telefon",
    "language": "språk",
    "employee_number": "ansattnummer",
}
PARTS = {
    "org_unit_id": "enhet",
    "kind": "ansettelsesform",
    "position_code": "stillingskode",
    "title": "stilling",
    "percent": "prosent",
    "leader_id": "leder",
    "sponsor_id": "ansvarlig",
    "contract_reference": "avtale",
    "legal_basis": "hjemmel",
    "last_shift_ends_at": "siste vakt slutter",
}
FINDINGS = {
    Found.UNKNOWN_PLACE: _("finner ikke enheten «%(said)s»"),
    Found.UNKNOWN_KIND: _("finner ikke ansettelsesformen «%(said)s»"),
    Found.UNKNOWN_PERSON: _("finner ikke «%(said)s»"),
    Found.UNKNOWN_LAW: _("kjenner ikke hjemmelen «%(said)s»"),
    Found.NO_END: _("en konsulent eller innleid må ha sluttdato"),
    Found.NO_SPONSOR: _("en konsulent må ha en ansvarlig"),
    Found.NO_CONTRACT: _("en konsulent må ha en avtale"),
    Found.NO_LAW: _("en innleid må ha en hjemmel"),
    Found.PERIOD: _("slutter før den begynner (%(said)s)"),
    Found.PERCENT: _("«%(said)s» er ikke en stillingsprosent"),
    Found.LAST_SHIFT: _("«%(said)s» er ikke når siste vakt slutter"),
    Found.TWO_PEOPLE: _("ansattnummeret %(said)s og innloggingen er to forskjellige personer"),
    Found.OTHER_NUMBER: _("personen har et annet ansattnummer enn %(said)s"),
}
HEADINGS = (
    "Nye",
    "Begynner",
    "Flytter",
    "Rettet",
    "Slutter",
    "Forlenget",
    "Trukket",
    "Permisjon",
    "Opplysninger",
)
WAITING, ASKED = "Må ses på", "Kan være ventet"


def told(forecast: Forecast, places: Mapping[int, str]) -> Iterator[str]:
    """Lines of text; the headings that nothing stands under are left out."""
    under: dict[str, list[str]] = {}
    for planned in forecast.planned:
        who = forecast.names.get(planned.person_id or 0, planned.row.name)
        for heading, line in _lines(planned, places):
            under.setdefault(heading, []).append(f"  {who} ({planned.row.key}): {line}")
    for heading in (*HEADINGS, WAITING, ASKED):
        if heading in under:
            yield f"{heading} ({len(under[heading])})"
            yield from under[heading]
    if not under:
        yield "Ingen endringer."
    else:
        yield f"{forecast.leaving} av {forecast.staff} har ingen jobb etterpå."


def _lines(planned: Planned, places: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    if planned.asks:
        yield ASKED, "venter på at noen sier om det er den samme som var ventet"
    for finding in planned.findings:
        yield WAITING, finding_in(finding)
    if planned.is_undecided or planned.is_unusable:
        return
    if planned.is_new:
        yield "Nye", planned.row.email or "uten e-post"
    else:
        for name, (before, after) in planned.fields.items():
            yield "Opplysninger", f"{FIELDS[name]}: {before or '–'} → {after}"
    for change in planned.changes:
        yield _change(change, places)


def finding_in(finding: Finding, language: str = "nb") -> str:
    return say(language, FINDINGS[finding.found], said=finding.said)


def _change(change: Change, places: Mapping[int, str]) -> tuple[str, str]:
    match change:
        case Joined(new):
            return "Begynner", f"{_job(new.content, places)}, {_days(new.span)}"
        case Moved(before, new):
            return (
                "Flytter",
                f"{_job(before.content, places)} → {_job(new.content, places)}, {_days(new.span)}",
            )
        case Corrected(before, content, span):
            return "Rettet", ", ".join(_corrections(before.content, content, before.span, span, places))
        case EndSet(before, ends_on):
            earlier = ends_on is not None and (before.span.ends_on is None or ends_on < before.span.ends_on)
            day = f"siste dag {_day(ends_on)}" if ends_on else "ingen sluttdato"
            return ("Slutter" if earlier else "Forlenget"), f"{_job(before.content, places)}, {day}"
        case Withdrawn(before):
            return "Trukket", f"{_job(before.content, places)}, skulle begynt {_day(before.span.starts_on)}"
        case LeavesSet(_, leaves):
            return "Permisjon", "; ".join(map(_days, leaves)) or "ingen lenger"


def _corrections(
    before: Content, after: Content, was: Span, now: Span, places: Mapping[int, str]
) -> Iterator[str]:
    for name, word in PARTS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            if name == "org_unit_id":
                old, new = places.get(old, old), places.get(new, new)
            yield f"{word}: {old or '–'} → {new or '–'}"
    if was != now:
        yield f"{_days(was)} → {_days(now)}"


def _job(content: Content, places: Mapping[int, str]) -> str:
    title = content.title or content.position_code or content.kind
    return f"{title} {content.percent.normalize():f} % ved {places.get(content.org_unit_id, '?')}"


def _days(span: Span) -> str:
    return f"fra {_day(span.starts_on)}" + (f" til {_day(span.ends_on)}" if span.ends_on else "")


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
