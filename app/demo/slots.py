"""What stands in the slots of a sentence: drawn when first used, and then the same for the whole ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from app.demo.names import spaced

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
]
SYSTEMS = (
    "journalsystemet",
    "turnusprogrammet",
    "lønnssystemet",
    "økonomisystemet",
    "sak- og arkivsystemet",
    "barnehagesystemet",
    "skoleplattformen",
    "kartløsningen",
    "byggesakssystemet",
    "barnevernssystemet",
    "avvikssystemet",
    "kvalitetssystemet",
    "biblioteksystemet",
    "rombestillingen",
    "HR-portalen",
    "fagsystemet for hjemmetjenesten",
    "pasientvarslingen",
    "legemiddelsystemet",
    "Teams",
    "OneDrive",
    "Outlook",
    "Excel",
    "fakturaportalen",
    "kompetanseportalen",
)
VENDORS = (
    "Nordvik Kontor AS",
    "Fjordvik Elektro AS",
    "Brønn og Rør AS",
    "Vestbygg Fjordvik AS",
    "Kaia Glass AS",
    "Solvang Møbler AS",
    "Lynvik Data AS",
    "Strandskogen Papir AS",
    "Nærbud Fjordvik AS",
    "Heis og Port Vest AS",
    "Lindås Lås AS",
    "Havbris Ventilasjon AS",
    "Grønt Uterom AS",
    "Fjordmat Engros AS",
    "Medivest AS",
    "Rent Bygg Fjordvik AS",
    "Skiltmakeren Vågen AS",
    "Tveit Transport AS",
    "Åsen Snekkerverksted AS",
    "Bølgen Telekom AS",
)
ITEMS = (
    "kontorstoler",
    "arbeidstøy",
    "engangshansker",
    "lekeapparater",
    "blekkpatroner",
    "skolebøker",
    "sengetøy",
    "rullestoler",
    "musikkinstrumenter",
    "brannslukkere",
    "kaffemaskin",
    "vikartjenester",
    "gardiner",
    "varmeskap",
    "sikkerhetsvakter",
    "drosjeturer",
    "lisenser",
    "projektor",
    "garderobeskap",
    "strøsand",
    "førstehjelpsutstyr",
    "matvarer",
    "solskjerming",
    "symaskiner",
)
PARTS = (
    "dørpumpa",
    "pakningen",
    "sluket",
    "styrekortet",
    "låskassa",
    "lysrøret",
    "motoren",
    "hengslene",
    "termostaten",
    "føleren",
    "sikringen",
    "ventilen",
)
PLACES_IN_HOUSE = (
    "garderoben",
    "kjøkkenet",
    "møterommet",
    "personalrommet",
    "vaktrommet",
    "gangen",
    "vaskerommet",
    "kopirommet",
    "gymsalen",
    "lageret",
    "verkstedet",
    "medisinrommet",
)
TOWNS = ("Bergen", "Oslo", "Stavanger", "Trondheim", "Førde", "Tromsø", "Kristiansand", "Voss")
ASSET_NUMBERS = 40_000


class Slots(dict[str, str]):
    """`me` and `place` are given; everything else is drawn on first use."""

    def __init__(
        self,
        random: Random,
        at: datetime,
        *,
        me: str,
        place: str,
        phone: str,
        ansvar: str,
        tjeneste: str,
        colleagues: list[str],
    ) -> None:
        super().__init__(me=me.split()[0], place=place, phone=spaced(phone), ansvar=ansvar, tjeneste=tjeneste)
        self.random, self.at, self.colleagues = random, at, colleagues

    def __missing__(self, key: str) -> str:
        value = self[key] = DRAWN[key](self)
        return value

    def fill(self, sentence: str) -> str:
        return sentence.format_map(self) if "{" in sentence else sentence


def written_date(at: datetime) -> str:
    return f"{at.day}. {MONTHS[at.month - 1]}"


def _room(slots: Slots) -> str:
    random = slots.random
    if random.random() < 0.45:
        return f"rom {random.randint(1, 4)}{random.randint(1, 38):02}"
    return (
        f"{random.choice(PLACES_IN_HOUSE)} i {random.randint(1, 4)}. etasje"
        if random.random() < 0.5
        else random.choice(PLACES_IN_HOUSE)
    )


def _amount(slots: Slots) -> str:
    amount = int(slots.random.lognormvariate(8.0, 1.1)) + 90
    return f"{amount:,}".replace(",", " ")


DRAWN: dict[str, Callable[[Slots], str]] = {
    "name": lambda slots: slots.random.choice(slots.colleagues),
    "room": _room,
    "weekday": lambda slots: WEEKDAYS[slots.random.randrange(5)],
    "month": lambda slots: MONTHS[(slots.at.month - 1 - slots.random.randint(0, 2)) % 12],
    "date": lambda slots: written_date(slots.at + timedelta(days=slots.random.randint(2, 40))),
    "year": lambda slots: str(slots.at.year - slots.random.randint(3, 45)),
    "clock": lambda slots: f"{slots.random.randint(8, 15)}.{slots.random.choice(('00', '15', '30', '45'))}",
    "count": lambda slots: str(slots.random.randint(2, 14)),
    "low": lambda slots: str(slots.random.choice((20, 40, 50, 60, 75, 80))),
    "temperature": lambda slots: str(slots.random.randint(9, 17)),
    "amount": _amount,
    "invoice": lambda slots: str(slots.random.randint(100_000, 999_999)),
    "error": lambda slots: f"0x{slots.random.randrange(16**4):04X}",
    "asset": lambda slots: f"FK{10_000 + slots.random.randrange(ASSET_NUMBERS)}",
    "system": lambda slots: slots.random.choice(SYSTEMS),
    "vendor": lambda slots: slots.random.choice(VENDORS),
    "item": lambda slots: slots.random.choice(ITEMS),
    "part": lambda slots: slots.random.choice(PARTS),
    "town": lambda slots: slots.random.choice(TOWNS),
}
