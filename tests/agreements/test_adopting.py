"""A version of an agreement takes effect when two persons have approved exactly what it says."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.asking import TOPIC
from app.agreements.models import AgreementVersion, State
from app.agreements.publishing import PublishingRefused
from app.catalogue.published import Published, load_published
from app.deliveries.models import Delivery
from app.events.models import Event
from app.people.models import Person
from app.settings import Settings
from sla.agreement import Agreement
from tests.agreements.proposing import (
    FASTER,
    Shipped,
    answer,
    give_field,
    next_lonn,
    propose,
    publish_text,
    questions,
    with_agreements,
)
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.told import told

NEW_YEAR = datetime.fromisoformat("2027-01-01T12:00:00+01:00")
BEFORE = datetime.fromisoformat("2026-12-31T12:00:00+01:00")


async def in_force(session: AsyncSession) -> tuple[int, int]:
    """The version of `lonn` before and after New Year."""
    newest = await load_published(session)
    return newest.agreement_at("lonn", BEFORE).version, newest.agreement_at("lonn", NEW_YEAR).version


async def states(session: AsyncSession) -> list[tuple[int, State]]:
    query = select(AgreementVersion.version, AgreementVersion.state).where(AgreementVersion.name == "lonn")
    return [(row.version, row.state) for row in await session.execute(query.order_by(AgreementVersion.id))]


async def test_the_first_publishing_takes_every_agreement_as_it_stands(
    session: AsyncSession, published: Published, shipped: Shipped
) -> None:
    rows = (await session.scalars(select(AgreementVersion))).all()
    assert {row.name for row in rows} == set(shipped[1].versions)
    assert {(row.state, row.introduced_by, row.proposer_id) for row in rows} == {
        (State.ADOPTED, "test", None)
    }
    kinds = select(Event.kind).where(Event.subject_kind == "agreement_version").distinct()
    assert list(await session.scalars(kinds)) == ["agreement.introduced"]


async def test_publishing_the_same_again_asks_nobody(
    session: AsyncSession, published: Published, shipped: Shipped
) -> None:
    again = await publish_text(session, shipped)
    assert (again.catalogue_version, again.proposed, again.introduced) == (published.version, (), ())


async def test_a_new_version_is_proposed_and_the_one_in_force_stays(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast
) -> None:
    done = await propose(session, shipped, two_sides)
    assert done.proposed == (("lonn", 2),)
    assert await in_force(session) == (1, 1)
    told = select(Delivery.topic).where(Delivery.topic.like("agreement.%"))
    assert list(await session.scalars(told)) == ["agreement.approval_asked"] * 2


async def test_two_approvals_take_it_in_use_from_its_first_day(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await propose(session, shipped, two_sides)
    (provider,) = await questions(as_person(two_sides.carol))
    (customer,) = await questions(as_person(two_sides.dagny))
    assert (provider["side"], customer["side"], provider["version"]) == ("provider", "customer", 2)
    assert (await answer(as_person(two_sides.carol), provider)).status_code == 200
    assert await in_force(session) == (1, 1)
    assert (await answer(as_person(two_sides.dagny), customer)).status_code == 200
    assert await in_force(session) == (1, 2)
    newest = await load_published(session)
    assert newest.agreement("lonn", 2) == next_lonn(shipped[1])
    assert newest.agreement("lonn", 1) == shipped[1].agreements["lonn"]
    assert newest.catalogue == published.catalogue


async def test_an_adopted_version_stays_in_use_when_the_catalogue_is_published_again(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await propose(session, shipped, two_sides)
    for person in (two_sides.carol, two_sides.dagny):
        (asked,) = await questions(as_person(person))
        await answer(as_person(person), asked)
    for sla in (shipped[1], with_agreements(shipped[1], next_lonn(shipped[1]))):
        done = await publish_text(session, (shipped[0], sla))
        assert (done.proposed, await in_force(session)) == ((), (1, 2))


async def test_both_are_told_which_version_waits_until_they_have_answered(
    as_person: AsPerson, session: AsyncSession, settings: Settings, shipped: Shipped, two_sides: Cast
) -> None:
    await propose(session, shipped, two_sides)
    said = await told(session, settings, TOPIC)
    assert said.keys() == {two_sides.carol.id, two_sides.dagny.id}
    for mail in said.values():
        assert mail is not None
        assert ("«Lønn»" in mail.subject, "versjon 2" in mail.subject) == (True, True), mail.subject
        assert mail.text.rstrip().endswith(f"{settings.public_url}/leder")
    (asked,) = await questions(as_person(two_sides.carol))
    assert (await answer(as_person(two_sides.carol), asked)).status_code == 200
    assert (await told(session, settings, TOPIC)).keys() == {two_sides.dagny.id}


async def test_neither_the_proposer_nor_anyone_else_answers(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await give_field(session, {"lonn": two_sides.petra, "fjordvik": two_sides.petra})
    await propose(session, shipped, two_sides)
    (asked,) = await questions(as_person(two_sides.carol))
    for other in (two_sides.petra, two_sides.alice, two_sides.dagny):
        refused = await answer(as_person(other), asked)
        assert refused.status_code == 404
    assert await questions(as_person(two_sides.petra)) == []


async def test_one_person_does_not_answer_for_both_sides(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await give_field(session, {"fjordvik": two_sides.carol})
    await propose(session, shipped, two_sides)
    first, second = await questions(as_person(two_sides.carol))
    assert (await answer(as_person(two_sides.carol), first)).status_code == 200
    refused = await answer(as_person(two_sides.carol), second)
    assert (refused.status_code, refused.json()["code"]) == (403, "agreement.two_persons")
    assert await in_force(session) == (1, 1)


async def test_a_no_has_a_reason_and_ends_the_proposal(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await propose(session, shipped, two_sides)
    (asked,) = await questions(as_person(two_sides.dagny))
    assert (await answer(as_person(two_sides.dagny), asked, "rejected")).status_code == 422
    reason = "Vi har ikke folk til dette."
    assert (await answer(as_person(two_sides.dagny), asked, "rejected", reason)).status_code == 200
    assert await questions(as_person(two_sides.carol)) == []
    assert await states(session) == [(1, State.ADOPTED), (2, State.REJECTED)]
    again = await propose(session, shipped, two_sides)
    assert (again.proposed, again.rejected) == ((), (("lonn", 2),))
    better = next_lonn(shipped[1], warn_at=[75], escalation=[])
    assert (await propose(session, shipped, two_sides, better)).proposed == (("lonn", 2),)


async def test_content_changed_after_an_approval_must_be_approved_again(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await propose(session, shipped, two_sides)
    (stale,) = await questions(as_person(two_sides.dagny))
    (asked,) = await questions(as_person(two_sides.carol))
    assert (await answer(as_person(two_sides.carol), asked)).status_code == 200
    await propose(session, shipped, two_sides, next_lonn(shipped[1], pauses_on=["requester"]))
    assert await states(session) == [(1, State.ADOPTED), (2, State.VOID), (2, State.PROPOSED)]
    assert (await answer(as_person(two_sides.dagny), stale)).status_code in (404, 409)
    (anew,) = await questions(as_person(two_sides.dagny))
    assert (await answer(as_person(two_sides.dagny), anew)).status_code == 200
    assert await in_force(session) == (1, 1), "Carol approved other words"


async def test_what_was_approved_is_what_is_adopted(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await propose(session, shipped, two_sides)
    (asked,) = await questions(as_person(two_sides.carol))
    row = (
        await session.scalars(select(AgreementVersion).where(AgreementVersion.state == State.PROPOSED))
    ).one()
    tampered = row.content | {"agreement": row.content["agreement"] | {"owner": "it-sjef"}}
    await session.execute(
        update(AgreementVersion).where(AgreementVersion.id == row.id).values(content=tampered)
    )
    refused = await answer(as_person(two_sides.carol), asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "approval.changed_since_asked")


async def test_a_proposal_taken_out_of_the_text_is_withdrawn(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    await propose(session, shipped, two_sides)
    await publish_text(session, shipped)
    assert await states(session) == [(1, State.ADOPTED), (2, State.VOID)]
    assert await questions(as_person(two_sides.carol)) == []


async def test_somebody_stands_behind_a_proposal(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast
) -> None:
    with pytest.raises(PublishingRefused, match="lonn versjon 2 må vedtas av to personer"):
        await publish_text(session, (shipped[0], with_agreements(shipped[1], next_lonn(shipped[1]))))


@pytest.mark.parametrize(
    ("held", "told"),
    [({"fjordvik": "dagny"}, "har fagfullmakt for «lonn»"), ({"lonn": "carol"}, "på kundens side")],
)
async def test_a_side_with_nobody_to_ask_is_told(
    session: AsyncSession, published: Published, shipped: Shipped, cast: Cast, held: dict[str, str], told: str
) -> None:
    persons: dict[str, Person] = {scope: getattr(cast, name) for scope, name in held.items()}
    await give_field(session, persons)
    with pytest.raises(PublishingRefused, match=told):
        await propose(session, shipped, cast)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"version": 1, "valid_from": "2023-01-01"}, "versjon 1 er vedtatt og kan ikke endres"),
        ({"valid_from": "2023-01-01"}, "versjon 1 gjelder fra 2023-01-01"),
    ],
)
async def test_what_is_adopted_is_never_rewritten(
    session: AsyncSession,
    published: Published,
    shipped: Shipped,
    two_sides: Cast,
    changed: dict[str, object],
    told: str,
) -> None:
    rewritten = Agreement.model_validate(
        next_lonn(shipped[1]).model_dump(mode="json") | {"promises": FASTER} | changed
    )
    only = with_agreements(shipped[1])
    agreements = {**only.agreements}
    agreements["lonn" if rewritten.version == 1 else "lonn.v2"] = rewritten
    with pytest.raises(PublishingRefused, match=told):
        await publish_text(session, (shipped[0], only.model_copy(update={"agreements": agreements})))


async def test_opening_hours_that_an_agreement_is_counted_in_are_not_changed_behind_it(
    session: AsyncSession, published: Published, shipped: Shipped
) -> None:
    office = shipped[1].calendars["kontortid"]
    shorter = office.model_copy(
        update={"weekly": {day: w for day, w in office.weekly.items() if day != "fri"}}
    )
    changed = shipped[1].model_copy(update={"calendars": {**shipped[1].calendars, "kontortid": shorter}})
    with pytest.raises(PublishingRefused, match=r"kontortid\.yaml: åpningstida er en del av avtaler"):
        await publish_text(session, (shipped[0], changed))


async def test_a_service_under_an_agreement_nobody_adopted_keeps_the_catalogue_waiting(
    session: AsyncSession, published: Published, shipped: Shipped, two_sides: Cast, as_person: AsPerson
) -> None:
    catalogue, sla = shipped
    new = Agreement.model_validate(sla.agreements["lonn"].model_dump(mode="json") | {"name": "lonn-haste"})
    key = next(each.key for each in catalogue.services.values() if each.agreement == "lonn")
    services = {**catalogue.services, key: catalogue.services[key].model_copy(update={"agreement": new.name})}
    moved = catalogue.model_copy(update={"services": services})
    done = await propose(session, (moved, sla), two_sides, new)
    assert (done.catalogue_version, done.waiting_services) == (None, (key,))
    assert done.proposed == (("lonn-haste", 1),)
    for person in (two_sides.carol, two_sides.dagny):
        (asked,) = await questions(as_person(person))
        assert (await answer(as_person(person), asked)).status_code == 200
    done = await publish_text(session, (moved, with_agreements(sla, new)))
    assert (done.waiting_services, done.proposed) == ((), ())
    assert (await load_published(session)).service(key).agreement == "lonn-haste"
