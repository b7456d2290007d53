"""HR og arbeidsmiljø."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("arbeidsavtale", "stilling", "kontrakt", "ansette", "ny-ansatt"),
        (
            "Arbeidsavtale sendt ut med feil stillingsprosent",
            "Endring i stilling fra {low} til 100 prosent",
            "Arbeidsavtalen til {name} mangler",
            "Feil startdato i arbeidsavtalen",
            "Forlengelse av vikariat på {place}",
            "Ny avtale for tilkallingsvikar",
        ),
        (
            "{name} har fått arbeidsavtale med {low} prosent, men er ansatt i 100 og begynner {date}.",
            "Vikariatet til {name} går ut {date} og skal forlenges i {count} måneder. Stillingen er den samme.",
            "Avtalen er ikke kommet, og {name} begynner på mandag. Lederen har meldt ansettelsen for tre uker siden.",
            "Det står feil arbeidssted i avtalen. Riktig er {place}.",
            "Vi er enige om endring fra {low} prosent fra {date}. Kan dere lage avtalen?",
        ),
        (
            "Er endringen avklart med tillitsvalgt?",
            "Hvilket ansvar skal lønna føres på?",
            "Skal resten av stillingen lyses ut?",
        ),
        ("Ja, drøftet {weekday}.", "Ansvar {ansvar}.", "Nei, den trekkes inn."),
        (
            "Ny arbeidsavtale er sendt til signering til {name} og leder.",
            "Avtalen er rettet og signert av begge. Lønn har fått beskjed fra {date}.",
            "Vikariatet er forlenget, og avtalen ligger i personalmappa.",
        ),
        ("Sjekket ansiennitet, lønnstrinn stemmer.", "Lønn må ha dette før {date} for å rekke kjøringen."),
    ),
    Topic(
        ("permisjon", "foreldre", "ferie", "velferd"),
        (
            "Søknad om permisjon uten lønn",
            "Foreldrepermisjon fra {date}",
            "Overføring av ferie",
            "Velferdspermisjon ved flytting",
            "Permisjon til eksamen",
        ),
        (
            "Jeg ønsker permisjon uten lønn i {low} prosent fra {date} for å studere.",
            "Jeg har termin {date} og lurer på hva jeg må sende inn, og når.",
            "Jeg fikk ikke tatt {count} feriedager på grunn av sykdom. Kan de overføres?",
            "Jeg skal opp til eksamen {weekday} og trenger fri dagen før også.",
        ),
        ("Har du avklart datoene med lederen din?", "Kan du legge ved bekreftelsen fra studiestedet?"),
        ("Ja, lederen er enig.", "Den ligger ved nå."),
        (
            "Permisjonen er innvilget fra {date} og registrert. Brevet ligger i personalmappa di.",
            "Du trenger ikke søke for velferdspermisjon. Lederen kan gi den etter reglementet § 5.",
            "{count} dager er overført til neste år.",
        ),
    ),
    Topic(
        ("syk", "nærvær", "oppfølging", "bedriftshelse", "tilrettelegging"),
        (
            "Hjelp til oppfølgingsplan",
            "Tilrettelegging etter sykemelding",
            "Dialogmøte for ansatt på {place}",
            "Gravid og trenger tilrettelegging",
            "Bestilling av bedriftshelsetjenesten",
        ),
        (
            "En ansatt hos oss har vært sykmeldt i {count} uker, og jeg trenger hjelp til oppfølgingsplanen.",
            "Vi skal ha dialogmøte {date} og ønsker at HR er med.",
            "Arbeidsplassvurdering for en kollega på {room} med nakkeplager.",
            "Jeg er gravid og klarer ikke de tunge løftene på {place} lenger.",
        ),
        ("Når var siste samtale, og er den skrevet ned?", "Er den ansatte enig i at vi er med?"),
        ("Vi snakket sammen {weekday}, og notatet er delt.", "Ja, det er avtalt."),
        (
            "Planen er gått gjennom sammen med deg. Neste møte er {date}.",
            "Bedriftshelsetjenesten kommer {date}, og du har fått kalt inn.",
            "Tilretteleggingen er avtalt og går til {date}.",
        ),
        ("Sensitivt, bare muntlig videre.",),
        only_faults=True,
    ),
    Topic(
        ("kurs", "opplæring", "kompetanse", "seminar"),
        (
            "Påmelding til lederopplæring",
            "Kurs i {system}",
            "Får ikke fullført e-læringen",
            "Kursbevis mangler",
            "Førstehjelpskurs for {place}",
        ),
        (
            "Jeg har tatt kurset i {system}, men det står fortsatt som ikke fullført.",
            "Vi er {count} ansatte på {place} som trenger førstehjelpskurs før {date}.",
            "Jeg fikk ikke plass på lederopplæringen i vår. Er det nytt kull?",
        ),
        ("Hvilken nettleser bruker du?", "Kan gruppa komme på to ulike dager?"),
        ("Edge.", "Ja, det passer fint."),
        (
            "Kurset er registrert som fullført, og beviset ligger på siden din.",
            "Dere er satt opp {date} i kommunestyresalen.",
            "Du står på lista for neste kull og får innkalling i god tid.",
        ),
    ),
    Topic(
        ("varsl", "konflikt", "arbeidsmiljø", "vernerunde", "vold", "avvik"),
        (
            "Vernerunde på {place}",
            "Støy på arbeidsplassen",
            "Spørsmål om vold og trusler på jobb",
            "Hvem er verneombud hos oss?",
        ),
        (
            "Vi skal gå vernerunde {date} og mangler skjemaet og deltaker fra HR.",
            "Det er så mye støy fra {room} at flere har hodepine.",
            "Vi har hatt {count} hendelser denne måneden. Hvordan melder vi dem riktig?",
        ),
        ("Er verneombudet med i dette?", "Er hendelsene meldt i avvikssystemet?"),
        ("Ja, verneombudet er orientert.", "To av dem er meldt."),
        (
            "Skjema og veiledning er sendt. HR stiller {date}.",
            "Støymåling er bestilt hos bedriftshelsetjenesten.",
            "Vi har gått gjennom rutinen sammen, og hendelsene er meldt.",
        ),
        only_faults=True,
    ),
)
