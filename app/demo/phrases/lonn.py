"""Lønn."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("lonn", "lønn", "utbetaling", "slipp", "tillegg", "overtid"),
        (
            "Mangler overtid for {month}",
            "Finner ikke lønnsslippen",
            "For lite utbetalt i {month}",
            "Helgetillegg er ikke kommet med",
            "Trekk jeg ikke forstår",
            "Feil timelønn i {month}",
            "Fikk lønn for vakt jeg ikke gikk",
        ),
        (
            "Jeg har ført {count} timer overtid i {month}, men ingenting står på slippen. Lederen godkjente dem {weekday}.",
            "Jeg har gått {count} helgevakter på {place} uten å få tillegg.",
            "Det er trukket {amount} kroner som jeg ikke vet hva er. Teksten på slippen er bare en kode.",
            "Jeg har ikke PC på jobben og får ikke åpnet slippen på telefonen.",
            "Stillingen ble økt fra {date}, men lønna er den samme som før.",
        ),
        (
            "Hvilke datoer gjelder det?",
            "Er timene godkjent av lederen i {system}?",
            "Kan du sende bilde av vaktplanen?",
        ),
        ("Det gjelder {date} og dagen etter.", "Ja, de ble godkjent {weekday}.", "Vaktplanen ligger ved."),
        (
            "Timene er lagt inn og kommer med neste lønn, {amount} kroner før skatt.",
            "Trekket er fagforeningskontingent som kom dobbelt. Vi betaler tilbake {amount} kroner.",
            "Lønnsslippen er sendt på nytt til Digipost, og jeg viste deg hvor den ligger.",
            "Tilleggene manglet fordi vakta var ført på feil ansvar. Rettet, og etterbetalt {date}.",
        ),
        ("Ført på ansvar {ansvar}, skulle vært på det andre.", "Etterbetaling tas i kjøringen {date}."),
        only_faults=True,
    ),
    Topic(
        ("reise", "utlegg", "kjøre", "diett"),
        (
            "Reiseregning fra {month} er ikke utbetalt",
            "Kjørebok for hjemmetjenesten",
            "Feil på diett",
            "Utlegg til kursmateriell",
            "Bompenger mangler",
        ),
        (
            "Jeg leverte reiseregning på {amount} kroner {date}, men den er ikke utbetalt.",
            "Reisen til {town} ble returnert uten begrunnelse.",
            "Jeg har kjørt {count} turer med egen bil for {place} og fikk bare betalt halvparten.",
        ),
        ("Ligger kvitteringen ved?", "Hvilket ansvar skal den føres på?"),
        ("Kvitteringen ligger ved nå.", "Ansvar {ansvar}."),
        (
            "Reiseregningen manglet attestasjon. Nå er den godkjent og utbetales {date}.",
            "Dietten er rettet etter statens satser, og {amount} kroner etterbetales.",
            "Bompengene er lagt til.",
        ),
    ),
    Topic(
        ("skatt", "skattekort", "sykepenger", "refusjon", "nav"),
        (
            "Feil skattetrekk i januar",
            "Nytt skattekort er ikke brukt",
            "Sykepenger for {month}",
            "Refusjon fra NAV mangler",
            "Årsoppgaven stemmer ikke",
        ),
        (
            "Det er trukket 50 prosent skatt, men jeg har levert skattekort.",
            "Jeg har endret skattekortet til {low} prosent, og det er ikke brukt i {month}.",
            "Jeg var sykmeldt fra {date} og fikk bare halv lønn.",
            "Beløpet i årsoppgaven er {amount} kroner for høyt.",
        ),
        ("Når endret du skattekortet?", "Kan du sende sykmeldingen på nytt?"),
        ("Det var {date}.", "Den er sendt inn en gang til."),
        (
            "Skattekortet er hentet på nytt og gjelder fra neste lønn.",
            "Sykepengene er beregnet på nytt, og {amount} kroner utbetales ekstra {date}.",
            "Årsoppgaven er rettet og sendt Skatteetaten.",
        ),
        only_faults=True,
    ),
    Topic(
        ("pensjon", "attest", "bekreftelse", "forsikring"),
        (
            "Bekreftelse på ansettelse til banken",
            "Spørsmål om AFP",
            "Pensjon ved deltid",
            "Yrkesskadeforsikring",
            "Lønnsbekreftelse til husleie",
        ),
        (
            "Banken trenger bekreftelse på fast stilling og lønn. Helst før {date}.",
            "Jeg fyller 62 og lurer på hva AFP blir hvis jeg går ned til {low} prosent.",
            "Jeg skadet ryggen på {place} og vet ikke hvem jeg melder fra til.",
        ),
        ("Skal den på engelsk også?", "Når regner du med å gå av?"),
        ("Nei, norsk holder.", "Rundt {date}."),
        (
            "Bekreftelsen er sendt deg i Digipost.",
            "Du har fått tid hos pensjonsrådgiver {date}.",
            "Skaden er meldt forsikringsselskapet med saksnummer {invoice}.",
        ),
    ),
)
