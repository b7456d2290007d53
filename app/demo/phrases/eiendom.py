"""Eiendom og bygg."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("feil", "bygg", "vann", "lekkasje", "heis", "dor", "dør", "vindu"),
        (
            (
                "Vannlekkasje i taket over {room}",
                "Det drypper fra taket over {room}. Vi har satt ut bøtter.",
                "Rørlegger fra {vendor} har tettet lekkasjen. Taket males når det er tørt.",
            ),
            (
                "Døra til {room} går ikke igjen",
                "Døra til {room} må dyttes hardt for å gå i lås. Den sto åpen i natt.",
                "Vaktmester har byttet dørpumpa. Døra går i lås av seg selv.",
            ),
            (
                "Tett do på {place}",
                "Toalettet på {room} er tett, og det er bare ett igjen til {count} personer.",
                "Rørlegger har åpnet avløpet og spylt det.",
            ),
            (
                "Heisen står",
                "Heisen på {place} har stått siden klokka {clock}. Vi har folk i rullestol.",
                "Heisen er i gang igjen etter besøk av {vendor}. Feilen var {part}.",
            ),
            (
                "Knust vindu på {room}",
                "Ei rute på {room} er knust, sannsynligvis av en ball. Det ligger glass på bakken.",
                "Glassmester har satt inn ny rute, og det er feid.",
            ),
            (
                "Løs takstein over inngangen",
                "En takstein henger løst over inngangen til {place}. Vi har sperret av.",
                "Taket er sikret, og {count} steiner er byttet.",
            ),
        ),
        (
            "Er det fare for at noen blir skadet?",
            "Når er det folk der så vi slipper inn?",
            "Kan du sende bilde?",
        ),
        ("Nei, vi har sperret av.", "Vi er her fra klokka 7 til 16.", "Bildet ligger ved."),
        ("{vendor} kommer {date}.", "Samme feil som i {month}, bør inn i vedlikeholdsplanen."),
        only_faults=True,
    ),
    Topic(
        ("nokkel", "nøkkel", "kort", "adgang", "alarm"),
        (
            (
                "Adgangskortet virker ikke etter bytte av avdeling",
                "Kortet mitt lyser rødt på {place} etter at jeg byttet avdeling.",
                "Kortet har fått riktig tilgang og virker nå.",
            ),
            (
                "Adgangskort til {name}",
                "{name} begynner {date} og trenger kort til hovedinngangen og {room}.",
                "Nytt kort er klart i Servicesenteret. Ta med legitimasjon.",
            ),
            (
                "Mistet kort",
                "Jeg mistet kortet på vei hjem {weekday}. Det må sperres.",
                "Det gamle kortet er sperret, og nytt er klart i Servicesenteret.",
            ),
            (
                "Alarmen går uten grunn",
                "Alarmen på {place} har gått {count} netter på rad.",
                "Føleren på {room} er byttet.",
            ),
        ),
        ("Hva er nummeret bak på kortet?", "Hvilke dører skal det gjelde?"),
        ("Nummeret er {invoice}.", "Hovedinngangen og {room}."),
    ),
    Topic(
        ("renhold", "avfall", "søppel", "vask"),
        (
            (
                "Det er ikke vasket på {room}",
                "Det er ikke vasket på {room} siden {weekday}.",
                "Renhold har vært der, og planen er rettet slik at {room} er med hver dag.",
            ),
            (
                "Ekstra renhold etter arrangement",
                "Vi har arrangement {date} og trenger ekstra vask etterpå.",
                "Ekstra renhold er satt opp {date}.",
            ),
            (
                "Avfallet er ikke hentet",
                "Papir og matavfall på {place} ble ikke hentet denne uka. Det lukter.",
                "Avfallet er hentet, og dere er lagt inn på riktig rute.",
            ),
        ),
        ("Gjelder det hele {place} eller bare rommet?", "Når er lokalet ledig?"),
        ("Bare {room}.", "Etter klokka {clock}."),
    ),
    Topic(
        ("varme", "kald", "ventilasjon", "inneklima", "temperatur"),
        (
            (
                "Iskaldt på {room}",
                "Det er {temperature} grader på {room} når vi kommer om morgenen.",
                "Styringen sto på helg. Den er rettet, og det skal være 21 grader i morgen.",
            ),
            (
                "Ventilasjonen bråker",
                "Ventilasjonen bråker så mye at vi ikke hører hverandre i møter på {room}.",
                "Filteret i ventilasjonen er byttet, og vifta er justert.",
            ),
            (
                "Tung luft på {place}",
                "Flere får hodepine etter lunsj. Lufta står stille på {place}.",
                "Spjeldet sto lukket. Det er åpnet, og CO2 er målt og i orden.",
            ),
            (
                "Radiatoren på {room} er kald",
                "Radiatorene på {room} er kalde selv om de står på fullt.",
                "Radiatoren er luftet og ventilen byttet.",
            ),
        ),
        ("Er det kaldt hele dagen eller bare om morgenen?", "Står ventilen åpen?"),
        ("Det blir bedre etter lunsj.", "Ja, den står på 5."),
        only_faults=True,
    ),
    Topic(
        ("flytt", "mobel", "møbel", "rom", "kontor", "pult", "bolig"),
        (
            (
                "Flytting av {count} kontorplasser",
                "Vi skal flytte {count} arbeidsplasser fra {room} til 3. etasje {date}.",
                "Flyttingen er gjort, og restavfallet er hentet.",
            ),
            (
                "Hev- og senkpult til {name}",
                "{name} trenger hev- og senkpult etter anbefaling fra bedriftshelsetjenesten.",
                "Pulten er satt opp på {room}.",
            ),
            (
                "Stoler til {room}",
                "Vi mangler {count} stoler på {room} til foreldremøtet {date}.",
                "Stolene er levert, og de lånte hentes etter møtet.",
            ),
        ),
        ("Er de nye plassene ryddet?", "Skal PC-ene flyttes også?"),
        ("Ja, alt er klart.", "Ja, IT har fått beskjed."),
    ),
)
