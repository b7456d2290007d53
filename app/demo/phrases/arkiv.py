"""Arkiv og post."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("arkiv", "journal", "sak", "innsyn", "dokument", "makuler"),
        (
            (
                "Innsynskrav i sak {invoice}",
                "Vi har fått innsynskrav i sak {invoice}, og svaret skal ut innen tre dager.",
                "Innsyn er gitt, med to linjer sladdet.",
            ),
            (
                "Dokument er journalført på feil sak",
                "Et brev fra {weekday} ligger på feil sak. Riktig er {invoice}.",
                "Dokumentet er flyttet til riktig sak, og saksbehandleren er varslet.",
            ),
            (
                "Finner ikke sak fra {year}",
                "Jeg leter etter tegningene til {place} fra {year}. De ligger ikke i {system}.",
                "Tegningene lå i bortsatt arkiv. De er skannet og sendt deg.",
            ),
            (
                "Skjerming av dokument",
                "Dokumentet i sak {invoice} har opplysninger om et barn og ligger åpent på postlista.",
                "Dokumentet er skjermet og tatt ned fra postlista.",
            ),
            (
                "Makulering på {place}",
                "Vi har {count} esker med gamle papirer på {room}. Hva skal tas vare på?",
                "Makulering er satt opp {date}. Lista over det som skal bevares, ligger ved.",
            ),
        ),
        ("Hvilken mappe mener du det skal ligge i?", "Er det noe som må skjermes?"),
        ("Saksnummeret er {invoice}.", "Ja, navnet på side to."),
        ("Hjemmel: offentleglova § 13.", "Finnes på mikrofilm, ikke digitalt."),
    ),
    Topic(
        ("post", "pakke", "frank", "svarut", "brev"),
        (
            (
                "Posten til {place} kommer feil",
                "Posten til {place} har gått til feil bygg hele uka.",
                "Internposten er rettet og går til riktig hylle fra i morgen.",
            ),
            (
                "Pakke fra {vendor} er borte",
                "Pakken fra {vendor} er registrert levert {weekday}, men ingen her har sett den.",
                "Pakken sto i varemottaket og er kjørt ut til dere.",
            ),
            (
                "SvarUt-sending feilet",
                "SvarUt-sendingen til {count} mottakere stoppet med feil {error}.",
                "Sendingen er kjørt på nytt, og alle {count} er levert.",
            ),
        ),
        ("Har du sporingsnummer?", "Hvilken postkode har dere brukt?"),
        ("Sporingsnummeret er {invoice}.", "Den som sto på det gamle skiltet."),
    ),
)
