from __future__ import annotations

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.conftest import BASE_URL, AsPerson
from tests.pages.portal.filling import Values, fields, fill, send

FORM = "/tjenester/bestille-pc/bestill"
ORDER: dict[str, str | list[str]] = {
    "subject": "To skjermer til skranken",
    "answers__equipment": ["screen", "dock"],
    "answers__quantity": "2",
    "answers__replaces_old": "no",
    "answers__delivery": "counter",
}


@pytest.fixture
async def alice_here(in_browser: AsPerson, session: AsyncSession, cast: Cast) -> httpx.AsyncClient:
    await session.commit()
    return in_browser(cast.alice)


async def _tickets(session: AsyncSession) -> int:
    return await session.scalar(select(func.count(Ticket.id))) or 0


async def test_the_form_knows_who_asks_and_who_pays(alice_here: httpx.AsyncClient, cast: Cast) -> None:
    values = await fill(alice_here, FORM, FORM)
    assert values["answers.for_person"] == str(cast.alice.id)
    assert values["search.for_person"] == cast.alice.name
    assert values["answers.ansvar"] == cast.solbakken.ansvar
    assert values["answers.tjeneste"] == cast.solbakken.tjeneste


async def test_a_place_is_filled_in_also_where_the_question_is_not_asked_yet(
    alice_here: httpx.AsyncClient, cast: Cast
) -> None:
    values = await fill(alice_here, FORM, FORM)
    assert (values["search.place"], values["answers.place"]) == (cast.solbakken.name, str(cast.solbakken.id))


async def test_an_order_becomes_a_ticket_that_can_be_followed(alice_here: httpx.AsyncClient) -> None:
    sent = await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER))
    assert sent.status_code == 303, sent.text
    page = await alice_here.get(sent.headers["location"])
    assert "Takk, vi har fått saken din." in page.text
    assert "To skjermer til skranken" in page.text
    assert "Til godkjenning" in page.text
    assert "Skjerm, 27 tommer, Dokking" in page.text
    assert "To skjermer til skranken" in (await alice_here.get("/mine-saker")).text


async def test_a_second_click_makes_no_second_ticket(
    alice_here: httpx.AsyncClient, session: AsyncSession
) -> None:
    values = await fill(alice_here, FORM, FORM, **ORDER)
    first = await send(alice_here, FORM, values)
    second = await send(alice_here, FORM, values)
    assert (second.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert await _tickets(session) == 1


async def test_what_is_wrong_is_listed_with_links_and_what_was_written_is_kept(
    alice_here: httpx.AsyncClient, session: AsyncSession
) -> None:
    order = ORDER | {
        "answers__quantity": "mange",
        "answers__delivery": "",
        "answers__comment": "Haster <litt>",
    }
    response = await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **order))
    assert response.status_code == 422
    assert '<a class="ds-link" href="#answers-quantity">' in response.text
    assert '<a class="ds-link" href="#answers-delivery-0">' in response.text
    assert 'id="answers-delivery-0"' in response.text
    assert "Hvor mange av hver?: Skriv et helt tall." in response.text
    kept = fields(response, FORM)
    assert kept["answers.quantity"] == "mange"
    assert kept["answers.comment"] == "Haster <litt>"
    assert kept["subject"] == "To skjermer til skranken"
    assert await _tickets(session) == 0


async def test_after_mending_it_the_same_form_is_sent(
    alice_here: httpx.AsyncClient, session: AsyncSession
) -> None:
    wrong = await send(
        alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER | {"answers__quantity": "x"})
    )
    mended: Values = fields(wrong, FORM) | {"answers.quantity": "2", "answers.equipment": ["screen"]}
    assert (await send(alice_here, FORM, mended)).status_code == 303
    assert await _tickets(session) == 1


async def test_an_answer_to_a_question_that_was_not_asked_is_dropped(
    alice_here: httpx.AsyncClient, session: AsyncSession
) -> None:
    order = ORDER | {"answers__old_asset_tag": "FK1"}
    assert (await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **order))).status_code == 303
    ticket = (await session.scalars(select(Ticket))).one()
    assert "old_asset_tag" not in ticket.answers


async def test_a_name_is_enough_when_it_can_mean_only_one(
    alice_here: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    order = ORDER | {"search__for_person": cast.oda.name}
    assert (await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **order))).status_code == 303
    assert (await session.scalars(select(Ticket))).one().answers["for_person"] == str(cast.oda.id)


async def test_a_name_nobody_has_and_a_hidden_person_are_answered_alike(
    alice_here: httpx.AsyncClient, cast: Cast
) -> None:
    for name in ("Ingen Slik", cast.sigrid.name):
        response = await send(
            alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER | {"search__for_person": name})
        )
        assert response.status_code == 422
        assert "Vi fant ingen med dette navnet" in response.text
        assert f'value="{cast.sigrid.id}"' not in response.text


