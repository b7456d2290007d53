"""Servicesenteret, førstelinja."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("møterom", "moterom", "servering", "bestille", "lokale", "bil"),
        (
            "Møterom til {count} personer",
            "Servering på {room}",
            "Avbestilling av møterom {date}",
            "Skjermen på møterommet virker ikke",
            "Lån av bil {date}",
        ),
        (
            "Vi trenger møterom til {count} personer {date} fra klokka {clock}, helst i rådhuset.",
            "Kaffe og frukt til {count} på {room} {date}. To har nøtteallergi.",
            "Møtet {date} er flyttet, så rommet kan gis til andre.",
            "Jeg trenger bil for befaring på {place} {date}.",
        ),
        ("Trenger dere skjerm og kamera?", "Skal det føres på ansvar {ansvar}?"),
        ("Ja, to deltar på Teams.", "Ja, det stemmer."),
        (
            "{room} er bestilt {date}, og servering er meldt kantina.",
            "Bestillingen er avlyst uten kostnad.",
            "Bilen kan hentes i kjelleren. Nøkkelen ligger i skranken.",
        ),
    ),
    Topic(
        ("sentralbord", "telefon", "åpningstid", "nettside", "intranett", "skilt", "trykk", "profil"),
        (
            "Feil åpningstid på nettsiden",
            "Nytt skilt til {place}",
            "Viderekobling av hovednummeret",
            "Trykk av {count} brosjyrer",
            "Melding på intranettet",
        ),
        (
            "Det står feil åpningstid for {place} på nettsiden.",
            "{place} har fått nytt navn og trenger skilt ved inngangen.",
            "Telefonen vår skal viderekobles til {phone} fra {date}.",
            "Vi trenger {count} brosjyrer til åpen dag {date}. Filen ligger ved.",
        ),
        ("Hva skal stå der?", "Hvilket papir ønsker dere?"),
        ("Mandag til fredag, 9 til 15.", "Det samme som i fjor."),
        (
            "Åpningstidene er rettet på nettsiden og i telefonsvareren.",
            "Skiltet er bestilt og settes opp {date}.",
            "Viderekoblingen er satt opp og testet.",
            "Brosjyrene er trykt og sendt med internposten.",
        ),
    ),
    Topic(
        ("sporsmal", "spørsmål", "hjelp", "annet", "noe-annet", "vet-ikke"),
        (
            "Hvem spør jeg om {item}?",
            "Hjelp til et skjema",
            "Vet ikke hvor dette hører hjemme",
            "Kan noen ringe meg?",
            "Hvem har ansvar for {item} på {place}?",
        ),
        (
            "Jeg er ny på {place} og vet ikke hvem som ordner {item}.",
            "Jeg kommer ikke videre i skjemaet. Det ber om ansvar, og jeg vet ikke hva det er.",
            "Kan noen ringe meg på {phone}? Det er lettere å forklare muntlig.",
        ),
        ("Gjelder det deg selv eller noen du leder?", "Når passer det at vi ringer?"),
        ("Det gjelder meg selv.", "Etter klokka {clock}."),
        (
            "Vi fylte ut skjemaet sammen på telefonen.",
            "Ansvar er nummeret på budsjettet til avdelingen. Deres er {ansvar}.",
            "Du er satt i kontakt med {name}, som har ansvar for dette.",
        ),
    ),
)
