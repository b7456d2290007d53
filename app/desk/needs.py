"""«Behov»: the one list of needs that all units share (need B7), for agents of every unit and for leaders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from app.catalogue.published import Current
from app.database.session import Db
from app.desk.addresses import NEEDS, ticket_address
from app.desk.views import Titles, titles_in
from app.errors import NotFound
from app.identity.actor import Actor
from app.identity.me import Me
from app.tickets.lifecycle import Status
from app.tickets.needs import NeedFilter, NeedRow, NeedsView, needs
from app.web.pages import render
from app.web.paging import MAX_CURSOR
from app.web.rooms import Room
from service_catalog.schema import Catalogue

ROWS = 50
FILTERS: dict[str, NeedFilter] = {"alle": "all", "ledige": "free", "mine": "mine"}
"""What may stand in `vis`. Anything else is 404."""

router = Room()


@dataclass(frozen=True)
class NeedsAddress:
    """The list as it is looked at."""

    show: str = "alle"
    kind: str | None = None
    unit: str | None = None
    after: str | None = None

    @property
    def href(self) -> str:
        parts = {
            "vis": None if self.show == "alle" else self.show,
            "slag": self.kind,
            "enhet": self.unit,
            "etter": self.after,
        }
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{NEEDS}?{query}" if query else NEEDS

    def showing(self, show: str) -> NeedsAddress:
        return replace(self, show=show, after=None)

    def first_page(self) -> NeedsAddress:
        return replace(self, after=None)


@dataclass(frozen=True)
class NeedLine:
    """`take`: the word of the form that takes it, when the reader may; `to_unit`: where it then goes."""

    row: NeedRow
    kind: str
    href: str
    take: str | None
    to_unit: str


@dataclass(frozen=True)
class NeedsPage:
    """`kinds` and `units` are titles by key; `is_agent` decides whether there is anything to take."""

    address: NeedsAddress
    lines: list[NeedLine]
    kinds: Mapping[str, str]
    units: Mapping[str, str]
    next_href: str | None
    report_href: str | None
    is_agent: bool
    titles: Titles


async def address(
    vis: Annotated[str, Query(max_length=20)] = "alle",
    slag: Annotated[str | None, Query(max_length=40)] = None,
    enhet: Annotated[str | None, Query(max_length=60)] = None,
    etter: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None,
) -> NeedsAddress:
    if vis not in FILTERS:
        raise NotFound
    return NeedsAddress(vis, slag or None, enhet or None, etter or None)


@router.get(NEEDS, name="needs")
async def show(
    request: Request,
    where: Annotated[NeedsAddress, Depends(address)],
    me: Me,
    session: Db,
    published: Current,
) -> Response:
    wanted = NeedsView(where.kind, where.unit, FILTERS[where.show])
    page = await needs(session, me, wanted, after=where.after, limit=ROWS)
    kinds = kinds_of_needs(published.catalogue, me.language)
    titles = titles_in(published.catalogue, me.language)
    mine = next((key for key in published.catalogue.units if me.works_in(key)), "")
    view = NeedsPage(
        address=where,
        lines=[line_of(row, me, mine, kinds) for row in page.items],
        kinds=kinds,
        units=titles.units,
        next_href=replace(where, after=page.next).href if page.next else None,
        report_href=_report_href(published.catalogue),
        is_agent=me.is_agent,
        titles=titles,
    )
    return render(request, "desk/needs.html", view)


def _report_href(catalogue: Catalogue) -> str | None:
    """Where a need is reported; None in a municipality that shares no list."""
    found = next((service for service in catalogue.services.values() if service.shared), None)
    return f"/tjenester/{found.key}" if found else None


def kinds_of_needs(catalogue: Catalogue, language: str) -> dict[str, str]:
    """What the shared list is sorted into, in the order of the forms."""
    return {
        choice.value: choice.label.in_language(language)
        for service in catalogue.services.values()
        for choice in service.shared_kinds
    }


def line_of(row: NeedRow, me: Actor, mine: str, kinds: Mapping[str, str]) -> NeedLine:
    """`mine`: the reader's unit, the first of them in the catalogue's order; empty for who has none."""
    is_free = row.assignee_id is None and row.status is Status.NEW and row.handover_to is None
    take = None
    if is_free and mine:
        take = "ta" if me.works_in(row.unit) else "hent"
    return NeedLine(
        row=row,
        kind=kinds.get(row.kind, row.kind),
        href=ticket_address(row.number) if me.is_agent else f"/saker/{row.number}",
        take=take,
        to_unit=row.unit if take == "ta" else mine,
    )
