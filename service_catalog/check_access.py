"""What entitlements and role profiles that can be read must also hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from service_catalog.access_schema import CONFIRM, GIVE, TAKE, Access, Approver, Profile, Risk
from sla.yaml_lines import Spot

if TYPE_CHECKING:
    from service_catalog.schema import Catalogue

Found = tuple[str, str, Spot, str]
"""Part of the catalogue, key in it, spot in that, message."""
SYSTEMS, ENTITLEMENTS, PROFILES = "access.systems", "access.entitlements", "access.profiles"


def access(catalogue: Catalogue) -> Iterator[Found]:
    found = catalogue.access
    yield from _systems(catalogue)
    for key in found.entitlements:
        yield from ((ENTITLEMENTS, key, *rest) for rest in _entitlement(catalogue, key))
    for profile in found.profiles.values():
        yield from ((PROFILES, profile.key, *rest) for rest in _profile(found, profile))
    for key in found.orders:
        yield from (("access.orders", key, *rest) for rest in _order(catalogue, key))
    yield from _twins(found)
    yield from _unused(found)


def _systems(catalogue: Catalogue) -> Iterator[Found]:
    for key, system in catalogue.access.systems.items():
        if system.unit not in catalogue.units:
            yield SYSTEMS, key, ("unit",), f"fagenheten «{system.unit}» finnes ikke"
        if system.owner is not None and system.owner not in catalogue.owners:
            yield SYSTEMS, key, ("owner",), f"eieren «{system.owner}» står ikke i owners.yaml"
        if not any(each.system == key for each in catalogue.access.entitlements.values()):
            yield SYSTEMS, key, (), f"ingen tilgang gjelder systemet «{key}»"


def _entitlement(catalogue: Catalogue, key: str) -> Iterator[tuple[Spot, str]]:
    found, one = catalogue.access, catalogue.access.entitlements[key]
    owner = found.owner_of(one)
    if one.system not in found.systems:
        yield ("system",), f"systemet «{one.system}» står ikke i systems.yaml"
    elif one.life_and_health and found.systems[one.system].restore is None:
        yield (
            ("life_and_health",),
            f"si i systems.yaml hvem som gir tilbake «{one.system}», hele døgnet (restore)",
        )
    if one.life_and_health and one.paused_on_leave:
        yield ("paused_on_leave",), "det liv og helse kan avhenge av, settes ikke på pause i permisjon"
    if owner is None and one.system in found.systems:
        yield (), f"tilgangen «{key}» har ingen eier, og systemet har heller ingen"
    if one.owner is not None and one.owner not in catalogue.owners:
        yield ("owner",), f"eieren «{one.owner}» står ikke i owners.yaml"
    for index, other in enumerate(one.conflicts):
        if other == key:
            yield ("conflicts", index), "en tilgang kan ikke være i konflikt med seg selv"
        elif other not in found.entitlements:
            yield ("conflicts", index), f"tilgangen «{other}» finnes ikke"
    if one.risk is Risk.HIGH and one.approval is Approver.NONE and not one.requires:
        yield ("approval",), "høy risiko: si hvem som godkjenner, eller hva som kreves på forhånd"
    if len(set(one.requires)) != len(one.requires):
        yield ("requires",), "samme krav står to ganger"


def _profile(found: Access, profile: Profile) -> Iterator[tuple[Spot, str]]:
    for index, code in enumerate(profile.codes):
        if code not in found.positions:
            yield ("codes", index), f"stillingskoden «{code}» står ikke i positions.yaml: pakken passer ingen"
    if not (profile.codes or profile.functions or profile.places or profile.kinds):
        yield (), "pakken passer alle; si hvem den er for"
    given = set(profile.gives)
    if len(given) != len(profile.gives):
        yield ("gives",), "samme tilgang står to ganger"
    for index, key in enumerate(profile.gives):
        if key not in found.entitlements:
            yield ("gives", index), f"tilgangen «{key}» finnes ikke"
            continue
        for other in sorted(found.conflicts_of(key) & given):
            if key < other:
                yield ("gives", index), f"«{key}» og «{other}» skal ikke være hos samme person"


def _order(catalogue: Catalogue, key: str) -> Iterator[tuple[Spot, str]]:
    """What is ordered from the plan must be a whole answer to the service's form."""
    order = catalogue.access.orders[key]
    if key not in (GIVE, TAKE, CONFIRM):
        yield (), f"«{key}» er ingen bestilling; skriv «{GIVE}», «{TAKE}» eller «{CONFIRM}»"
    service = catalogue.services.get(order.service)
    if service is None:
        yield ("service",), f"tjenesten «{order.service}» finnes ikke"
        return
    fields = {field.key: field for field in service.form.fields}
    said = {"person": order.person, "what": order.what, "day": order.day, "why": order.why}
    answered = {field for field in said.values() if field} | order.fixed.keys()
    for spot, name in said.items():
        if name is not None and name not in fields:
            yield (spot,), f"«{name}» er ikke et felt i skjemaet til «{order.service}»"
    for name, value in order.fixed.items():
        choices = {choice.value for choice in fields[name].choices} if name in fields else set()
        if value not in choices:
            yield ("fixed", name), f"«{value}» kan ikke velges i «{name}» hos «{order.service}»"
    for name, field in fields.items():
        if field.required and field.when is None and name not in answered:
            yield (), f"«{name}» må besvares hos «{order.service}»"


def _twins(found: Access) -> Iterator[Found]:
    """Two profiles for exactly the same people are one."""
    seen: dict[tuple[frozenset[str], ...], list[str]] = defaultdict(list)
    for key, each in found.profiles.items():
        fits = (
            frozenset(each.codes),
            frozenset(each.functions),
            frozenset(each.places),
            frozenset(each.kinds),
        )
        seen[fits].append(key)
    for first, *others in seen.values():
        for key in others:
            yield PROFILES, key, (), f"passer nøyaktig de samme som «{first}»; slå dem sammen"


def _unused(found: Access) -> Iterator[Found]:
    """A code that no profile asks about misleads whoever reads the list."""
    asked = {code for profile in found.profiles.values() for code in profile.codes}
    for code in found.positions:
        if code not in asked:
            yield "access.positions", code, (), f"ingen pakke spør etter stillingskoden «{code}»"
