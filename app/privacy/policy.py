"""Who may see what the texts do not show, and who answers people's requests about their own data."""

from __future__ import annotations

from app.catalogue.published import Published
from app.errors import Refusal
from app.identity.actor import Actor, Office
from app.tickets.models import Ticket
from app.tickets.policy import may_handle

IDENTITY_NUMBERS = "pol-12"
"""The provision, by its key in laws.yaml, that a processing must build on: personopplysningsloven § 12."""


def may_read_numbers(actor: Actor, ticket: Ticket, published: Published) -> Refusal | None:
    """The case's own person and whoever handles it, and only where the work needs them."""
    service = published.catalogue.services.get(ticket.service)
    processing = published.catalogue.processing_of(service) if service else None
    if processing is None or IDENTITY_NUMBERS not in processing.legal_basis:
        return Refusal("privacy.number_not_needed")
    return None if actor.person_id == ticket.requester_id else may_handle(actor, ticket)


def is_officer(actor: Actor) -> bool:
    """Personvernombudet: answers requests for insight, and sees of a case only what is being looked through."""
    return actor.holds(Office.PRIVACY_OFFICER)
