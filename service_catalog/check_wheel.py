"""What activities of the annual wheel that can be read must also hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from service_catalog.wheel import NobodyWorks, occurrences
from service_catalog.wheel_schema import A_COMMON_YEAR, Activity, Role
from sla.yaml_lines import Spot

if TYPE_CHECKING:
    from service_catalog.schema import Catalogue
    from sla.load import Sla


def wheel(catalogue: Catalogue, sla: Sla) -> Iterator[tuple[str, str, Spot, str]]:
    """Part of the catalogue, key in it, spot in that, message."""
    for key, activity in catalogue.wheel.items():
        for spot, message in (*_places(activity, catalogue), *_rules(activity, catalogue, sla)):
            yield "wheel", key, spot, message


def _places(activity: Activity, catalogue: Catalogue) -> Iterator[tuple[Spot, str]]:
    areas = {area.key for area in catalogue.municipality.areas}
    for index, area in enumerate(activity.areas):
        if area not in areas:
            yield ("areas", index), f"området «{area}» står ikke i municipality.yaml"
    if activity.role is Role.UNIT_LEAD and (activity.areas or activity.functions):
        yield ("role",), "en fagenhet har verken område eller funksjon; aktiviteten er for alle av dem"


def _rules(activity: Activity, catalogue: Catalogue, sla: Sla) -> Iterator[tuple[Spot, str]]:
    calendar = sla.calendars.get(catalogue.municipality.calendar)
    if calendar is None:
        return
    try:
        found = occurrences(activity, A_COMMON_YEAR, lambda day: bool(calendar.windows_on(day)))
    except NobodyWorks:
        yield ("due",), f"kalenderen «{calendar.name}» har ingen arbeidsdag å regne fra"
        return
    for name, count in Counter(each.name for each in found).items():
        if count > 1:
            yield ("due",), f"to regler gir det samme, {name}"
