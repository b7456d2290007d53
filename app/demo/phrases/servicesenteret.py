"""Servicesenteret, førstelinja."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("møterom", "moterom", "servering", "bestille", "lokale", "bil"),
        (
            (
                "Møterom til {count} personer",
                "Vi trenger møterom til {count} personer {date} fra klokka {clock}, helst i rådhuset.",
                "Formannskapssalen er bestilt {date}, og servering er meldt kantina.",
            ),
            (
                "Servering på {room}",
                "Kaffe og frukt til {count} på {room} {date}. To har nøtteallergi.",
                "Kantina leverer på {room} {date} og vet om allergien.",
            ),
            (
                "Avbestilling av møterom",
                "Møtet {date} er flyttet, så rommet kan gis til andre.",
                "Bestillingen er avlyst uten kostnad.",
            ),
            (
                "Lån av bil {date}",
                "Jeg trenger bil for befaring {date} fra klokka {clock}.",
                "Bilen kan hentes i kjelleren. Nøkkelen ligger i skranken.",
            ),
        ),
        ("Trenger dere skjerm og kamera?", "Skal det føres på ansvar {ansvar}?"),
        ("Ja, to deltar på Teams.", "Ja, det stemmer."),
    ),
    Topic(
        ("sentralbord", "telefon", "åpningstid", "nettside", "intranett", "skilt", "trykk", "profil"),
        (
            (
                "Feil åpningstid på nettsiden",
                "Det står feil åpningstid for {place} på nettsiden.",
                "Åpningstidene er rettet på nettsiden og i telefonsvareren.",
            ),
            (
                "Nytt skilt til {place}",
                "{place} har fått nytt navn og trenger skilt ved inngangen.",
                "Skiltet er bestilt og settes opp {date}.",
            ),
            (
                "Viderekobling av telefon",
                "Telefonen vår skal viderekobles til {phone} fra {date}.",
                "Viderekoblingen er satt opp og testet.",
            ),
            (
                "Trykk av {count}00 brosjyrer",
                "Vi trenger {count}00 brosjyrer til åpen dag {date}. Filen ligger ved.",
                "Brosjyrene er trykt og sendt med internposten.",
            ),
        ),
        ("Hva skal stå der?", "Hvilket papir ønsker dere?"),
        ("Mandag til fredag, 9 til 15.", "Det samme som i fjor."),
    ),
    Topic(
        ("sporsmal", "spørsmål", "hjelp", "annet", "noe-annet", "vet-ikke"),
        (
            (
                "Hvem spør jeg om {item}?",
                "Jeg er ny på {place} og vet ikke hvem som ordner {item}.",
                "Du er satt i kontakt med {name}, som har ansvar for dette.",
            ),
            (
                "Hjelp til et skjema",
                "Jeg kommer ikke videre i skjemaet. Det ber om ansvar, og jeg vet ikke hva det er.",
                "Ansvar er nummeret på budsjettet til avdelingen. Deres er {ansvar}. Vi fylte ut resten sammen.",
            ),
            (
                "Kan noen ringe meg?",
                "Kan noen ringe meg på {phone}? Det er lettere å forklare muntlig.",
                "Vi snakket sammen, og saken er ordnet på telefonen.",
            ),
        ),
        ("Gjelder det deg selv eller noen du leder?", "Når passer det at vi ringer?"),
        ("Det gjelder meg selv.", "Etter klokka {clock}."),
    ),
)
