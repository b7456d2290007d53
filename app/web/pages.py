"""Pages: one Jinja environment per language, and what the layout around every page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.identity.actor import Actor, Office
from app.settings import PROJECT, Settings
from app.web import marks, words
from app.web.asset_manifest import asset, icon
from app.web.csrf import csrf_token
from app.web.i18n import LANGUAGES, NAMES, _, language_of, translations
from app.web.idempotency import new_key
from app.web.said_once import GETTEXT, SaidOnce
from service_catalog.schema import Municipality

ROOMS = (
    "web",
    "account",
    "whistleblowing",
    "portal",
    "privacy",
    "desk",
    "leader",
    "reporting",
    "oversight",
    "operations",
    "administration",
)
FOLDERS = [PROJECT / "app" / room / "templates" for room in ROOMS]


@dataclass(frozen=True)
class NavItem:
    path: str
    text: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class LanguageChoice:
    key: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class Layout:
    """What surrounds the page; templates know it as `page`."""

    municipality: Municipality | None
    actor: Actor | None
    language: str
    languages: tuple[LanguageChoice, ...]
    nav: tuple[NavItem, ...]
    path: str
    here: str
    """Path and query, for coming back after a change of language."""
    csrf_token: str
    at: datetime
    """This process's clock, only for showing how long is left; it decides nothing."""
    demo: bool
    keeps_archive: bool
    """Works in the unit that keeps the archive."""
    keeps_payroll: bool
    """Works in the unit that runs the payroll."""
    tells_people_apart: bool
    """Works in the unit that says whether a new row is somebody who was expected."""

    @property
    def place(self) -> NavItem | None:
        """Where in the menu one is; None outside it."""
        return next((item for item in self.nav if item.is_current), None)

    @property
    def oversees_log(self) -> bool:
        return self.actor is not None and self.actor.holds(Office.PRIVACY_OFFICER)

    @property
    def mends_forms(self) -> bool:
        """Answers for services, and for what their forms cost people."""
        offices = (Office.PROCESS_OWNER, Office.CATALOGUE_EDITOR)
        actor = self.actor
        return actor is not None and bool(actor.leads_units or any(map(actor.scopes_of, offices)))

    @property
    def title(self) -> str:
        return self.municipality.portal.in_language(self.language) if self.municipality else "Skranke"

    @property
    def opening_hours(self) -> str:
        return self.municipality.opening_hours.in_language(self.language) if self.municipality else ""


_NAV: tuple[tuple[str, str, str, Callable[[Actor], bool]], ...] = (
    ("/", _("Hjem"), "House", lambda actor: True),
    ("/tjenester", _("Alle tjenester"), "Tasklist", lambda actor: True),
    ("/mine-saker", _("Mine saker"), "Inbox", lambda actor: True),
    ("/desk", _("Kø"), "Timer", lambda actor: actor.is_agent),
    ("/behov", _("Behov"), "Star", lambda actor: actor.is_agent or actor.is_leader),
    ("/leder", _("Oppgaver"), "ClipboardCheckmark", lambda actor: actor.is_leader),
    (
        "/leder/folk",
        _("Nye og slutter"),
        "PersonPlus",
        lambda actor: bool(actor.orders_for) and not actor.is_leader,
    ),
    (
        "/varsling/mottak",
        _("Varslingsmottak"),
        "ShieldLock",
        lambda actor: actor.holds(Office.WHISTLEBLOWING_RECIPIENT),
    ),
    ("/kontroll", _("Kontroll"), "ShieldLock", lambda actor: actor.holds(Office.PRIVACY_OFFICER)),
    ("/drift", _("Drift"), "Wrench", lambda actor: actor.holds(Office.TECHNICAL_ADMINISTRATOR)),
)
"""Path, text, icon, for whom."""


def nav_for(actor: Actor | None, path: str) -> tuple[NavItem, ...]:
    """Nobody signed in sees no menu: there is nothing to go to."""
    if actor is None:
        return ()
    ours = [item for item in _NAV if item[3](actor)]
    # Of «/leder» and «/leder/tilganger» only the nearer is where one is.
    here = max((to for to, *_rest in ours if path == to or path.startswith(f"{to}/")), key=len, default="")
    return tuple(NavItem(to, text, sign, to == here) for to, text, sign, _is_for in ours)


def municipality_of(request: Request) -> Municipality | None:
    """None only while nothing is published."""
    published = getattr(request.app.state, "published", None)
    return published.catalogue.municipality if published is not None else None


def layout_of(request: Request) -> Layout:
    actor: Actor | None = getattr(request.state, "actor", None)
    settings: Settings = request.app.state.settings
    municipality = municipality_of(request)
    language = language_of(request)
    offered = municipality.languages if municipality else LANGUAGES
    query = request.url.query
    return Layout(
        municipality=municipality,
        actor=actor,
        language=language,
        languages=tuple(LanguageChoice(key, NAMES[key], key == language) for key in offered),
        nav=nav_for(actor, request.url.path),
        path=request.url.path,
        here=request.url.path + (f"?{query}" if query else ""),
        csrf_token=csrf_token(request),
        at=datetime.now(UTC),
        demo=settings.demo,
        keeps_archive=actor is not None and actor.works_in(settings.archive_unit),
        keeps_payroll=actor is not None and actor.works_in(settings.payroll_unit),
        tells_people_apart=actor is not None and actor.works_in(settings.hr_unit),
    )


@lru_cache
def environment(language: str) -> Environment:
    """Everything in it speaks one language, macros too, so no template passes a language on."""
    env = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", SaidOnce],
    )
    env.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    env.globals[GETTEXT] = translations(language).gettext
    env.globals.update(icon=icon, asset=asset, new_key=new_key, initials=initials, language=language)
    env.globals["part"] = partial(part, language)
    spoken: dict[str, Callable[..., str]] = {
        "date": words.day,
        "long_date": words.long_date,
        "weekday_date": words.weekday_date,
        "time": words.clock_time,
        "moment": words.moment,
        "by": words.by,
        "duration": words.duration,
        "spent": words.spent,
        "countdown": words.countdown,
        "money": words.money,
        "file_size": words.file_size,
        "with_marks": marks.with_marks,
    }
    env.filters.update({name: partial(filter_, language=language) for name, filter_ in spoken.items()})
    env.filters["text"] = lambda text: text.in_language(language)
    return env


@lru_cache(maxsize=8192)
def part(language: str, template: str, *values: Any) -> Markup:
    """A part of a long list, made once for all who see the same in the same language: templates call it `part`.

    It shows `values` (hashable, under that name) and nothing else, so that it cannot show what it was not given.
    """
    return Markup(environment(language).get_template(template).render({"values": values}))


def initials(name: str) -> str:
    """«Ole Martin Dahl» -> «OD»."""
    parts = name.split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()


def rendered(request: Request, template: str, view: Any) -> str:
    """The text of a document that is no page of the browser's: paper."""
    found = environment(language_of(request)).get_template(template)
    return found.render({"view": view, "page": layout_of(request)})


def render(
    request: Request,
    template: str,
    view: Any,
    *,
    block: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page of a view; or one block of it, for htmx.

    Templates see `view`, `page` (the layout) and the filters of their language. No query, no policy.
    """
    language = language_of(request)
    found = environment(language).get_template(template)
    context = {"view": view, "page": layout_of(request)}
    if block is None:
        text = found.render(context)
    else:
        text = "".join(found.blocks[block](found.new_context(context)))
    return HTMLResponse(text, status, {"Content-Language": language, "Vary": "Accept-Language, Cookie"})
