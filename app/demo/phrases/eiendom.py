"""Eiendom og bygg."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("feil", "bygg", "vann", "lekkasje", "heis", "dor", "dør", "vindu"),
        (
            "Vannlekkasje i taket over {room}",
            "Døra til {room} går ikke igjen",
            "Tett do på {place}",
            "Heisen står",
            "Knust vindu på {room}",
            "Lyset virker ikke på {room}",
            "Løs takstein over inngangen",
        ),
        (
            "Det drypper fra taket over {room}. Vi har satt ut bøtter.",
            "Døra til {room} må dyttes hardt for å gå i lås. Den sto åpen i natt.",
            "Toalettet på {room} er tett, og det er bare ett igjen til {count} barn.",
            "Heisen på {place} har stått siden klokka {clock}. Vi har beboere i rullestol.",
            "Ei rute på {room} er knust, sannsynligvis av en ball. Det ligger glass på bakken.",
        ),
        (
            "Er det fare for at noen blir skadet?",
            "Når er det folk der så vi slipper inn?",
            "Kan du sende bilde?",
        ),
        ("Nei, vi har sperret av.", "Vi er her fra klokka 7 til 16.", "Bildet ligger ved."),
        (
            "Vaktmester har vært på {place} og byttet {part}. Alt er testet.",
            "Rørlegger fra {vendor} har tettet lekkasjen. Taket males når det er tørt.",
            "Glassmester har satt inn ny rute.",
            "Heisen er i gang igjen etter besøk av {vendor}. Feilen var {part}.",
        ),
        ("{vendor} kommer {date}.", "Samme feil som i {month}, bør inn i vedlikeholdsplanen."),
        only_faults=True,
    ),
    Topic(
        ("nokkel", "nøkkel", "kort", "adgang", "alarm"),
        (
            "Nøkkelkortet virker ikke etter bytte av avdeling",
            "Adgangskort til {name}",
            "Mistet nøkkel til {room}",
            "Alarmen går uten grunn",
            "Kode til {room}",
        ),
        (
            "Kortet mitt lyser rødt på {place} etter at jeg byttet avdeling {date}.",
            "{name} begynner {date} og trenger kort til hovedinngangen og {room}.",
            "Jeg mistet kortet på vei hjem {weekday}. Det må sperres.",
            "Alarmen på {place} har gått {count} netter på rad.",
        ),
        ("Hva er nummeret bak på kortet?", "Hvilke dører skal det gjelde?"),
        ("Nummeret er {invoice}.", "Hovedinngangen og {room}."),
        (
            "Kortet har fått riktig tilgang og virker nå.",
            "Nytt kort er klart i Servicesenteret. Ta med legitimasjon.",
            "Det gamle kortet er sperret.",
            "Føleren på {room} er byttet.",
        ),
    ),
    Topic(
        ("renhold", "avfall", "søppel", "vask"),
        (
            "Det er ikke vasket på {room}",
            "Ekstra renhold etter arrangement",
            "Tomme såpedispensere",
            "Avfallet er ikke hentet",
            "Hovedrengjøring på {place}",
        ),
        (
            "Det er ikke vasket på {room} siden {weekday}.",
            "Vi har arrangement {date} og trenger ekstra vask etterpå.",
            "Papir og matavfall på {place} ble ikke hentet denne uka. Det lukter.",
        ),
        ("Gjelder det hele {place} eller bare rommet?", "Når er lokalet ledig?"),
        ("Bare {room}.", "Etter klokka {clock}."),
        (
            "Renhold har vært der, og planen er rettet slik at {room} er med hver dag.",
            "Ekstra renhold er satt opp {date}.",
            "Avfallet er hentet, og dere er lagt inn på riktig rute.",
        ),
    ),
    Topic(
        ("varme", "kald", "ventilasjon", "inneklima", "temperatur"),
        (
            "Iskaldt på {room}",
            "Ventilasjonen bråker",
            "{temperature} grader i klasserommet",
            "Tung luft på {place}",
            "Radiatoren på {room} er kald",
        ),
        (
            "Det er {temperature} grader på {room} når vi kommer om morgenen.",
            "Ventilasjonen bråker så mye at vi ikke hører hverandre i møter på {room}.",
            "Flere får hodepine etter lunsj. Lufta står stille på {place}.",
            "Radiatorene på {room} er kalde selv om de står på fullt.",
        ),
        ("Er det kaldt hele dagen eller bare om morgenen?", "Står ventilen åpen?"),
        ("Det blir bedre etter lunsj.", "Ja, den står på 5."),
        (
            "Radiatoren er luftet og ventilen byttet. Det skal være 21 grader i morgen.",
            "Filteret i ventilasjonen er byttet, og viften er justert.",
            "Styringen sto på helg. Den er rettet.",
        ),
        only_faults=True,
    ),
    Topic(
        ("flytt", "mobel", "møbel", "rom", "kontor", "pult", "bolig"),
        (
            "Flytting av {count} kontorplasser",
            "Hev- og senkpult til {name}",
            "Stoler til {room}",
            "Bæring av arkivskap",
            "Innredning av {room}",
        ),
        (
            "Vi skal flytte {count} arbeidsplasser fra {room} til 3. etasje {date}.",
            "{name} trenger hev- og senkpult etter anbefaling fra bedriftshelsetjenesten.",
            "Vi mangler {count} stoler på {room} til foreldremøtet.",
        ),
        ("Er de nye plassene ryddet?", "Skal PC-ene flyttes også?"),
        ("Ja, alt er klart.", "Ja, IT har fått beskjed."),
        (
            "Flyttingen er gjort {date}. Restavfallet er hentet.",
            "Pulten er satt opp på {room}.",
            "Stolene er levert, og de lånte hentes etter møtet.",
        ),
    ),
)
