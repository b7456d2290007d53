"""The sentence for every code of `app/errors.py`, in bokmål; the .po files hold the other two languages."""

from __future__ import annotations

from app.web.i18n import _, say

TITLES: dict[int, str] = {
    400: _("Forespørselen kan ikke leses"),
    401: _("Du må logge inn"),
    403: _("Du har ikke lov til dette"),
    404: _("Vi finner ikke det du leter etter"),
    405: _("Dette kan ikke gjøres her"),
    406: _("Svaret finnes ikke i det formatet"),
    409: _("Det passer ikke med slik det er nå"),
    412: _("Noen har endret dette siden du leste det"),
    413: _("Det du sender, er for stort"),
    415: _("Filtypen kan ikke brukes her"),
    422: _("Noe må rettes"),
    428: _("Vi må vite hva du har lest"),
    429: _("For mange forespørsler på kort tid"),
    500: _("Noe gikk galt hos oss"),
    503: _("Tjenesten er opptatt"),
}

SENTENCES: dict[str, str] = {
    "not_found": _("Det finnes ikke, eller det er ikke åpent for deg."),
    "not_signed_in": _("Logg inn og prøv igjen."),
    "sign_in.not_recent": _(
        "Dette må gjøres av en som nettopp har vist hvem de er. Logg inn på nytt, så kommer du tilbake hit."
    ),
    "sign_in.only_oneself": _(
        "Dette gjelder arbeidet ditt. Logg inn med kommunens pålogging for å gjøre det."
    ),
    "sign_in.expired": _(
        "Innloggingen ble ikke fullført i tide, eller den begynte i en annen nettleser. Prøv en gang til."
    ),
    "sign_in.stopped": _("Du avbrøt innloggingen, eller den ble ikke godtatt der du logger inn."),
    "sign_in.refused": _("Svaret fra innloggingen kunne ikke godtas. Prøv en gang til."),
    "sign_in.too_weak": _("Du må logge inn på et høyere sikkerhetsnivå for å komme inn her."),
    "sign_in.unknown": _(
        "Innloggingen gikk bra, men vi finner deg ikke blant dem som kan bruke denne portalen."
    ),
    "sign_in.ended": _("Tilgangen din er avsluttet."),
    "sign_in.other_person": _(
        "Du logget inn som en annen enn den du var. Logg ut først, om det var meningen."
    ),
    "sign_in.not_anew": _("Innloggingen bekreftet ikke på nytt hvem du er. Prøv en gang til."),
    "sign_in.issuer_away": _("Vi får ikke kontakt med innloggingen akkurat nå. Prøv igjen om et øyeblikk."),
    "sign_in.groups_unread": _(
        "Vi fikk ikke lest hvilke grupper du er med i, og slipper deg ikke inn med halve tilganger. "
        "Prøv igjen om et øyeblikk."
    ),
    "too_many_requests": _("Du har spurt for mange ganger på kort tid. Prøv igjen om %(seconds)s sekunder."),
    "identity.taken": _("Identiteten er alt knyttet til en person."),
    "system.known_already": _("Systemet er registrert fra før."),
    "token.scope": _("Nøkkelen du bruker, gir ikke rett til dette. Den mangler «%(scope)s»."),
    "csrf": _("Siden var åpen for lenge eller kom fra et annet sted. Last den på nytt og prøv igjen."),
    "stale": _("Les den på nytt, og gjør endringen din én gang til."),
    "version_required": _("Send If-Match med ETag-en du leste, så ingen overskriver andres endringer."),
    "bad_cursor": _("Denne siden av lista finnes ikke lenger. Begynn på første side."),
    "idempotency.missing": _("Send Idempotency-Key, så en gjentatt forespørsel ikke lager to."),
    "idempotency.bad_key": _("Idempotency-Key må være 1 til 200 vanlige tegn."),
    "idempotency.other_body": _("Idempotency-Key er brukt før, med et annet innhold."),
    "body.too_large": _("Det største som kan sendes her, er %(max)s."),
    "body.bad_json": _("Innholdet er ikke gyldig JSON."),
    "body.too_deep": _("JSON-en har for mange nivåer."),
    "body.duplicate_key": _("Samme nøkkel står to ganger i JSON-en."),
    "body.bad_encoding": _("Teksten er ikke gyldig UTF-8."),
    "body.bad_character": _("Teksten inneholder tegn som ikke kan lagres."),
    "body.bad_number": _("Et tall er for stort eller ikke et tall."),
    "body.bad_form": _("Skjemaet kan ikke leses."),
    "url.bad": _("Adressen inneholder tegn som ikke kan brukes."),
    "request.bad": _("Forespørselen kan ikke leses."),
    "request.invalid": _("Se feltene som er nevnt."),
    "bad_value": _("En verdi er utenfor det som kan lagres."),
    "conflict": _("Det finnes allerede, eller det er endret samtidig. Les på nytt og prøv igjen."),
    "busy": _("Vi har mye å gjøre akkurat nå. Prøv igjen om et øyeblikk."),
    "unexpected": _("Feilen er notert. Prøv igjen, eller ring oss hvis det haster."),
    "catalogue.nothing_published": _("Tjenestekatalogen er ikke publisert ennå."),
    "access.not_lacking": _("Dette kan ikke bestilles nå: det er bestilt alt, eller noe mangler først."),
    "access.not_too_much": _("Dette kan ikke tas bort nå: det er bestilt alt, eller det skal være der."),
    "access.no_orders": _("Kommunen har ikke sagt hvordan tilganger bestilles."),
    "access.stop_changed": _("Tallet er et annet nå. Se på det en gang til."),
    "access.move_not_allowed": _("Tilgangen er kommet for langt til at dette kan gjøres."),
    "access.leaders_only": _(
        "Oversikten over tilganger er for ledere. Dine egne står under «Mine tilganger»."
    ),
    "fresh_eyes.not_yours": _("Svarene leses av HR, og av ledere for sine egne."),
    "feed.not_yours": _("Dette er for HR og for ledere som venter på noen."),
    "feed.answered": _("Noen har svart på dette allerede."),
    "feed.known_already": _("Personen har fått ansattnummer allerede."),
    "feed.too_many_leave": _("Fila ville avsluttet flere enn grensen. Ingenting er endret."),
    "wheel.leaders_only": _("Årshjulet er for dem som leder en enhet."),
    "journeys.leaders_only": _("Dette er for ledere og for dem som bestiller for en enhet."),
    "journeys.needs_a_person": _("Stedet har ingen leder. Velg hvem som skal være nærmeste leder."),
    "journeys.not_your_place": _("Du kan ikke bestille noen ny der."),
    "journeys.no_authority_to_hire": _(
        "Bare en annen enn den som bestilte, med personalfullmakt for stedet, kan bekrefte ansettelsen."
    ),
    "journeys.under_way": _("Det er alt et forløp for denne jobben. Følg det, eller trekk det først."),
    "journeys.none_written": _("Kommunen har ikke skrevet dette forløpet ennå."),
    "payroll.lonn_only": _("Lista over lønnskjøringer er det Lønn som fører."),
    "journeys.not_confirmed": _("Ansettelsen må bekreftes først."),
    "fresh_eyes.answered": _("Du har svart på dette. Takk."),
    "journeys.not_your_person": _("Bare den som leder personen i jobben, kan melde dette."),
    "journeys.over": _("Forløpet er avsluttet."),
    "journeys.known_to_hr": _("HR-systemet kjenner ansettelsen. Da må HR rette eller avslutte den."),
    "journeys.move_has_begun": _("Den nye jobben har begynt. Meld et nytt bytte i stedet."),
    "journeys.done_in_ticket": _("Fagenheten gjør dette i saken."),
    "journeys.not_your_step": _("Dette er det en annen som gjør."),
    "journeys.closes_itself": _("Dette lukkes av seg selv når det er i orden."),
    "journeys.move_not_allowed": _("Steget er kommet for langt til at dette kan gjøres."),
    "journeys.ticket_without_solution": _("Saken ble avsluttet uten at det er gjort."),
    "agreement.two_persons": _("Du har godkjent for den andre siden. En avtale vedtas av to personer."),
    "agreement.pdf_not_installed": _(
        "PDF kan ikke lages her: tilleggene i requirements/pdf.txt eller biblioteket Pango mangler. "
        "Skriv ut siden fra nettleseren."
    ),
    "privacy.number_not_needed": _(
        "Fødselsnummer vises bare der arbeidet med saken trenger det. Det gjør ikke denne tjenesten."
    ),
    "privacy.officer_only": _("Bare personvernombudet kan be om innsyn for andre."),
    "privacy.own_insight": _("Du kan ikke gå gjennom innsyn i opplysninger om deg selv."),
    "privacy.insight_under_way": _("Det er alt bedt om innsyn, og det er ikke ferdig."),
    "privacy.insight_not_under_way": _("Kravet er ferdig behandlet."),
    "privacy.not_under_review": _("Kravet er ikke til gjennomgang nå."),
    "privacy.not_all_decided": _("%(left)s ting er ikke vurdert ennå."),
    "privacy.no_file": _("Filen er ikke klar, eller den er slettet."),
    "privacy.not_all_assessed": _("Alle dokumenter må vurderes på nytt eller ferdig før du svarer."),
    "privacy.no_such_case": _("Fant ingen slik sak blant dem du kan se."),
    "privacy.no_such_person": _("Fant ingen aktiv person med det, eller flere enn én."),
    "field.not_in_text": _("Noe av det som skulle sladdes, står ikke i teksten."),
    "desk.agents_only": _("Dette er for saksbehandlere."),
    "needs.agents_and_leaders": _("Lista over behov er for saksbehandlere og ledere."),
    "oversight.officers_only": _(
        "Sikkerhetsloggen er for personvernombudet og den som har ansvar for sikkerheten."
    ),
    "operations.administrators_only": _("Dette er for dem som drifter Skranke."),
    "administration.not_yourself": _(
        "Ingen endrer sin egen tilgang eller sine egne verv. En annen administrator må gjøre det."
    ),
    "administration.mottak_not_here": _(
        "Varslingsmottaket utnevnes med «skranke office» på serveren, aldri herfra."
    ),
    "administration.no_systems": _(
        "SKRANKE_SYSTEMS_AUTHORITY er ikke satt, så ingen systemer kan slippe inn."
    ),
    "field.no_scope": _("Dette vervet gjelder hele kommunen, og har ingen tjeneste."),
    "retention.archive_only": _("Dette er for personvernombudet og dem som har ansvar for arkivet."),
    "retention.nothing_due": _("Ingen saker kan slettes nå."),
    "retention.nobody_approves": _(
        "Ingen andre enn du har fagfullmakt for arkivet, og en annen må godkjenne lista."
    ),
    "retention.nothing_to_pack": _("Alle avsluttede saker med arkivplikt er pakket."),
    "retention.received_before": _("Arkivet har kvittert for denne pakken før."),
    "reporting.leads_only": _("Tallene er for dem som leder enheten."),
    "reporting.persons_off": _(
        "Tall per person er av. De kan bare slås på når formålet og tida er drøftet med de tillitsvalgte "
        "(arbeidsmiljøloven kapittel 9), og det gjelder ikke nå."
    ),
    "ticket.not_on_behalf": _("Du kan ikke bestille for denne personen."),
    "ticket.needs_a_person": _("En sak må meldes av en person."),
    "ticket.stale": _(
        "Saken er endret siden du leste den. Les den på nytt, og gjør endringen din én gang til."
    ),
    "ticket.move_not_allowed": _("Saken er kommet for langt til at dette kan gjøres."),
    "ticket.not_open": _("Saken er ikke åpen."),
    "ticket.closed": _("Saken er avsluttet. Meld en ny sak om det fortsatt er noe."),
    "ticket.not_waiting": _("Saken venter ikke på noe."),
    "ticket.waits_for_approval": _("Saken venter på godkjenning. Den går videre når den er godkjent."),
    "ticket.already_handed_over": _("Saken er alt tilbudt en annen fagenhet."),
    "ticket.no_handover": _("Saken er ikke tilbudt noen."),
    "ticket.not_offered_to_you": _("Saken er ikke tilbudt din fagenhet."),
    "ticket.other_unit": _("Saken hører til en annen fagenhet."),
    "ticket.was_approved": _(
        "Noen er bedt om å godkjenne saken slik den er. Da kan den ikke bli en annen tjeneste."
    ),
    "ticket.own_case": _("Ingen kan behandle sin egen sak."),
    "glass.agents_only": _("Nødtilgang er for saksbehandlere."),
    "glass.not_needed": _("Du ser denne saken uten nødtilgang."),
    "habilitet.near_tie": _("Du har et nært forhold til den saken gjelder, og kan ikke behandle den."),
    "habilitet.own_leader": _("Saken gjelder din egen leder. Da kan du ikke behandle den."),
    "ticket.is_a_report": _(
        "Dette ser ut som et varsel, og det skal ikke stå i en vanlig sak. Send det på /varsling, der bare "
        "varslingsmottaket leser det, også anonymt. Er det noe annet, velg tjenesten det gjelder."
    ),
    "whistleblowing.somebody_must_read": _(
        "Minst én i mottaket må kunne lese varselet. Du kan også varsle til Arbeidstilsynet."
    ),
    "whistleblowing.not_closed": _("Varselet er ikke avsluttet, og kan ikke slettes."),
    "whistleblowing.not_due": _("Varselet har ikke stått så lenge det skal. Det kan ikke slettes ennå."),
    "whistleblowing.closed": _("Varselet er avsluttet. Send et nytt varsel om det har skjedd noe mer."),
    "ticket.not_your_agreement": _("Bare lederen for fagenheten kan la en annen versjon av avtalen gjelde."),
    "ticket.no_mandate": _("Førstelinja har ikke fullmakt til å løse dette selv. Send saken til fagenheten."),
    "ticket.unit_has_begun": _("Fagenheten har begynt på saken. Skriv et notat, eller snakk med dem."),
    "ticket.only_the_requester": _("Bare den som har meldt saken, kan gjøre dette."),
    "ticket.reopen_too_late": _("Det er for sent å åpne saken igjen. Meld en ny sak."),
    "attachment.empty": _("Fila er tom."),
    "attachment.too_large": _("Fila er for stor. Det største er %(max)s."),
    "attachment.bad_name": _("Fila har et navn som ikke kan brukes. Gi den et annet navn."),
    "attachment.type_not_allowed": _("Denne typen fil tar vi ikke imot. Du kan bruke %(allowed)s."),
    "attachment.not_what_it_says": _("Innholdet i fila er noe annet enn navnet sier."),
    "field.unknown_file": _("Fila er borte eller brukt alt. Legg den ved på nytt."),
    "approval.already_decided": _("Det er allerede svart på dette."),
    "approval.changed_since_asked": _("Bestillingen er endret etter at du ble spurt. Les den på nytt."),
    "approval.reason_needed": _("Skriv hvorfor du avslår."),
    "approval.no_authority": _("Du har ikke fullmakt til å godkjenne dette."),
    "approval.own_request": _("Ingen kan godkjenne sin egen bestilling."),
    "http.405": _("Adressen finnes, men ikke for denne metoden."),
    # One field of a request
    "field.required": _("Fyll ut dette feltet."),
    "field.unknown": _("Dette feltet finnes ikke."),
    "field.too_long": _("Teksten er for lang."),
    "field.too_short": _("Teksten er for kort."),
    "field.too_large": _("Tallet er for stort."),
    "field.too_small": _("Tallet er for lite."),
    "field.too_many": _("Det er for mange her."),
    "field.not_number": _("Skriv et tall."),
    "field.closes_after_it_pays": _("Fristen må være før utbetalingen, og ikke mer enn tre måneder før."),
    "field.not_email": _("Skriv en e-postadresse, som navn@eksempel.no."),
    "field.not_phone": _("Skriv et telefonnummer, med åtte sifre eller flere."),
    "field.not_date": _("Skriv en dato."),
    "field.not_text": _("Skriv en tekst."),
    "field.not_yes_no": _("Svar ja eller nei."),
    "field.not_choice": _("Velg et av alternativene."),
    "field.invalid": _("Verdien kan ikke brukes."),
    "field.not_a_choice": _("Velg et av alternativene."),
    "field.not_found": _("Vi fant ikke dette. Velg fra lista."),
    "field.no_match": _("Vi fant ingen med dette navnet. Prøv å skrive mindre av det."),
    "field.choose_one": _("Navnet passer på flere. Velg hvem eller hva du mener."),
    "field.unknown_field": _("Dette feltet finnes ikke."),
    "field.wrong_type": _("Svaret har feil form."),
    "field.too_few": _("Velg minst %(min)s."),
    "field.not_a_date": _("Skriv datoen som 24.12.2026."),
    "field.date_too_early": _("Datoen kan ikke være før %(limit)s."),
    "field.date_too_late": _("Datoen kan ikke være etter %(limit)s."),
    "field.unaccounted": _("Skriv dette også, hver på sin linje: %(what)s."),
    "field.not_a_number": _("Skriv et helt tall."),
    "field.not_an_amount": _("Skriv et beløp, for eksempel 1250,50."),
    "field.not_allowed_characters": _("Teksten inneholder tegn som ikke kan brukes."),
    "field.discussed_first": _("Det må være drøftet før det begynner å gjelde."),
    "field.ends_before_it_begins": _("Det kan ikke slutte før det begynner, eller på en dag som har vært."),
    "field.not_the_last_shift": _("Siste vakt slutter på siste dag, eller før kl. 12 dagen etter."),
    "field.half_a_year_at_most": _("Høyst et halvt år. Skal det vare lenger, må det drøftes på nytt."),
    "access.not_ending": _("Denne tilgangen går ikke ut av seg selv nå."),
    "access.owner_decides": _("Den som eier systemet, må si ja. Bestill tilgangen på nytt."),
    "field.not_teams_address": _(
        "Dette er ikke en adresse fra Teams. Kopier hele adressen, fra https:// og ut."
    ),
    "field.in_the_past_or_far": _("Velg en dag fra i morgen og høyst et år fram."),
    "deputy.bad_period": _(
        "Siste dag kan ikke være før den første, ha vært, eller ligge mer enn et år etter."
    ),
    "deputy.must_be_acting": _("Personalsaker følger bare den som er konstituert."),
    "deputy.lacks_authority": _("Stedfortrederen har ikke selv en slik fullmakt."),
    "task.ended": _("Oppgaven er gjort, eller den trengs ikke lenger."),
    "task.done_where_it_is": _("Denne oppgaven blir ferdig når det den gjelder, er gjort."),
    "task.needs_authority": _("Dette krever en fullmakt. Velg en stedfortreder om du er borte."),
    "task.personnel": _("Personaloppgaver kan ikke gis videre."),
    "task.not_yours_to_pass_on": _("Bare den oppgaven gjelder, kan gi den videre."),
    "task.not_delegated": _("Oppgaven er ikke gitt til noen andre."),
    "task.handed_over": _("Servicesenteret har fått oppgaven alt."),
    "task.no_centre": _("Kommunen har ikke sagt hvem som tar imot slike oppgaver."),
    "approval.being_answered": _("En annen har nettopp svart."),
    "approval.too_late_to_undo": _("Svaret gjelder alt, og kan ikke angres."),
    "field.twice": _("Samme nøkkel står to ganger."),
    "reporting.not_yours": _("Dette er for dem som eier tjenestene."),
    "access.review_closed": _("Gjennomgangen er gjort alt."),
    "access.review_changed": _("Noe er endret siden du åpnet siden. Last den på nytt."),
    "access.review_incomplete": _("Svar på alt det spørres om."),
    "field.name_needed": _("Skriv hva nøkkelen skal brukes til."),
    "field.in_the_past": _("Velg et tidspunkt som ikke har vært."),
    "field.unknown_unit": _("Fagenheten finnes ikke."),
    "field.unknown_ticket": _("Saken finnes ikke."),
    "field.unknown_service": _("Tjenesten finnes ikke."),
    "field.unknown_person": _("Personen finnes ikke, eller har sluttet."),
    "field.unknown_version": _("Versjonen finnes ikke, eller den er ikke vedtatt."),
    "field.already_there": _("Saken er der allerede."),
    "field.must_be_ordered": _("Denne tjenesten må bestilles med sitt eget skjema."),
    "field.nobody_can_approve": _(
        "Ingen har fullmakt til å godkjenne for dette ansvaret. Ring oss, så hjelper vi."
    ),
    "field.own_case": _("Ingen kan behandle sin egen sak."),
    "field.not_yourself": _("Velg en annen enn deg selv."),
    "field.cannot_take": _("Denne personen kan ikke ta saken. Velg en annen."),
    "field.not_in_unit": _("Personen er ikke saksbehandler i fagenheten."),
}

