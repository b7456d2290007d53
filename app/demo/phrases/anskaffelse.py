"""Anskaffelser."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("avtale", "rammeavtale", "leverandor", "leverandør", "innkjøp", "bestill"),
        (
            "Hvilken rammeavtale gjelder for {item}?",
            "{vendor} leverer ikke som avtalt",
            "Trenger tre tilbud på {item}",
            "Kan vi kjøpe {item} utenom avtalen?",
            "Prisene fra {vendor} stemmer ikke",
        ),
        (
            "Vi på {place} skal kjøpe {item} for rundt {amount} kroner og finner ikke ut hvilken avtale som gjelder.",
            "{vendor} har utsatt leveringen {count} ganger. Vi står uten {item}.",
            "Fakturaen fra {vendor} er {amount} kroner høyere enn prislista i avtalen.",
            "Avtalen dekker ikke {item} i den utgaven vi trenger. Hva gjør vi?",
        ),
        ("Hva er samlet verdi over fire år?", "Har dere sagt fra skriftlig til leverandøren?"),
        ("Vi anslår {amount} kroner til sammen.", "Ja, e-posten ligger ved."),
        (
            "Rammeavtalen med {vendor} gjelder. Lenke til prisliste og bestilling er sendt.",
            "Vi har tatt det opp med {vendor}, som leverer {date} og gir avslag.",
            "Kjøpet er under grensen og kan gjøres direkte. Mal for tilbud er sendt.",
        ),
        ("Tredje melding på {vendor} i år, tas i avtalemøtet {date}.",),
    ),
    Topic(
        ("behov", "digital", "konkurranse", "kunngj", "anbud"),
        (
            "Behov: enklere vaktbytte på {place}",
            "Behov: ett sted for {item}",
            "Digital signering av skjema",
            "Bistand til konkurranse om {item}",
            "Behov: oversikt over ledige rom",
        ),
        (
            "I dag ringer vi rundt for å bytte vakter. Det tar en halv dag i uka på {place}, og det blir feil i lønna.",
            "Vi fører {item} i tre regneark. Ingen vet hvilket som gjelder, og tallene må tastes på nytt i {system}.",
            "Foreldrene skriver ut, signerer og skanner. {count} skjemaer i uka kommer tilbake uleselige.",
            "Vi trenger hjelp til å lage konkurranse om {item}. Dagens avtale går ut {date}.",
        ),
        (
            "Hvor mange bruker dette, og hvor ofte?",
            "Har dere sett på {system}, som alt er i bruk på andre steder?",
        ),
        ("Omtrent {count} personer hver dag.", "Nei, vi visste ikke om det. Kan vi få se det?"),
        (
            "Behovet dekkes av {system}, som kommunen har. {place} kommer med i neste runde.",
            "Behovet står på den felles lista og vurderes {date}.",
            "Konkurransen er kunngjort, og kontrakten er klar før avtalen går ut.",
        ),
    ),
)
