"""Regnskap og faktura."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("faktura", "purring", "inkasso", "ehf", "kreditnota"),
        (
            "Purring fra {vendor}, faktura er ikke mottatt",
            "Faktura {invoice} er ført på feil ansvar",
            "Inkassovarsel fra {vendor}",
            "Dobbelt faktura fra {vendor}",
            "Kreditnota mangler for {invoice}",
            "Faktura står på en som har sluttet",
        ),
        (
            "Vi har fått purring fra {vendor} på {amount} kroner, men fakturaen er aldri kommet til {place}.",
            "Faktura {invoice} skal ikke på ansvar {ansvar}. Kan den flyttes?",
            "{vendor} har sendt samme faktura to ganger, {amount} kroner hver.",
            "{name} har sluttet, og {count} fakturaer ligger igjen i korga. Hvem tar dem?",
            "Det har kommet inkassovarsel på {amount} kroner for varer vi returnerte {date}.",
        ),
        (
            "Hva står som «Deres ref» på fakturaen?",
            "Kan du sende en kopi av purringen?",
            "Hvem skal attestere?",
        ),
        ("Der står det {name}.", "Kopien ligger ved.", "Det er {name} på {place}."),
        (
            "Fakturaen lå uten referanse. Den er sendt til attestasjon hos {name}, og {vendor} har fått beskjed.",
            "Faktura {invoice} er ført om til ansvar {ansvar}.",
            "Den ene er kreditert av {vendor}.",
            "Alle {count} er flyttet til ny attestant.",
            "Inkassosaken er trukket etter at vi la fram returseddelen.",
        ),
        ("{vendor} sender fortsatt til gammelt organisasjonsnummer.", "Gebyret bestrides."),
        only_faults=True,
    ),
    Topic(
        ("kontering", "ansvar", "budsjett", "prosjekt", "kostnadssted", "rapport"),
        (
            "Nytt prosjektnummer",
            "Feil kontering på {invoice}",
            "Ansvar {ansvar} mangler i {system}",
            "Rapporten for {month} stemmer ikke",
            "Ompostering mellom to ansvar",
        ),
        (
            "Vi har fått tilskudd på {amount} kroner og trenger prosjektnummer fra {date}.",
            "Rapporten for {month} viser {amount} kroner for mye på ansvar {ansvar}.",
            "Kan {amount} kroner flyttes fra {place} til oss? Det gjaldt felles innkjøp.",
            "Vi finner ikke ansvar {ansvar} når vi skal kontere i {system}.",
        ),
        ("Hvilken tjeneste skal det føres på?", "Har leder på det andre ansvaret sagt ja?"),
        ("Tjeneste {tjeneste}.", "Ja, det er avklart {weekday}."),
        (
            "Prosjektet er opprettet, og nummeret er sendt deg. Det kan brukes fra i dag.",
            "Bilaget er omført, og rapporten stemmer når den lages på nytt i morgen.",
            "Ansvar {ansvar} er åpnet i {system}.",
        ),
    ),
    Topic(
        ("utgående", "kunde", "innfordring", "salg", "avgift", "refusjon", "utlegg"),
        (
            "Faktura til leietaker på {place}",
            "Foreldrebetaling SFO er feil",
            "Kunde har betalt to ganger",
            "Sletting av krav",
            "Utlegg på {amount} kroner",
        ),
        (
            "Leietakeren har fått faktura for {month} selv om avtalen var sagt opp.",
            "En familie har fått full pris for SFO i {month}, men har vedtak om redusert betaling.",
            "Kunden betalte {amount} kroner {date} og en gang til dagen etter.",
            "Jeg la ut {amount} kroner til felles mat på {place}. Kvitteringen ligger ved.",
        ),
        ("Har du kundenummeret?", "Når var vedtaket?"),
        ("Kundenummeret er {invoice}.", "Vedtaket er fra {date}."),
        (
            "Fakturaen er kreditert, og ny er sendt med riktig beløp.",
            "{amount} kroner er betalt tilbake til kunden.",
            "Utlegget er godkjent og utbetales med lønna.",
        ),
    ),
)
