"""Regnskap og faktura."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("faktura", "purring", "inkasso", "ehf", "kreditnota"),
        (
            (
                "Purring fra {vendor}, faktura er ikke mottatt",
                "Vi har fått purring fra {vendor} på {amount} kroner, men fakturaen er aldri kommet til {place}.",
                "Fakturaen lå uten referanse. Den er sendt til attestasjon hos {name}, og {vendor} har fått beskjed.",
            ),
            (
                "Faktura {invoice} er ført på feil ansvar",
                "Faktura {invoice} skal ikke på ansvar {ansvar}. Kan den flyttes?",
                "Faktura {invoice} er ført om til riktig ansvar.",
            ),
            (
                "Inkassovarsel fra {vendor}",
                "Det har kommet inkassovarsel på {amount} kroner for varer vi returnerte.",
                "Inkassosaken er trukket etter at vi la fram returseddelen.",
            ),
            (
                "Dobbelt faktura fra {vendor}",
                "{vendor} har sendt samme faktura to ganger, {amount} kroner hver.",
                "Den ene er kreditert av {vendor}.",
            ),
            (
                "Fakturaer står på en som har sluttet",
                "{name} har sluttet, og {count} fakturaer ligger igjen i korga. Hvem tar dem?",
                "Alle {count} er flyttet til ny attestant.",
            ),
        ),
        (
            "Hva står som «Deres ref» på fakturaen?",
            "Kan du sende en kopi av purringen?",
            "Hvem skal attestere?",
        ),
        ("Der står det {name}.", "Kopien ligger ved.", "Det er {name} på {place}."),
        ("{vendor} sender fortsatt til gammelt organisasjonsnummer.", "Gebyret bestrides."),
        only_faults=True,
    ),
    Topic(
        ("kontering", "ansvar", "budsjett", "prosjekt", "kostnadssted", "rapport"),
        (
            (
                "Nytt prosjektnummer",
                "Vi har fått tilskudd på {amount} kroner og trenger prosjektnummer fra {date}.",
                "Prosjektet er opprettet, og nummeret er sendt deg. Det kan brukes fra i dag.",
            ),
            (
                "Ansvar {ansvar} mangler i {system}",
                "Vi finner ikke ansvar {ansvar} når vi skal kontere i {system}.",
                "Ansvar {ansvar} er åpnet i {system}.",
            ),
            (
                "Rapporten for {month} stemmer ikke",
                "Rapporten for {month} viser {amount} kroner for mye på ansvar {ansvar}.",
                "Bilaget er omført, og rapporten stemmer når den lages på nytt i morgen.",
            ),
            (
                "Ompostering mellom to ansvar",
                "Kan {amount} kroner flyttes til oss på {place}? Det gjaldt felles innkjøp.",
                "{amount} kroner er omført til {ansvar}.",
            ),
        ),
        ("Hvilken tjeneste skal det føres på?", "Har leder på det andre ansvaret sagt ja?"),
        ("Tjeneste {tjeneste}.", "Ja, det er avklart {weekday}."),
    ),
    Topic(
        ("utgående", "kunde", "innfordring", "salg", "avgift", "refusjon", "utlegg"),
        (
            (
                "Leietaker på {place} har fått feil faktura",
                "Leietakeren har fått faktura for {month} selv om avtalen var sagt opp.",
                "Fakturaen er kreditert, og leietakeren har fått beskjed.",
            ),
            (
                "Foreldrebetaling SFO er feil",
                "En familie har fått full pris for SFO i {month}, men har vedtak om redusert betaling.",
                "Ny faktura er sendt med riktig beløp.",
            ),
            (
                "Kunde har betalt to ganger",
                "Kunden betalte {amount} kroner {weekday} og en gang til dagen etter.",
                "{amount} kroner er betalt tilbake til kunden.",
            ),
            (
                "Utlegg på {amount} kroner",
                "Jeg la ut {amount} kroner til felles mat på {place}. Kvitteringen ligger ved.",
                "Utlegget er godkjent og utbetales med lønna.",
            ),
        ),
        ("Har du kundenummeret?", "Når var vedtaket?"),
        ("Kundenummeret er {invoice}.", "Vedtaket er fra {date}."),
    ),
)
