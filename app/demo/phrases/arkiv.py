"""Arkiv og post."""

from __future__ import annotations

from app.demo.phrases.topic import Topic

TOPICS = (
    Topic(
        ("arkiv", "journal", "sak", "innsyn", "dokument", "makuler"),
        (
            "Innsynskrav i byggesak {invoice}",
            "Dokument er journalført på feil sak",
            "Finner ikke sak fra {year}",
            "Opprette saksmappe for {place}",
            "Skjerming av dokument",
            "Makulering på {place}",
        ),
        (
            "Vi har fått innsynskrav i sak {invoice}, og svaret skal ut innen tre dager.",
            "Brevet fra {date} ligger på feil sak. Riktig er {invoice}.",
            "Jeg leter etter tegningene til {place} fra {year}. De ligger ikke i {system}.",
            "Dokumentet har opplysninger om et barn og ligger åpent på postlista.",
            "Vi har {count} esker med gamle papirer på {room}. Hva skal tas vare på?",
        ),
        ("Hvilken mappe mener du det skal ligge i?", "Er det noe som må skjermes?"),
        ("Saksnummeret er {invoice}.", "Ja, navnet på side to."),
        (
            "Dokumentet er flyttet til riktig sak, og saksbehandleren er varslet.",
            "Tegningene lå i bortsatt arkiv. De er skannet og sendt deg.",
            "Innsyn er gitt, med to linjer sladdet.",
            "Dokumentet er skjermet og tatt ned fra postlista.",
            "Makulering er satt opp {date}. Lista over det som skal bevares, ligger ved.",
        ),
        ("Hjemmel: offentleglova § 13.", "Finnes på mikrofilm, ikke digitalt."),
    ),
    Topic(
        ("post", "pakke", "frank", "svarut", "brev"),
        (
            "Posten til {place} kommer feil",
            "Pakke fra {vendor} er borte",
            "SvarUt-sending feilet",
            "Rekommandert brev",
            "Adresse på konvolutter",
        ),
        (
            "Posten til {place} har gått til feil bygg hele uka.",
            "Pakken fra {vendor} er registrert levert {date}, men ingen her har sett den.",
            "SvarUt-sendingen til {count} mottakere stoppet med feil {error}.",
        ),
        ("Har du sporingsnummer?", "Hvilken postkode har dere brukt?"),
        ("Sporingsnummeret er {invoice}.", "Den som sto på det gamle skiltet."),
        (
            "Internposten er rettet og går til riktig hylle fra i morgen.",
            "Pakken sto i varemottaket og er kjørt ut til dere.",
            "Sendingen er kjørt på nytt, og alle {count} er levert.",
        ),
    ),
)
