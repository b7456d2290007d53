"""HR og arbeidsmiljø."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("arbeidsavtale", "stilling", "kontrakt", "ansette", "ny-ansatt"),
        (
            (
                "Arbeidsavtale sendt ut med feil stillingsprosent",
                "{name} har fått arbeidsavtale med {low} prosent, men er ansatt i 100 og begynner {date}.",
                "Ny arbeidsavtale er sendt til signering til {name} og leder.",
            ),
            (
                "Endring i stilling fra {low} til 100 prosent",
                "Vi er enige om endring fra {low} prosent fra {date}. Kan dere lage avtalen?",
                "Avtalen er signert av begge, og Lønn har fått beskjed fra {date}.",
            ),
            (
                "Arbeidsavtalen til {name} mangler",
                "Avtalen er ikke kommet, og {name} begynner på mandag. Ansettelsen ble meldt for tre uker siden.",
                "Avtalen lå og ventet på lønnsplassering. Den er sendt og signert i dag.",
            ),
            (
                "Feil arbeidssted i arbeidsavtalen",
                "Det står feil arbeidssted i avtalen til {name}. Riktig er {place}.",
                "Arbeidsstedet er rettet, og ny avtale ligger til signering.",
            ),
            (
                "Forlengelse av vikariat på {place}",
                "Vikariatet til {name} skal forlenges i {count} måneder fra {date}. Stillingen er den samme.",
                "Vikariatet er forlenget, og avtalen ligger i personalmappa.",
            ),
        ),
        (
            "Er endringen avklart med tillitsvalgt?",
            "Hvilket ansvar skal lønna føres på?",
            "Skal resten av stillingen lyses ut?",
        ),
        ("Ja, drøftet {weekday}.", "Ansvar {ansvar}.", "Nei, den trekkes inn."),
        ("Sjekket ansiennitet, lønnstrinn stemmer.", "Lønn må ha dette før {date} for å rekke kjøringen."),
    ),
    Topic(
        ("permisjon", "foreldre", "ferie", "velferd"),
        (
            (
                "Permisjon uten lønn for å studere",
                "Jeg ønsker permisjon uten lønn i {low} prosent fra {date} for å studere.",
                "Permisjonen er innvilget fra {date} og registrert. Brevet ligger i personalmappa di.",
            ),
            (
                "Foreldrepermisjon fra {date}",
                "Jeg har termin {date} og lurer på hva jeg må sende inn, og når.",
                "Vi gikk gjennom det sammen. Du søker NAV først, og vi registrerer permisjonen når vedtaket er der.",
            ),
            (
                "Overføring av ferie",
                "Jeg fikk ikke tatt {count} feriedager på grunn av sykdom. Kan de overføres?",
                "{count} dager er overført til neste år.",
            ),
            (
                "Permisjon til eksamen",
                "Jeg skal opp til eksamen {weekday} og trenger fri dagen før også.",
                "Begge dagene er innvilget med lønn etter permisjonsreglementet.",
            ),
        ),
        ("Har du avklart datoene med lederen din?", "Kan du legge ved bekreftelsen fra studiestedet?"),
        ("Ja, lederen er enig.", "Den ligger ved nå."),
    ),
    Topic(
        ("syk", "nærvær", "oppfølging", "bedriftshelse", "tilrettelegging"),
        (
            (
                "Hjelp til oppfølgingsplan",
                "En ansatt hos oss har vært sykmeldt i {count} uker, og jeg trenger hjelp til oppfølgingsplanen.",
                "Planen er gått gjennom sammen med deg. Neste møte er {date}.",
            ),
            (
                "Dialogmøte for ansatt på {place}",
                "Vi skal ha dialogmøte {date} og ønsker at HR er med.",
                "HR deltar i møtet {date}, og innkallingen er sendt.",
            ),
            (
                "Arbeidsplassvurdering på {room}",
                "En kollega på {room} har nakkeplager, og vi ønsker at noen ser på arbeidsplassen.",
                "Bedriftshelsetjenesten kommer {date}, og kollegaen er kalt inn.",
            ),
            (
                "Gravid og trenger tilrettelegging",
                "Jeg er gravid og klarer ikke de tunge løftene på {place} lenger.",
                "Tilretteleggingen er avtalt med lederen og varer fram til permisjonen.",
            ),
        ),
        ("Når var siste samtale, og er den skrevet ned?", "Er den ansatte enig i at vi er med?"),
        ("Vi snakket sammen {weekday}, og notatet er delt.", "Ja, det er avtalt."),
        ("Sensitivt, bare muntlig videre.",),
        only_faults=True,
    ),
    Topic(
        ("kurs", "opplæring", "kompetanse", "seminar"),
        (
            (
                "Kurset er ikke registrert som fullført",
                "Jeg har tatt e-læringen i {system}, men det står fortsatt som ikke fullført.",
                "Kurset er registrert som fullført, og beviset ligger på siden din.",
            ),
            (
                "Førstehjelpskurs for {place}",
                "Vi er {count} ansatte på {place} som trenger førstehjelpskurs før {date}.",
                "Dere er satt opp {date} i kommunestyresalen.",
            ),
            (
                "Plass på lederopplæringen",
                "Jeg fikk ikke plass på lederopplæringen i vår. Er det nytt kull?",
                "Du står på lista for neste kull og får innkalling i god tid.",
            ),
        ),
        ("Hvilken nettleser bruker du?", "Kan gruppa komme på to ulike dager?"),
        ("Edge.", "Ja, det passer fint."),
    ),
    Topic(
        ("varsl", "konflikt", "arbeidsmiljø", "vernerunde", "vold", "avvik"),
        (
            (
                "Vernerunde på {place}",
                "Vi skal gå vernerunde {date} og mangler skjemaet og deltaker fra HR.",
                "Skjema og veiledning er sendt. HR stiller {date}.",
            ),
            (
                "Støy på arbeidsplassen",
                "Det er så mye støy fra {room} at flere har hodepine.",
                "Støymåling er gjort, og det er bestilt demping i taket.",
            ),
            (
                "Spørsmål om vold og trusler på jobb",
                "Vi har hatt {count} hendelser denne måneden. Hvordan melder vi dem riktig?",
                "Vi har gått gjennom rutinen sammen, og hendelsene er meldt.",
            ),
            (
                "Hvem er verneombud hos oss?",
                "Vi er flyttet til {place} og vet ikke hvem som er verneombud nå.",
                "Det er {name}. Oversikten på intranettet er rettet.",
            ),
        ),
        ("Er verneombudet med i dette?", "Er hendelsene meldt i avvikssystemet?"),
        ("Ja, verneombudet er orientert.", "To av dem er meldt."),
        only_faults=True,
    ),
)
