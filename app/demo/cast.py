"""The people to try the demo as: who they are, and what each is good for."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.names import plain
from service_catalog.schema import Urgency


@dataclass(frozen=True)
class Role:
    """A person by name. `place` and `leads` are keys of org units, `unit` is the unit they are an agent of."""

    name: str
    part: str
    """What they are in the municipality, in a few words."""
    try_this: str
    title: str = ""
    place: str = ""
    leads: str = ""
    unit: str = ""
    orders_for: str = ""
    also_at: str = ""
    """A second place of work, by the hour."""
    desk: bool = True

    @property
    def subject(self) -> str:
        return plain(self.name)


CAST: tuple[Role, ...] = (
    Role(
        "Jonas Lie-Nilsen",
        "Lærer, Fjordvik ungdomsskole",
        "Søk etter «pc-en er treig», meld feilen og følg saken til den er løst.",
        title="Adjunkt",
        place="oppvekst-fjordvik-ungdomsskole",
    ),
    Role(
        "Fadumo Warsame",
        "Helsefagarbeider uten PC, Solbakken sykehjem",
        "Bestill arbeidstøy eller spør om lønnsslippen fra din egen telefon.",
        title="Helsefagarbeider",
        place="helse-solbakken-sykehjem-avdeling-2",
        desk=False,
    ),
    Role(
        "Olena Kovalenko",
        "Barnehagelærer i to stillinger, Tangen barnehage",
        "Spør om lønn for den andre stillingen, eller meld en feil i barnehagen.",
        title="Barnehagelærer",
        place="oppvekst-tangen-barnehage-terna",
        also_at="oppvekst-tangen-skole-sfo",
    ),
    Role(
        "Thea Sæther",
        "Merkantil og bestiller, Solbakken sykehjem",
        "Bestill en PC til en kollega og se alle åpne bestillinger på sykehjemmet.",
        title="Konsulent",
        place="helse-solbakken-sykehjem",
        orders_for="helse-solbakken-sykehjem",
    ),
    Role(
        "Marit Haugen",
        "Virksomhetsleder, Solbakken sykehjem",
        "Godkjenn bestillingene som venter på deg.",
        title="Virksomhetsleder",
        leads="helse-solbakken-sykehjem",
    ),
    Role(
        "Ingrid Solheim",
        "Leder, Barneverntjenesten",
        "Se hva som venter på deg, og avslå en bestilling med begrunnelse.",
        title="Barnevernleder",
        leads="oppvekst-barneverntjenesten",
    ),
    Role(
        "Ragnhild Myklebust",
        "Kommunalsjef, Helse og omsorg",
        "Godkjenn det virksomhetslederne selv har bestilt.",
        title="Kommunalsjef",
        leads="helse",
    ),
    Role(
        "Hanne Ødegård",
        "Førstelinja, Servicesenteret",
        "Registrer en telefonsak og løs den med en gang, eller send en sak som har havnet feil, videre.",
        title="Servicekonsulent",
        unit="servicesenteret",
    ),
    Role(
        "Amina Farah",
        "Saksbehandler, IT og tilganger",
        "Ta den eldste saken i køen, spør innmelderen og sett den på vent.",
        title="IT-konsulent",
        unit="it",
    ),
    Role(
        "Kari Nordbø",
        "Saksbehandler, HR og arbeidsmiljø",
        "Svar på en sak om arbeidsavtale, og overlever en lønnssak til Lønn.",
        title="HR-rådgiver",
        unit="hr",
    ),
    Role(
        "Tor Bergheim",
        "Saksbehandler, Lønn",
        "Se lønnssaker som bare Lønn får se, og løs en av dem.",
        title="Lønnskonsulent",
        unit="lonn",
    ),
    Role(
        "Siri Aasen",
        "Saksbehandler, Regnskap og faktura",
        "Finn en purring og svar leverandørens kontaktperson i kommunen.",
        title="Regnskapskonsulent",
        unit="regnskap",
    ),
    Role(
        "Lise Vik",
        "Rådgiver, Anskaffelser",
        "Åpne lista over meldte behov og svar på det eldste.",
        title="Innkjøpsrådgiver",
        unit="anskaffelse",
    ),
    Role(
        "Per-Arne Moe",
        "Driftsleder, Eiendom og bygg",
        "Se hva som haster, og godta en sak som er overlevert til Eiendom.",
        title="Driftsleder",
        unit="eiendom",
    ),
    Role(
        "Bjørn Åsheim",
        "Arkivar, Arkiv og post",
        "Returner en overlevering som ikke hører hjemme hos Arkiv.",
        title="Arkivar",
        unit="arkiv",
    ),
)


@dataclass(frozen=True)
class Arranged:
    """A recent ticket that must be there to be tried: who asked, how far it came, and what it is about.

    `place` is the requester's org unit when it matters, `service` what it must be, and `urgency` how the requester
    judged it; `until` the last stage it reaches.
    """

    until: str
    requester: str = ""
    place: str = ""
    unit: str = ""
    service: str = ""
    urgency: Urgency | None = None
    with_approval: bool = False


ARRANGED: tuple[Arranged, ...] = (
    *(Arranged("opened", place="helse-solbakken-sykehjem", with_approval=True),) * 3,
    *(Arranged("opened", place="oppvekst-barneverntjenesten", with_approval=True),) * 3,
    Arranged("opened", requester="Marit Haugen", with_approval=True),
    Arranged("begun", requester="Jonas Lie-Nilsen", unit="it"),
    Arranged("asked", requester="Jonas Lie-Nilsen", unit="eiendom"),
    Arranged("begun", requester="Fadumo Warsame", unit="lonn"),
    Arranged("asked", requester="Thea Sæther", unit="regnskap"),
    *(Arranged("asked", unit=unit) for unit in ("it", "hr", "lonn", "eiendom")),
    *(
        Arranged("handed over", unit=unit)
        for unit in ("it", "hr", "regnskap", "anskaffelse", "eiendom", "arkiv")
    ),
    *(
        Arranged("forgotten", unit=unit)
        for unit in ("it", "it", "eiendom", "regnskap", "hr", "servicesenteret")
    ),
    *(
        Arranged(until, place=place, service="meld-et-behov", urgency=urgency)
        for until, place, urgency in (
            ("opened", "helse-solbakken-sykehjem", None),
            ("begun", "oppvekst-barneverntjenesten", Urgency.HIGH),
            ("opened", "", None),
            ("handed over", "helse-solbakken-sykehjem", Urgency.LOW),
            ("opened", "", Urgency.HIGH),
            ("asked", "", None),
            ("opened", "oppvekst-barneverntjenesten", None),
        )
    ),
)
"""Laid among the tickets of the last days, in this order."""
