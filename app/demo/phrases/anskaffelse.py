"""Anskaffelser."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("avtale", "rammeavtale", "leverandor", "leverandør", "innkjøp", "bestill"),
        (
            (
                "Hvilken rammeavtale gjelder for {item}?",
                "Vi på {place} skal kjøpe {item} for rundt {amount} kroner og finner ikke ut hvilken avtale som gjelder.",
                "Rammeavtalen med {vendor} gjelder. Lenke til prisliste og bestilling er sendt.",
            ),
            (
                "{vendor} leverer ikke som avtalt",
                "{vendor} har utsatt leveringen {count} ganger. Vi står uten {item}.",
                "Vi har tatt det opp med {vendor}, som leverer {date} og gir avslag.",
            ),
            (
                "Kan vi kjøpe {item} utenom avtalen?",
                "Avtalen dekker ikke {item} i den utgaven vi trenger. Hva gjør vi?",
                "Kjøpet er under grensen og kan gjøres direkte. Mal for tilbud er sendt.",
            ),
            (
                "Prisene fra {vendor} stemmer ikke",
                "Fakturaen fra {vendor} er {amount} kroner høyere enn prislista i avtalen.",
                "{vendor} har kreditert differansen og rettet prisene i nettbutikken.",
            ),
        ),
        ("Hva er samlet verdi over fire år?", "Har dere sagt fra skriftlig til leverandøren?"),
        ("Vi anslår {amount} kroner til sammen.", "Ja, e-posten ligger ved."),
        ("Tredje melding på {vendor} i år, tas i avtalemøtet {date}.",),
    ),
    Topic(
        ("behov",),
        (
            (
                "Enklere vaktbytte på {place}",
                "I dag ringer vi rundt for å bytte vakter. Det tar en halv dag i uka på {place}, og det blir feil i lønna.",
                "Behovet dekkes av turnusprogrammet, som kommunen har. {place} kommer med i neste runde.",
            ),
            (
                "Ett sted for oversikt over {item}",
                "Vi fører {item} i tre regneark. Ingen vet hvilket som gjelder, og tallene må tastes på nytt i {system}.",
                "Behovet står på den felles lista og vurderes {date}.",
            ),
            (
                "Digital signering av skjema fra foresatte",
                "Foreldrene skriver ut, signerer og skanner. {count} skjemaer i uka kommer tilbake uleselige.",
                "Skjemaløsningen vi har, støtter signering. Dere får hjelp til å ta den i bruk {date}.",
            ),
            (
                "Slippe å taste det samme i {system} to ganger",
                "Vi registrerer det samme i {system} og i et regneark. Det tar tid, og tallene blir ulike.",
                "De to systemene er koblet sammen fra {date}.",
            ),
            (
                "Påminnelse om time på SMS",
                "Mange glemmer timen sin hos oss på {place}. Vi ringer dem én og én.",
                "Kommunen har en løsning for SMS. {place} er lagt til.",
            ),
            (
                "Felles avtale om vikarer på kort varsel",
                "Vi bruker {count} ulike byråer, og prisene er vidt forskjellige.",
                "Det blir en felles avtale for hele kommunen. Vi kommer tilbake med datoen.",
            ),
            (
                "Se hvem som er på jobb på {place}",
                "Når noen ringer, vet vi ikke hvem som er på vakt. Vi går rundt og leter.",
                "Turnusprogrammet viser det på mobil. Dere får opplæring {date}.",
            ),
            (
                "Svare raskere på spørsmål fra innbyggere",
                "Vi svarer på de samme spørsmålene hver dag. Finnes det noe som kan hjelpe oss med svarene?",
                "Behovet ses sammen med to andre på lista.",
            ),
        ),
        (
            "Hvor mange bruker dette, og hvor ofte?",
            "Har dere sett på {system}, som alt er i bruk på andre steder?",
        ),
        ("Omtrent {count} personer hver dag.", "Nei, vi visste ikke om det. Kan vi få se det?"),
        ("Ligner på et behov fra en annen avdeling. Vi bør se dem under ett.",),
    ),
    Topic(
        ("konkurranse", "kunngj", "anbud", "innkjop"),
        (
            (
                "Bistand til konkurranse om {item}",
                "Vi trenger hjelp til å lage konkurranse om {item}. Dagens avtale går ut {date}.",
                "Konkurransen er kunngjort, og kontrakten er klar før avtalen går ut.",
            ),
        ),
        (
            "Hvor mange bruker dette, og hvor ofte?",
            "Har dere sett på {system}, som alt er i bruk på andre steder?",
        ),
        ("Omtrent {count} personer hver dag.", "Nei, vi visste ikke om det. Kan vi få se det?"),
    ),
)
