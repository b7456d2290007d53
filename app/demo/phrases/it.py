"""IT og tilganger."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("pc", "maskin", "utstyr virker"),
        (
            "PC-en er treig etter oppdateringen",
            "PC-en starter ikke",
            "Skjermen blir svart når jeg kobler til dokkingen",
            "Maskinen henger seg i {system}",
            "Får ikke lyd i møter",
            "Blå skjerm med feilkode {error}",
            "PC {asset} slår seg av av seg selv",
            "Tastaturet på {asset} skriver feil tegn",
        ),
        (
            "Siden {weekday} har PC-en brukt opptil ti minutter på å starte. Den er merket {asset}.",
            "Når jeg åpner {system}, fryser alt og jeg må holde inne av-knappen. Feilkoden er {error}.",
            "Skjermen på {room} blir svart hver gang jeg setter inn dokkingen. Uten dokking virker den.",
            "Maskinen {asset} ble oppdatert i natt og etter det får jeg ikke logget på.",
            "Batteriet på {asset} varer en halvtime. Jeg har møter på {place} hele dagen.",
            "Viften går hele tiden og maskinen er så varm at jeg ikke kan ha den på fanget.",
        ),
        (
            "Kan du si meg nummeret på merkelappen, den som begynner på FK?",
            "Skjer det også når du bruker nettverkskabel i stedet for trådløst?",
            "Når passer det at jeg kobler meg til maskinen? Det tar et kvarter.",
            "Har du prøvd å starte på nytt fra menyen, ikke bare lukket lokket?",
        ),
        (
            "Det er {asset}. Jeg er på plass til klokka 15.",
            "Ja, det skjer med kabel også.",
            "Du kan koble deg til når du vil før lunsj. Ring {phone} først.",
            "Jeg har startet på nytt tre ganger, og det er like ille.",
        ),
        (
            "Jeg har oppdatert driveren for dokkingen og startet maskinen på nytt. Den er testet sammen med deg og virker.",
            "Harddisken var full. Jeg har ryddet og flyttet filene dine til OneDrive. Nå starter den på under ett minutt.",
            "Maskinen {asset} er byttet i en ny. Den gamle er hentet på {room}.",
            "Oppdateringen fra {weekday} er trukket tilbake for denne modellen. Start på nytt, så er det i orden.",
            "Lydenheten var satt til dokkingen. Jeg viste deg hvor du velger hodesettet.",
        ),
        (
            "Samme modell som de tre sakene på {place} forrige uke.",
            "Garantien går ut {date}, bestiller bytte.",
            "Ringte, ikke svar. Prøver igjen etter lunsj.",
        ),
        only_faults=True,
    ),
    Topic(
        ("passord", "innlogging", "logge", "bankid", "totrinn"),
        (
            "Glemt passord",
            "Kontoen er låst",
            "Får ikke godkjent innloggingen på ny mobil",
            "Kommer ikke inn i {system} hjemmefra",
            "Passordet er utløpt, og jeg er på vakt",
        ),
        (
            "Jeg har vært borte i tre uker og husker ikke passordet. Brukernavnet er det samme som før.",
            "Kontoen ble låst da jeg tastet feil for tredje gang i dag tidlig.",
            "Jeg har fått ny telefon, og godkjenningen kommer fortsatt til den gamle.",
            "Jeg får beskjed om at passordet er utløpt når jeg skal dokumentere i {system}.",
            "Jeg kommer inn på kontoret, men ikke når jeg sitter hjemme. Det står feil {error}.",
        ),
        (
            "Jeg må være sikker på at det er deg. Kan lederen din bekrefte det, eller kan du komme innom?",
            "Hvilken telefon har du nå, og virker SMS på den?",
            "Får du samme feil i nettleseren på telefonen?",
        ),
        (
            "Lederen min sitter ved siden av meg, du kan ringe {phone}.",
            "Det er en iPhone, og SMS kommer fram.",
            "Ja, samme feil der.",
        ),
        (
            "Passordet er nullstilt, og du har laget et nytt på telefonen sammen med meg.",
            "Kontoen er låst opp. Den ble låst fordi en gammel nettbrett-innlogging prøvde i bakgrunnen.",
            "Den nye telefonen er registrert som godkjenner, og den gamle er fjernet.",
            "Du sto uten lisens for innlogging utenfra. Nå er den på plass.",
        ),
        ("Bekreftet identitet ved tilbakeringing til registrert nummer.",),
        only_faults=True,
    ),
    Topic(
        ("tilgang", "fagsystem", "mappe", "rettighet", "lisens", "program"),
        (
            "Tilgang til {system} for {name}",
            "{name} mangler tilgang til fellesmappa",
            "Ny ansatt på {place} trenger {system}",
            "Tilgangen til {system} forsvant",
            "Kan jeg få lese-tilgang i {system}?",
            "Trenger lisens til {system}",
        ),
        (
            "{name} begynte hos oss forrige uke og får ikke åpnet {system}. Tilgangen skal være den samme som for resten av gruppa på {place}.",
            "Etter at jeg byttet avdeling, er {system} borte fra startmenyen.",
            "Vi trenger lese-tilgang til {system} for {count} personer på {place}. Navnene står nederst.",
            "Vikaren vår {name} skal føre timer fra {date}, men kommer ikke inn.",
            "Jeg har overtatt ansvaret for {ansvar} og trenger å se rapportene i {system}.",
        ),
        (
            "Hvilken rolle gjelder det, bare lese eller også registrere?",
            "Hvor lenge skal tilgangen vare?",
            "Er det {place} eller hele området?",
        ),
        ("Registrere, som de andre på avdelingen.", "Ut vikariatet, til {date}.", "Bare {place}."),
        (
            "Tilgangen til {system} er lagt inn og virker fra neste innlogging.",
            "{name} er lagt i gruppa for {place}. Logg av og på en gang.",
            "Tilgangen er gitt til {date} og går ut av seg selv.",
            "Rollen manglet etter byttet av avdeling. Den er tilbake, og lederen er varslet.",
        ),
        (
            "Systemeier har sagt ja på e-post.",
            "Ligger i feil gruppe i katalogen, rettet.",
            "Lisensene for {system} er brukt opp, to igjen etter dette.",
        ),
    ),
    Topic(
        ("mobil", "telefon", "nettbrett", "ipad", "abonnement", "sim"),
        (
            "Mobilen har ingen dekning",
            "Nytt SIM-kort til vakttelefonen",
            "Skjermen på nettbrettet er knust",
            "Får ikke e-post på mobilen",
            "Vakttelefonen på {place} ringer ikke ut",
        ),
        (
            "Vakttelefonen på {place} har vært uten nett siden {weekday}. Vi bruker en privat telefon så lenge.",
            "Nettbrettet vi bruker på hjemmebesøk falt i bakken, og halve skjermen er død. Merket {asset}.",
            "Etter oppdateringen kommer det ikke e-post på mobilen. Kalenderen virker.",
            "{name} trenger SIM-kort med data til måleren på {room}.",
        ),
        (
            "Har du prøvd å slå av og på flymodus?",
            "Hva er nummeret på telefonen?",
            "Er nettbrettet i kofferten med deksel?",
        ),
        ("Ja, det hjalp ikke.", "Nummeret er {phone}.", "Ja, men glasset er helt knust."),
        (
            "SIM-kortet er byttet og testet. Nummeret er det samme.",
            "Nytt nettbrett er lagt klart i IT-skranken, merket {asset}.",
            "E-postprofilen er lagt inn på nytt, og alt er synkronisert.",
            "Leverandøren hadde feil på basestasjonen. Den er rettet, og dekningen er tilbake.",
        ),
        only_faults=True,
    ),
    Topic(
        ("skriver", "utskrift", "print", "skann"),
        (
            "Skriveren på {room} skriver ikke ut",
            "Papiret setter seg fast i skriveren",
            "Tom for toner på {place}",
            "Skann til e-post virker ikke",
            "Følg meg-utskrift kommer ikke",
        ),
        (
            "Skriveren på {room} viser {error} og alle utskrifter blir liggende i køen.",
            "Vi er tomme for svart toner, og det er ikke mer i skapet.",
            "Når jeg skanner til e-post, kommer det ingenting fram. Det har vært slik siden {weekday}.",
            "Kortet mitt blir ikke lest av skriveren på {place}.",
        ),
        ("Hva står det på skjermen på skriveren?", "Gjelder det bare deg, eller alle på {place}?"),
        ("Det står {error}.", "Det gjelder alle her."),
        (
            "Utskriftskøen var stoppet. Jeg har startet den på nytt, og de {count} jobbene er skrevet ut.",
            "Toner er sendt med internposten, og det ligger en ekstra i skapet.",
            "Skriveren har fått nytt adgangspunkt, og skanning virker igjen.",
            "Teknikeren byttet mateenheten {weekday}.",
        ),
        only_faults=True,
    ),
    Topic(
        ("nett", "wifi", "trådløs", "driftsstans", "nede", "kritisk"),
        (
            "Hele avdelingen kommer ikke inn i {system}",
            "Trådløst nett er nede på {place}",
            "Nettet faller ut på {room}",
            "Alarmtelefonen mister nettet",
            "Ingen får skrevet ut eller logget på",
        ),
        (
            "Ingen på {place} kommer inn i {system} siden klokka {clock}. Vi fører på papir.",
            "Det trådløse nettet er borte i hele 2. etasje. Kablet nett virker.",
            "Nettet kommer og går på {room}, omtrent hvert femte minutt.",
            "{count} ansatte står uten nett. Vi har tatt i bruk nødrutinen.",
        ),
        ("Virker det på mobilnettet?", "Lyser det grønt på boksen i taket?", "Er det alle i bygget?"),
        ("Ja, over mobilnettet går det.", "Den lyser rødt.", "Alle, også naboavdelingen."),
        (
            "En svitsj i {place} hadde mistet strømmen. Den er byttet, og nettet er oppe.",
            "Feilen lå hos leverandøren av {system} og er rettet. Alle kommer inn.",
            "Adgangspunktet i taket er byttet.",
            "Sertifikatet var utløpt. Nytt er lagt inn, og vi har satt varsel for neste gang.",
        ),
        ("Overvåkingen viser bortfall fra klokka {clock}.", "Varslet beredskap, felles melding er lagt ut."),
        only_faults=True,
    ),
)
