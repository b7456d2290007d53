"""Questions as cards: who asks for what, at what cost, and what a yes is a yes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.peers import Peers, peers_of
from app.agreements.content import Terms
from app.agreements.difference import changes
from app.agreements.queries import ProposalCard, proposals
from app.agreements.reading import Reading, read_agreement
from app.approvals.policy import answers_for
from app.approvals.queries import WaitingApproval
from app.catalogue.published import Published
from app.identity.actor import Actor
from app.leader.views import AgreementCard, Card
from app.portal.lookups import names_of
from app.retention.models import SUBJECT as DESTRUCTION
from app.tickets.approving import ApprovalCard, cards_of
from app.web.answers import answer_lines
from service_catalog.forms import references
from sla.zone import day_of


@dataclass(frozen=True)
class Questions:
    """What waits for a yes or a no, by the approval's id."""

    orders: Mapping[int, Card]
    """Questions that are answered together have one card, and each is there."""
    agreements: Mapping[int, AgreementCard]
    destructions: Mapping[int, int]
    """To the list's id: it is read and answered on its own page."""


async def questions_of(
    session: AsyncSession, me: Actor, published: Published, waiting: Sequence[WaitingApproval]
) -> Questions:
    """In the same number of queries however many wait."""
    orders = await cards_of(session, me, waiting)
    proposed = await proposals(session, waiting)
    names = await _names(session, orders, me, published)
    peers = await peers_of(session, [found.asked.subject_id for found in orders])
    cards = [
        _card(found, me, published, names, peers.get(found[0].asked.subject_id))
        for found in answered_together(orders, me)
    ]
    return Questions(
        orders={each: card for card in cards for each in card.ids},
        agreements={found.asked.id: _agreement(found, me, published) for found in proposed},
        destructions={asked.id: asked.subject_id for asked in waiting if asked.subject_kind == DESTRUCTION},
    )


def answered_together(orders: Iterable[ApprovalCard], me: Actor) -> list[list[ApprovalCard]]:
    """What is asked about one order of the same person: a deputy's own questions are not mixed with another's."""
    found: dict[tuple[int, bool, int | None], list[ApprovalCard]] = {}
    for order in orders:
        way = (order.asked.subject_id, _is_asked_of(me, order), answers_for(me, order.asked))
        found.setdefault(way, []).append(order)
    return list(found.values())


def _is_asked_of(me: Actor, order: ApprovalCard) -> bool:
    return order.asked.approver_id in (None, me.person_id)


async def _names(
    session: AsyncSession, waiting: Sequence[ApprovalCard], me: Actor, published: Published
) -> dict[str, str]:
    persons = {str(who) for found in waiting if (who := answers_for(me, found.asked)) is not None}
    places: set[str] = set()
    for found in waiting:
        service = published.catalogue.services.get(found.service)
        if service is not None:
            asked = references(service, found.answers)
            persons |= asked.persons
            places |= asked.org_units
    return await names_of(session, persons, places)


def _agreement(found: ProposalCard, me: Actor, published: Published) -> AgreementCard:
    def reading(terms: Terms) -> Reading:
        return read_agreement(terms, published, me.language, today=day_of(found.asked.asked_at))

    after = reading(found.terms)
    return AgreementCard(
        id=found.asked.id,
        name=after.name,
        version=after.version,
        title=after.title,
        provider=after.provider,
        for_provider=found.asked.scope == found.terms.agreement.provider,
        proposer_name=found.asked.requester_name,
        valid=after.valid,
        changes=changes(reading(found.before), after, me.language) if found.before else (),
        is_first=found.before is None,
        asked_at=found.asked.asked_at,
        asked_of_me=found.asked.approver_id in (None, me.person_id),
    )


def _card(
    together: Sequence[ApprovalCard],
    me: Actor,
    published: Published,
    names: Mapping[str, str],
    peers: Peers | None,
) -> Card:
    found = together[0]
    service = published.catalogue.services.get(found.service)
    unit = published.catalogue.units.get(service.unit) if service else None
    answers = answer_lines(service, found.answers, names, me.language) if service else ()
    return Card(
        ids=tuple(each.asked.id for each in together),
        number=found.number,
        subject=found.subject,
        service_title=service.title.in_language(me.language) if service else found.service,
        icon=unit.icon if unit else "FileCheckmark",
        requester_name=found.asked.requester_name,
        beneficiary_name=found.asked.beneficiary_name,
        org_unit_name=found.org_unit_name,
        description=found.description,
        answers=[(line.label, line.value) for line in answers],
        amount=found.asked.amount,
        ansvar=found.ansvar,
        authorities=tuple(each.asked.authority for each in together),
        asked_at=found.asked.asked_at,
        due_at=found.due_at,
        asked_of_me=_is_asked_of(me, found),
        for_name=names.get(f"person:{answers_for(me, found.asked)}"),
        passed_by=found.asked.passed_by,
        peers=peers,
    )