VALIDATION_CODES: dict[str, str] = {
    "missing": "field.required",
    "extra_forbidden": "field.unknown",
    "string_too_long": "field.too_long",
    "string_too_short": "field.too_short",
    "too_long": "field.too_many",
    "less_than": "field.too_large",
    "less_than_equal": "field.too_large",
    "greater_than": "field.too_small",
    "greater_than_equal": "field.too_small",
    "int_parsing": "field.not_number",
    "int_type": "field.not_number",
    "int_from_float": "field.not_number",
    "int_parsing_size": "field.too_large",
    "decimal_parsing": "field.not_number",
    "decimal_type": "field.not_number",
    "string_type": "field.not_text",
    "bool_parsing": "field.not_yes_no",
    "bool_type": "field.not_yes_no",
    "enum": "field.not_choice",
    "literal_error": "field.not_choice",
    "date_from_datetime_parsing": "field.not_date",
    "date_parsing": "field.not_date",
    "datetime_parsing": "field.not_date",
    "datetime_from_date_parsing": "field.not_date",
}
"""Pydantic's kinds of error -> ours."""


def title_of(status: int, language: str) -> str:
    return say(language, TITLES.get(status, TITLES[400] if status < 500 else TITLES[500]))


def sentence_of(code: str, language: str, params: dict[str, object] | None = None) -> str | None:
    """None for a code without a sentence; the title then says it alone."""
    text = SENTENCES.get(code)
    if text is None:
        return None
    try:
        return say(language, text, **params) if params else say(language, text)
    except (KeyError, TypeError, ValueError):
        # Whoever raised it left out a parameter: the unfilled sentence beats an error about an error.
        return say(language, text)
