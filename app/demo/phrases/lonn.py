"""Lønn."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("lonn", "lønn", "utbetaling", "slipp", "tillegg", "overtid"),
        (
            (
                "Mangler overtid for {month}",
                "Jeg har ført {count} timer overtid i {month}, men ingenting står på slippen. Lederen godkjente dem {weekday}.",
                "Timene er lagt inn og kommer med neste lønn, {amount} kroner før skatt.",
            ),
            (
                "Finner ikke lønnsslippen",
                "Jeg har ikke PC på jobben og får ikke åpnet slippen på telefonen.",
                "Lønnsslippen er sendt på nytt, og jeg viste deg hvor den ligger på telefonen.",
            ),
            (
                "Helgetillegg er ikke kommet med",
                "Jeg har gått {count} helgevakter på {place} uten å få tillegg.",
                "Tilleggene manglet fordi vakta var ført på feil ansvar. Rettet, og etterbetalt {date}.",
            ),
            (
                "Trekk jeg ikke forstår",
                "Det er trukket {amount} kroner som jeg ikke vet hva er. Teksten på slippen er bare en kode.",
                "Trekket var fagforeningskontingent som kom dobbelt. Vi betaler tilbake {amount} kroner.",
            ),
            (
                "For lite utbetalt i {month}",
                "Stillingen ble økt fra {low} prosent, men lønna er den samme som før.",
                "Endringen kom etter at {month} var kjørt. Differansen kommer på neste lønn.",
            ),
            (
                "Fikk lønn for vakt jeg ikke gikk",
                "Jeg byttet vekk vakta {weekday}, men har fått lønn for den likevel.",
                "Vaktbyttet er registrert, og {amount} kroner trekkes i neste lønn etter avtale med deg.",
            ),
        ),
        (
            "Hvilke datoer gjelder det?",
            "Er timene godkjent av lederen i {system}?",
            "Kan du sende bilde av vaktplanen?",
        ),
        ("Det gjelder {date} og dagen etter.", "Ja, de ble godkjent {weekday}.", "Vaktplanen ligger ved."),
        ("Ført på ansvar {ansvar}, skulle vært på det andre.", "Etterbetaling tas i kjøringen {date}."),
        only_faults=True,
    ),
    Topic(
        ("reise", "utlegg", "kjøre", "diett"),
        (
            (
                "Reiseregning fra {month} er ikke utbetalt",
                "Jeg leverte reiseregning på {amount} kroner i {month}, men den er ikke utbetalt.",
                "Reiseregningen manglet attestasjon. Nå er den godkjent og utbetales {date}.",
            ),
            (
                "Reiseregning kom i retur",
                "Reisen til {town} ble returnert uten begrunnelse.",
                "Kvitteringen for hotellet manglet. Den er lagt ved, og regningen er godkjent.",
            ),
            (
                "Kjørebok for {month}",
                "Jeg har kjørt {count} turer med egen bil for {place} og fikk bare betalt halvparten.",
                "Resten av turene er lagt inn, {amount} kroner.",
            ),
            (
                "Feil diett på tur til {town}",
                "Jeg fikk dagdiett, men var borte over natta i {town}.",
                "Dietten er rettet etter statens satser, og {amount} kroner etterbetales.",
            ),
        ),
        ("Ligger kvitteringen ved?", "Hvilket ansvar skal den føres på?"),
        ("Kvitteringen ligger ved nå.", "Ansvar {ansvar}."),
    ),
    Topic(
        ("skatt", "skattekort", "sykepenger", "refusjon", "nav"),
        (
            (
                "Feil skattetrekk",
                "Det er trukket 50 prosent skatt, men jeg har levert skattekort.",
                "Skattekortet er hentet på nytt og gjelder fra neste lønn. For mye trukket skatt kommer tilbake da.",
            ),
            (
                "Nytt skattekort er ikke brukt",
                "Jeg har endret skattekortet til {low} prosent, og det er ikke brukt i {month}.",
                "Skattekortet er hentet på nytt og gjelder fra neste lønn.",
            ),
            (
                "Sykepenger for {month}",
                "Jeg var sykmeldt i {month} og fikk bare halv lønn.",
                "Sykepengene er beregnet på nytt, og {amount} kroner utbetales ekstra {date}.",
            ),
            (
                "Refusjon fra NAV mangler",
                "Refusjonen for {name} er ikke ført på ansvar {ansvar}, og sykefraværet var i {month}.",
                "Kravet er sendt NAV på nytt, og refusjonen føres på {ansvar} når den kommer.",
            ),
            (
                "Årsoppgaven stemmer ikke",
                "Beløpet i årsoppgaven er {amount} kroner for høyt.",
                "Årsoppgaven er rettet og sendt Skatteetaten.",
            ),
        ),
        ("Når endret du skattekortet?", "Kan du sende sykmeldingen på nytt?"),
        ("Det var {date}.", "Den er sendt inn en gang til."),
        only_faults=True,
    ),
    Topic(
        ("pensjon", "attest", "bekreftelse", "forsikring"),
        (
            (
                "Bekreftelse på ansettelse til banken",
                "Banken trenger bekreftelse på fast stilling og lønn. Helst før {date}.",
                "Bekreftelsen er sendt deg.",
            ),
            (
                "Spørsmål om AFP",
                "Jeg fyller 62 og lurer på hva AFP blir hvis jeg går ned til {low} prosent.",
                "Du har fått tid hos pensjonsrådgiver {date}.",
            ),
            (
                "Pensjon ved deltid",
                "Jeg har jobbet {low} prosent i mange år. Hva betyr det for pensjonen?",
                "Vi gikk gjennom beregningen sammen, og du fikk den på e-post.",
            ),
        ),
        ("Skal den på engelsk også?", "Når regner du med å gå av?"),
        ("Nei, norsk holder.", "Rundt {date}."),
    ),
)
