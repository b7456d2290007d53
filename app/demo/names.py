"""Names as people in a Norwegian municipality have them, and what is derived from a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class NamePool:
    """First names and surnames that go together; `share` is how many of a hundred people have them."""

    share: int
    first: tuple[str, ...]
    last: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    """`_` holds a double name together."""
    return tuple(word.replace("_", " ") for word in text.split())


NORWEGIAN = NamePool(
    83,
    _words(
        "Anne Inger Kari Marit Ingrid Liv Eva Hilde Nina Berit Marianne Kristin Bente Solveig Randi Astrid Silje Ida "
        "Hanne Camilla Heidi Monica Ellen Tone Maria Elisabeth Ragnhild Wenche Trine Anita Turid Linda Mari Gunn "
        "Sigrid Siri Julie Emma Nora Sofie Thea Ingvild Karoline Vilde Frida Maren Åse Åshild Øyunn Bjørg Grete "
        "Synnøve Guro Torunn Gro Unni Tove Rigmor Live Tuva Jan Per Bjørn Ole Lars Kjell Knut Arne Svein Thomas Hans "
        "Geir Tor Morten Terje Odd Erik Martin Andreas John Anders Rune Trond Tore Daniel Kristian Fredrik Jon Marius "
        "Magnus Stian Espen Øyvind Håkon Sindre Eirik Henrik Jonas Kåre Pål Ståle Sverre Asbjørn Torbjørn Gunnar "
        "Øystein Åsmund Håvard Vegard Sondre Steinar Roar Frode Dag Ivar Einar Leif Harald Roger Even Jørgen Bård "
        "Anne_Lise Ole_Martin Per-Arne Liv_Marit Jan_Erik Kjell-Arne Ann-Kristin May_Britt"
    ),
    _words(
        "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen "
        "Berg Haugen Hagen Johannessen Andreassen Jacobsen Halvorsen Dahl Jørgensen Henriksen Lund Sørensen Jakobsen "
        "Moen Gundersen Iversen Strand Solberg Svendsen Eide Knutsen Martinsen Paulsen Bakken Kristoffersen Mathisen "
        "Lie Amundsen Rasmussen Solheim Nygård Moe Kvamme Fossum Bøe Hauge Myhre Lunde Bråten Sæther "
        "Ødegård Åsheim Nordbø Vik Aasen Tangen Brekke Sandvik Viken Myklebust Aune Thorsen Løken Rønning Skår Høiland "
        "Tveit Østby Bjørnstad Fjeldstad Grønli Holm Engen Sletten Hovland Nesse Ramberg Flaten Kvåle Rød Øverby Ås "
        "Sønsteby Haaland Aamodt Skjelbred Vågen Storhaug Fjelde Lindås Rognstad Espeland Hjelle Lillebø Sunde Torp"
    ),
)
SAMI = NamePool(
    2,
    _words(
        "Áile Máret Ánne Elle Inga Sárá Biret Ráste Ristiina Áilu Máhtte Niillas Ánte Jovnna Mihkkal Issát Lemet Piera"
    ),
    _words(
        "Gaup Utsi Eira Hætta Buljo Somby Sara Balto Bongo Turi Anti Skum Kitti Baiaš Guttorm Mienna Jåma Kappfjell"
    ),
)
ELSEWHERE = (
    NamePool(
        3,
        _words("Katarzyna Agnieszka Małgorzata Monika Ewa Piotr Tomasz Paweł Krzysztof Marcin"),
        _words("Kowalska Nowak Wiśniewski Zieliński Wójcik Kamiński Lewandowska Dąbrowska"),
    ),
    NamePool(
        2,
        _words("Amina Fadumo Hodan Ayaan Sahra Abdi Mohamed Yusuf Khadar Liban"),
        _words("Farah Warsame Abdi Hassan Ali Jama Omar Osman"),
    ),
    NamePool(
        2,
        _words("Samira Layla Rana Noor Hala Omar Bilal Karim Yousef Tariq"),
        _words("Haddad Al-Khatib Darwish Mansour Khalil Saleh Aziz Nasser"),
    ),
    NamePool(
        2,
        _words("Olena Iryna Oksana Natalia Kateryna Andrii Serhii Dmytro"),
        _words("Kovalenko Shevchenko Bondarenko Tkachenko Melnyk Kravchenko"),
    ),
    NamePool(
        1,
        _words("Selam Luwam Rahel Senait Yonas Filmon Tesfay Biniam"),
        _words("Tesfamariam Ghebremedhin Habte Tekle Woldu Berhane"),
    ),
    NamePool(2, _words("Linh Thuy Mai Huong Minh Tuan Duc Hai"), _words("Nguyen Tran Le Pham Vo Dang Bui")),
    NamePool(
        2,
        _words("Ayesha Sadia Nadia Imran Asif Usman Adeel Zainab"),
        _words("Khan Hussain Ahmed Iqbal Malik Mahmood Butt"),
    ),
    NamePool(
        1,
        _words("Maricel Jocelyn Rowena Cherry Jomar Rodel Analyn"),
        _words("Santos Reyes Cruz Bautista Villanueva Ramos"),
    ),
)
POOLS = (NORWEGIAN, SAMI, *ELSEWHERE)
_SHARES = tuple(pool.share for pool in POOLS)

_PLAIN = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "đ": "d", "ŋ": "n", "ŧ": "t", "ł": "l", " ": ".", "'": ""}
)


def draw_name(random: Random) -> str:
    pool = random.choices(POOLS, _SHARES)[0]
    last = random.choice(pool.last)
    if pool is NORWEGIAN and random.random() < 0.07:
        second = random.choice(pool.last)
        last = last if second == last or "-" in last + second else f"{last}-{second}"
    return f"{random.choice(pool.first)} {last}"


def plain(name: str) -> str:
    """«Åse Sæther» → «ase.saether»: what an address or a key may hold."""
    folded = name.casefold().translate(_PLAIN)
    return "".join(
        c for c in unicodedata.normalize("NFD", folded) if c.isascii() and (c.isalnum() or c in ".-")
    )


def draw_phone(random: Random) -> str:
    """A mobile number, digits only; `spaced` writes it as people do."""
    return f"{random.choice('49')}{random.randrange(10_000_000):07}"


def spaced(phone: str) -> str:
    """«41234567» → «412 34 567»."""
    return f"{phone[:3]} {phone[3:5]} {phone[5:]}"
