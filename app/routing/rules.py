"""Which unit gets a free-text request: the first rule of the catalogue that holds, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service_catalog.schema import (
    Catalogue,
    Channel,
    Confidentiality,
    RoutingRule,
    Service,
    Text,
)

BY_SERVICE = "service"


@dataclass(frozen=True)
class Route:
    """Where a request goes. `rule` is `service`, or the id of a routing rule."""

    unit: str
    rule: str
    confidentiality: Confidentiality


def route(catalogue: Catalogue, service: Service, *, text: str, area: str, channel: Channel) -> Route:
    """The service decides; only the first line's own questions are read for where they belong.

    Source: issue 2, "Routing": catalogue first, then rules as data for free text.
    """
    if not _is_free_text(catalogue, service):
        return Route(service.unit, BY_SERVICE, service.confidentiality)
    for rule in catalogue.routing:
        if _holds(
            rule,
            text=text,
            area=area,
            channel=channel,
            confidentiality=service.confidentiality,
        ):
            return Route(rule.unit, rule.id, rule.confidentiality or service.confidentiality)
    return Route(service.unit, BY_SERVICE, service.confidentiality)


def reason_for(catalogue: Catalogue, rule: str) -> Text | None:
    """The sentence a routing rule gives; None when the service or a person decided."""
    return next((known.reason for known in catalogue.routing if known.id == rule), None)


def _is_free_text(catalogue: Catalogue, service: Service) -> bool:
    return service.kind == "question" and service.unit == catalogue.first_line().key


def _holds(
    rule: RoutingRule,
    *,
    text: str,
    area: str,
    channel: Channel,
    confidentiality: Confidentiality,
) -> bool:
    when = rule.when
    return (
        (not when.keywords or any(_mentions(text, keyword) for keyword in when.keywords))
        and (not when.areas or area in when.areas)
        and (not when.channels or channel in when.channels)
        and (not when.confidentiality or confidentiality in when.confidentiality)
    )


def _mentions(text: str, keyword: str) -> bool:
    """A keyword matches from the start of a word, so «lønn» finds «lønnsslipp» but not «belønning»."""
    return re.search(rf"\b{re.escape(keyword)}", text, re.IGNORECASE) is not None
