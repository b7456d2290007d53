"""What fits every kind of matter: how people begin and end, thank, nudge, hand over and refuse."""

from __future__ import annotations

OPENINGS = (
    "",
    "",
    "",
    "Hei! ",
    "Hei. ",
    "God morgen. ",
    "Beklager hvis dette har kommet feil. ",
    "Jeg skriver på vegne av {place}. ",
    "Dette haster litt. ",
)
DETAILS = (
    "",
    "",
    "Jeg er på {place} til klokka {clock}.",
    "{name} kan også svare hvis jeg er opptatt.",
    "Vi trenger det på plass før {date}.",
    "Ansvaret vårt er {ansvar}.",
    "Jeg er lettest å få tak i på {phone}.",
    "Vi er på {room}.",
    "Jeg har spurt {name}, som sendte meg hit.",
    "Jeg har prøvd det som står på hjelpesiden.",
)
FAULT_DETAILS = (
    "Det begynte {weekday}.",
    "Vi er {count} som merker det.",
    "Det var det samme i {month}, og da ordnet det seg etter noen dager.",
)
ENDINGS = (
    "",
    "",
    "",
    "Takk!",
    "Takk for hjelpen.",
    "På forhånd takk.",
    "Mvh {me}",
    "Hilsen {me}, {place}",
    "Ring gjerne {phone}.",
    "Ha en fin dag.",
)
TAKES = (
    "Hei, jeg har tatt saken og ser på den nå.",
    "Takk for meldingen. Jeg begynner på dette i dag.",
    "Hei {me}. Vi er i gang, og du hører fra meg innen {weekday}.",
    "Saken er hos meg. Jeg gir beskjed så snart jeg vet mer.",
    "Takk, dette har vi fått inn fra flere. Vi ser på det samlet.",
)
UPDATES = (
    "Vi venter på del, og den er varslet {date}.",
    "En liten oppdatering: vi har funnet årsaken og retter den nå.",
    "Dette tar litt lenger tid enn jeg trodde. Jeg holder deg orientert.",
    "Vi har bestilt {vendor}, som kommer {date}.",
    "Saken er drøftet med {name}, og vi er enige om hvordan det løses.",
)
THANKS = (
    "Supert, takk!",
    "Tusen takk, nå virker det.",
    "Takk for rask hjelp.",
    "Fint, da vet jeg det.",
    "Takk. Si fra hvis du trenger mer fra meg.",
    "Flott. Vi har det ikke travelt.",
)
NUDGES = (
    "Hei, er det noe nytt her?",
    "Vi venter fortsatt. Når kan vi regne med svar?",
    "Nå er det {count} dager siden. Kan noen se på dette?",
    "Jeg glemte å si at det også gjelder {room}.",
    "Det skjedde igjen i dag klokka {clock}.",
)
REOPENED = (
    "Det er dessverre like galt igjen.",
    "Det virket i går, men ikke i dag.",
    "Dette er ikke løst. Det gjelder fortsatt {room}.",
    "Halvparten er i orden, men {name} mangler fortsatt.",
    "Beløpet er fortsatt feil, det skal være {amount} kroner.",
)
HANDOVERS = (
    "Dette hører til hos dere. Innmelderen er orientert.",
    "Vår del er gjort. Resten må dere ta.",
    "Kan dere overta? Det viste seg å gjelde {item}.",
    "Vi kommer ikke videre uten dere. Se notatet over.",
    "Sendes over etter avtale med {name}.",
)
RETURNS = (
    "Dette er ikke vårt. Det gjelder {item}, som dere har.",
    "Vi kan ikke gjøre noe før lederen har bekreftet. Sender tilbake.",
    "Mangler nummeret på utstyret. Spør innmelderen, så tar vi den.",
)
NOTES = (
    "Snakket med innmelderen på telefon, fikk det som manglet.",
    "Sjekket i {system}, ser riktig ut der.",
    "Ringte {phone}, ikke svar. Prøver igjen {weekday}.",
    "Ligner på saken fra {place} i {month}.",
    "Avklart med {name}.",
)
REFUSALS = (
    "Vi har ikke dekning i budsjettet i år. Ta det opp igjen i januar.",
    "Bruk det som står på lager først.",
    "Dette skal gå på fellesbudsjettet. Snakk med meg {weekday}.",
    "Vi venter til ny avtale er på plass.",
)
CONSENTS = ("", "", "", "Ok.", "Godkjent, føres på {ansvar}.", "Fint, men bare denne gangen.")
SUPPLIERS = (
    "Bestilt hos {vendor}. De har lovet {date}.",
    "Venter på tekniker fra {vendor}.",
    "Delen er i restordre hos {vendor}.",
)
UNTIL = (
    "Avtalt å ta dette {date}.",
    "Legger den til {date}, da er {name} tilbake fra ferie.",
    "Gjøres etter lønnskjøringen {date}.",
)
GOODS_SUBJECTS = ("{title} til {place}", "{title} til {name}", "{title}")
ORDER_SUBJECTS = ("{title}", "{title}, {place}")
GOODS_TEXTS = (
    "Vi trenger dette til {name}, som begynner {date}.",
    "Gjelder {place}. Det gamle er utslitt.",
    "Avklart med leder. Ønskes levert på {room}.",
    "Skal brukes av {count} ansatte på {place}.",
    "Det forrige ble levert tilbake da {name} sluttet.",
)
ORDER_TEXTS = (
    "Det gjelder {place}. Vi ønsker det ordnet før {date}.",
    "Avklart med leder. Ring {phone} hvis noe er uklart.",
    "Vi har ikke bedt om dette før, så si fra hvis noe mangler.",
    "Det haster ikke, men det er fint å få svar denne uka.",
    "Samme som vi hadde i {month}.",
)
ORDER_SOLUTIONS = (
    "Bestillingen er utført. Si fra hvis noe mangler.",
    "Dette er ordnet og gjelder fra i dag.",
    "Ferdig. Du har fått bekreftelse på e-post.",
    "Utført etter avtale med {name}.",
    "Alt er klart, og {name} har fått beskjed.",
)
PLAIN_SUBJECTS = (
    "{matter}",
    "{matter} på {place}",
    "{matter}, {room}",
    "{matter} – {name}",
    "{matter} siden {weekday}",
)
PLAIN_TEXTS = (
    "Det gjelder {matter_lower} på {place}. Vi har forsøkt å finne ut av det selv uten hell.",
    "Siden {weekday} har vi hatt dette: {matter_lower}. Det går ut over {count} personer.",
    "Vi lurer på {matter_lower}. {name} sa at dere kan hjelpe.",
    "Kort fortalt: {matter_lower}. Mer enn det vet jeg ikke, men jeg er på {room}.",
    "Sist vi spurte om dette, var i {month}. Nå er det aktuelt igjen: {matter_lower}.",
)
PLAIN_QUESTIONS = (
    "Kan du si litt mer om hva som skjer?",
    "Gjelder det bare deg eller flere på {place}?",
    "Når trenger dere svar?",
    "Hvem er kontaktperson hos dere?",
)
PLAIN_ANSWERS = (
    "Det gjelder oss alle på {place}.",
    "Vi trenger det før {date}.",
    "Kontakt {name} på {phone}.",
    "Det er bare meg.",
)
PLAIN_SOLUTIONS = (
    "Dette er ordnet og bekreftet med {name}.",
    "Vi fant feilen og har rettet den. Si fra hvis den kommer tilbake.",
    "Levert på {place} {date}.",
    "Svaret er sendt deg, og det er lagt i hjelpeartikkelen så flere finner det.",
    "Gjort. Det gjelder fra {date}.",
    "Vi snakket sammen på telefon, og du fikk vite hvordan det gjøres.",
)