async def test_a_leader_orders_for_somebody_in_the_unit_and_for_nobody_else(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    leif = in_browser(cast.leif)
    mine = await send(
        leif, FORM, await fill(leif, FORM, FORM, **ORDER | {"search__requester_id": cast.alice.name})
    )
    assert mine.status_code == 303, mine.text
    assert (await session.scalars(select(Ticket.requester_id))).one() == cast.alice.id
    other = await send(
        leif, FORM, await fill(leif, FORM, FORM, **ORDER | {"search__requester_id": cast.truls.name})
    )
    assert other.status_code == 403


async def test_files_come_along_and_are_kept_when_something_else_is_wrong(
    alice_here: httpx.AsyncClient, session: AsyncSession
) -> None:
    form = "/tjenester/feil-i-bygg/bestill"
    values = await fill(alice_here, form, form)
    picture = {"answers.picture": ("hull i taket.png", PNG, "image/png")}
    response = await alice_here.post(form, data=values, files=picture, headers={"origin": BASE_URL})
    assert response.status_code == 422
    assert "hull i taket.png" in response.text
    staged = (await session.scalars(select(Attachment))).one()
    assert staged.ticket_id is None
    assert fields(response, form)["answers.picture"] == str(staged.id)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082".replace(" ", "")
)


async def test_meld_et_behov_shows_what_exists_before_it_asks(alice_here: httpx.AsyncClient) -> None:
    page = (await alice_here.get("/tjenester/meld-et-behov/bestill")).text
    assert page.index("Dette finnes allerede") < page.index("Hva er vanskelig i dag?")


async def test_a_words_meaning_is_shown_where_it_is_used(alice_here: httpx.AsyncClient) -> None:
    page = (await alice_here.get("/tjenester/meld-et-behov/bestill")).text
    assert ">gevinsten</button>" in page


async def test_the_conversation_takes_a_message_once_and_a_file(
    alice_here: httpx.AsyncClient, session: AsyncSession
) -> None:
    sent = await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER))
    ticket = sent.headers["location"].partition("?")[0]
    values = await fill(alice_here, ticket, f"{ticket}/svar", body="Hvor langt er dere?")
    note = {"files": ("kvittering.txt", b"betalt", "text/plain")}
    for _ in range(2):
        response = await alice_here.post(
            f"{ticket}/svar", data=values, files=note, headers={"origin": BASE_URL}
        )
        assert response.status_code == 303, response.text
    page = await alice_here.get(ticket)
    assert page.text.count("Hvor langt er dere?") == 1
    linked = (await session.scalars(select(Attachment).where(Attachment.ticket_id.is_not(None)))).one()
    download = await alice_here.get(f"/vedlegg/{linked.id}")
    assert download.content == b"betalt"
    assert download.headers["content-disposition"].startswith("attachment")


async def test_an_empty_message_is_refused_on_the_page_itself(alice_here: httpx.AsyncClient) -> None:
    sent = await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER))
    ticket = sent.headers["location"].partition("?")[0]
    response = await send(alice_here, f"{ticket}/svar", await fill(alice_here, ticket, f"{ticket}/svar"))
    assert response.status_code == 422
    assert "Fyll ut dette feltet." in response.text
    assert "To skjermer til skranken" in response.text


async def test_a_ticket_is_withdrawn_and_says_so(alice_here: httpx.AsyncClient) -> None:
    sent = await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER))
    ticket = sent.headers["location"].partition("?")[0]
    await send(alice_here, f"{ticket}/trekk", await fill(alice_here, ticket, f"{ticket}/trekk"))
    page = (await alice_here.get(ticket)).text
    assert "Saken ble trukket tilbake." in page
    assert f"{ticket}/trekk" not in page


async def test_a_stranger_is_not_told_that_the_ticket_exists(
    alice_here: httpx.AsyncClient, in_browser: AsPerson, cast: Cast
) -> None:
    sent = await send(alice_here, FORM, await fill(alice_here, FORM, FORM, **ORDER))
    ticket = sent.headers["location"].partition("?")[0]
    truls = in_browser(cast.truls)
    token = str(fields(await truls.get("/"), "/logg-ut")["csrf_token"])
    assert (await truls.get(ticket)).status_code == 404
    for verb in ("svar", "trekk", "gjenapne"):
        values: Values = {"csrf_token": token, "idempotency_key": "k", "body": "Hei"}
        assert (await send(truls, f"{ticket}/{verb}", values)).status_code == 404


NASTY = ["", "x", "-1", "²", "9" * 40, "1; DROP TABLE tickets", "None", "true", "../..", "é" * 300]


@pytest.mark.parametrize("value", NASTY)
async def test_whatever_a_browser_sends_is_answered_as_a_form_and_never_as_a_failure(
    in_browser: AsPerson, session: AsyncSession, cast: Cast, value: str
) -> None:
    await session.commit()
    leif = in_browser(cast.leif)
    names = [
        "requester_id",
        "search.requester_id",
        "answers.for_person",
        "search.for_person",
        "answers.place",
    ]
    names += [
        "answers.equipment",
        "answers.quantity",
        "answers.ansvar",
        "answers.for_person.0.x",
        "answers.0",
        "answers.",
    ]
    for name in [*names, "searched.requester_id", "add_row", "om", "idempotency_key"]:
        values = await fill(leif, FORM, FORM, **ORDER)
        values[name] = value
        if name == "requester_id":
            values |= {"search.requester_id": value, "searched.requester_id": value}
        response = await send(leif, FORM, values)
        assert response.status_code in (200, 303, 403, 422), (name, response.status_code)


async def test_a_person_with_a_shielded_address_orders_for_herself_like_everybody(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    sigrid = in_browser(cast.sigrid)
    response = await send(sigrid, FORM, await fill(sigrid, FORM, FORM, **ORDER))
    assert response.status_code == 303, response.text
