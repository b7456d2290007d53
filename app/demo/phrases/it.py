"""IT og tilganger."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("pc", "maskin", "utstyr virker"),
        (
            (
                "PC-en er treig etter oppdateringen",
                "Siden {weekday} har PC-en brukt opptil ti minutter på å starte. Den er merket {asset}.",
                "Disken var full. Jeg har ryddet og flyttet filene dine til OneDrive. Nå starter den på under ett minutt.",
            ),
            (
                "PC-en starter ikke",
                "Jeg trykker på knappen, vifta går et øyeblikk, og så er det stille. Merkelapp {asset}.",
                "Maskinen {asset} er byttet i en ny. Den gamle er hentet på {room}.",
            ),
            (
                "Skjermen blir svart når jeg kobler til dokkingen",
                "Skjermen på {room} blir svart hver gang jeg setter inn dokkingen. Uten dokking virker den.",
                "Jeg har oppdatert driveren for dokkingen sammen med deg, og begge skjermene virker.",
            ),
            (
                "Maskinen henger seg i {system}",
                "Når jeg åpner {system}, fryser alt, og jeg må holde inne av-knappen. Feilkoden er {error}.",
                "Et gammelt tillegg i {system} hang seg. Det er fjernet, og du har testet at det går.",
            ),
            (
                "Får ikke lyd i møter",
                "De andre hører ikke meg, og jeg hører ikke dem. Hodesettet virker på telefonen.",
                "Lydenheten var satt til dokkingen. Jeg viste deg hvor du velger hodesettet.",
            ),
            (
                "Blå skjerm med feilkode {error}",
                "Maskinen {asset} ble oppdatert i natt, og nå får jeg bare blå skjerm med {error}.",
                "Oppdateringen er trukket tilbake for denne modellen. Start på nytt, så er det i orden.",
            ),
            (
                "PC {asset} slår seg av av seg selv",
                "Batteriet på {asset} varer en halvtime, og så slår den seg av. Jeg har møter på {place} hele dagen.",
                "Batteriet på {asset} er byttet på garantien.",
            ),
            (
                "Tastaturet på {asset} skriver feil tegn",
                "Æ, ø og å er borte, og spørsmålstegnet er blitt en understrek.",
                "Tastaturet sto på engelsk. Det er satt til norsk, også ved innlogging.",
            ),
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
            "Samme modell som de tre sakene på {place} forrige uke.",
            "Garantien går ut {date}, bestiller bytte.",
            "Ringte, ikke svar. Prøver igjen etter lunsj.",
        ),
        only_faults=True,
    ),
    Topic(
        ("passord", "innlogging", "logge", "bankid", "totrinn"),
        (
            (
                "Glemt passord",
                "Jeg har vært borte i tre uker og husker ikke passordet. Brukernavnet er det samme som før.",
                "Passordet er nullstilt, og du har laget et nytt på telefonen sammen med meg.",
            ),
            (
                "Kontoen er låst",
                "Kontoen ble låst da jeg tastet feil for tredje gang i dag tidlig.",
                "Kontoen er låst opp. Et gammelt nettbrett prøvde å logge inn i bakgrunnen, det er fjernet.",
            ),
            (
                "Får ikke godkjent innloggingen på ny mobil",
                "Jeg har fått ny telefon, og godkjenningen kommer fortsatt til den gamle.",
                "Den nye telefonen er registrert som godkjenner, og den gamle er fjernet.",
            ),
            (
                "Kommer ikke inn i {system} hjemmefra",
                "Jeg kommer inn på kontoret, men ikke når jeg sitter hjemme. Det står feil {error}.",
                "Du manglet lisens for innlogging utenfra. Nå er den på plass.",
            ),
            (
                "Passordet er utløpt, og jeg er på vakt",
                "Jeg får beskjed om at passordet er utløpt når jeg skal dokumentere i {system}. Jeg har ikke PC.",
                "Vi byttet passordet på telefonen din. Vaktlaget fikk dokumentert med én gang.",
            ),
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
        ("Bekreftet identitet ved tilbakeringing til registrert nummer.",),
        only_faults=True,
    ),
    Topic(
        ("tilgang", "fagsystem", "mappe", "rettighet", "lisens", "program"),
        (
            (
                "Tilgang til {system} for {name}",
                "{name} begynte hos oss forrige uke og får ikke åpnet {system}. Tilgangen skal være den samme som for resten av gruppa på {place}.",
                "Tilgangen til {system} er lagt inn og virker fra neste innlogging.",
            ),
            (
                "{name} mangler tilgang til fellesmappa",
                "Alle andre på {place} kommer inn i fellesmappa, men ikke {name}.",
                "{name} er lagt i gruppa for {place}. Logg av og på en gang.",
            ),
            (
                "Ny ansatt på {place} trenger {system}",
                "Vikaren vår {name} skal føre timer fra {date}, men kommer ikke inn.",
                "Tilgangen er gitt fra {date} og går ut av seg selv når vikariatet er slutt.",
            ),
            (
                "Tilgangen til {system} forsvant",
                "Etter at jeg byttet avdeling, er {system} borte fra startmenyen.",
                "Rollen manglet etter byttet av avdeling. Den er tilbake, og lederen er varslet.",
            ),
            (
                "Kan jeg få lesetilgang i {system}?",
                "Jeg har overtatt ansvaret for {ansvar} og trenger å se rapportene i {system}.",
                "Du har fått lesetilgang til rapportene for ansvar {ansvar}.",
            ),
            (
                "Lisens til {system} for {count} personer",
                "Vi er {count} på {place} som skal ta i bruk {system}. Navnene står nederst.",
                "Lisensene er tildelt, og alle har fått e-post om hvordan de kommer i gang.",
            ),
        ),
        (
            "Hvilken rolle gjelder det, bare lese eller også registrere?",
            "Hvor lenge skal tilgangen vare?",
            "Er det {place} eller hele området?",
        ),
        ("Registrere, som de andre på avdelingen.", "Ut vikariatet, til {date}.", "Bare {place}."),
        (
            "Systemeier har sagt ja på e-post.",
            "Ligger i feil gruppe i katalogen, rettet.",
            "Lisensene for {system} er brukt opp, to igjen etter dette.",
        ),
    ),
    Topic(
        ("mobil", "telefon", "nettbrett", "ipad", "abonnement", "sim"),
        (
            (
                "Vakttelefonen har ingen dekning",
                "Vakttelefonen på {place} har vært uten nett siden {weekday}. Vi bruker en privat telefon så lenge.",
                "Leverandøren hadde feil på basestasjonen. Den er rettet, og dekningen er tilbake.",
            ),
            (
                "Nytt SIM-kort til {place}",
                "SIM-kortet i måleren på {room} er ødelagt, og vi trenger et nytt med data.",
                "SIM-kortet er byttet og testet. Nummeret er det samme.",
            ),
            (
                "Skjermen på nettbrettet er knust",
                "Nettbrettet vi bruker på hjemmebesøk, falt i bakken, og halve skjermen er død. Merket {asset}.",
                "Et nytt nettbrett er lagt klart i IT-skranken. Ta med {asset} tilbake.",
            ),
            (
                "Får ikke e-post på mobilen",
                "Etter oppdateringen kommer det ikke e-post på mobilen. Kalenderen virker.",
                "E-postprofilen er lagt inn på nytt, og alt er synkronisert.",
            ),
        ),
        (
            "Har du prøvd å slå av og på flymodus?",
            "Hva er nummeret på telefonen?",
            "Er nettbrettet i kofferten med deksel?",
        ),
        ("Ja, det hjalp ikke.", "Nummeret er {phone}.", "Ja, men glasset er helt knust."),
        only_faults=True,
    ),
    Topic(
        ("skriver", "utskrift", "print", "skann"),
        (
            (
                "Skriveren på {room} skriver ikke ut",
                "Skriveren på {room} viser {error}, og alle utskrifter blir liggende i køen.",
                "Utskriftskøen var stoppet. Den er startet på nytt, og de {count} jobbene er skrevet ut.",
            ),
            (
                "Papiret setter seg fast",
                "Papiret krøller seg hver gang vi skriver ut på begge sider på {room}.",
                "Teknikeren byttet mateenheten {weekday}.",
            ),
            (
                "Tom for toner på {place}",
                "Vi er tomme for svart toner, og det er ikke mer i skapet.",
                "Toner er sendt med internposten, og det ligger en ekstra i skapet.",
            ),
            (
                "Skann til e-post virker ikke",
                "Når jeg skanner til e-post, kommer det ingenting fram. Det har vært slik siden {weekday}.",
                "Skriveren har fått nytt passord hos e-posttjenesten, og skanning virker igjen.",
            ),
            (
                "Kortet blir ikke lest av skriveren",
                "Kortet mitt blir ikke lest av skriveren på {place}. Kollegenes kort virker.",
                "Kortet ditt var registrert på det gamle nummeret. Hold det mot leseren og logg inn én gang.",
            ),
        ),
        ("Hva står det på skjermen på skriveren?", "Gjelder det bare deg, eller alle på {place}?"),
        ("Det står {error}.", "Det gjelder alle her."),
        only_faults=True,
    ),
    Topic(
        ("nett", "wifi", "trådløs", "driftsstans", "nede", "kritisk"),
        (
            (
                "Hele avdelingen kommer ikke inn i {system}",
                "Ingen på {place} kommer inn i {system} siden klokka {clock}. Vi fører på papir.",
                "Feilen lå hos leverandøren av {system} og er rettet. Alle kommer inn.",
            ),
            (
                "Trådløst nett er nede på {place}",
                "Det trådløse nettet er borte i hele 2. etasje. Kablet nett virker.",
                "Adgangspunktet i taket er byttet, og nettet er oppe.",
            ),
            (
                "Nettet faller ut på {room}",
                "Nettet kommer og går på {room}, omtrent hvert femte minutt.",
                "En kabel var klemt bak arkivskapet. Den er byttet.",
            ),
            (
                "{count} ansatte står uten nett",
                "{count} ansatte på {place} står uten nett. Vi har tatt i bruk nødrutinen.",
                "En svitsj hadde mistet strømmen. Den er byttet, og vi har satt på varsling.",
            ),
            (
                "Sertifikatfeil i {system}",
                "Alle får beskjed om utløpt sertifikat når de åpner {system}.",
                "Sertifikatet var utløpt. Nytt er lagt inn, og vi har satt varsel for neste gang.",
            ),
        ),
        ("Virker det på mobilnettet?", "Lyser det grønt på boksen i taket?", "Er det alle i bygget?"),
        ("Ja, over mobilnettet går det.", "Den lyser rødt.", "Alle, også naboavdelingen."),
        ("Overvåkingen viser bortfall fra klokka {clock}.", "Varslet beredskap, felles melding er lagt ut."),
        only_faults=True,
    ),
)
