"""What the security log holds, by name; a room that has more to record adds its line here."""

from __future__ import annotations

from enum import StrEnum


class AuditKind(StrEnum):
    """`subject.verb`. The value stands in rows and exports, so a name once used is never given another meaning."""

    SIGNED_IN = "sign_in.succeeded"
    SIGN_IN_REFUSED = "sign_in.refused"
    STEPPED_UP = "sign_in.stepped_up"
    SIGNED_OUT = "session.ended"
    SIGNED_OUT_EVERYWHERE = "session.all_ended"
    PERSON_DISABLED = "person.disabled"
    PERSON_ENABLED = "person.enabled"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_REVOKED = "client.revoked"
    ACCOUNT_SHOWN = "account.shown"
    """Where somebody is signed in, and which keys they have, was shown to an administrator."""

    REFUSED = "request.refused"
    """403: seen, but not allowed."""
    NOT_FOUND = "request.not_found"
    """404 of something that was named: foreign and nonexistent are recorded alike."""
    NOT_SIGNED_IN = "request.not_signed_in"
    RATE_LIMITED = "request.rate_limited"

    CASE_READ = "case.read"
    """A protected case, or a part of it (`payload.part`), was shown to somebody who is not its requester."""
    WHISTLE_READ = "whistle.read"
    """Shown to nobody, not even the officer (arbeidsmiljøloven § 2 A-4); the chain holds it all the same."""
    WHISTLE_DESTROYED = "whistle.destroyed"
    """Shown to nobody, as the reading of it."""
    GLASS_BROKEN = "glass.broken"
    IDENTITY_NUMBER_SHOWN = "identity_number.shown"

    INSIGHT_ASKED = "insight.asked"
    INSIGHT_APPROVED = "insight.approved"
    INSIGHT_RELEASED = "insight.released"
    INSIGHT_FETCHED = "insight.fetched"
    ACCESS_ANSWERED = "access.answered"
    """A request under offentleglova."""

    RIGHT_GIVEN = "right.given"
    RIGHT_TAKEN = "right.taken"
    CATALOGUE_PUBLISHED = "catalogue.published"
    AGREEMENT_PROPOSED = "agreement.proposed"
    AGREEMENT_ADOPTED = "agreement.adopted"
    AGREEMENT_REJECTED = "agreement.rejected"
    AGREEMENT_WITHDRAWN = "agreement.withdrawn"

    AUDIT_SEARCHED = "audit.searched"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_SHORTENED = "audit.shortened"
    """What the rule says may go is gone; names the seal that the log begins after."""
    EXPORTED = "data.exported"

    DELIVERY_RETRIED = "delivery.retried"
    ACCESS_READ = "access.read"
    ACCESS_RELEASED = "access.released"
    """The operator let something that was given up, or a system that is left alone, be tried again."""

    HOLD_PLACED = "hold.placed"
    HOLD_LIFTED = "hold.lifted"
    DESTRUCTION_PROPOSED = "destruction.proposed"
    DESTRUCTION_APPROVED = "destruction.approved"
    DESTRUCTION_REJECTED = "destruction.rejected"
    DESTROYED = "destruction.done"
    CASES_EXPORTED = "cases.exported"
    CONTACTS_FORGOTTEN = "contacts.forgotten"
    """How to reach those who have left; `payload.persons` says how many."""
    PERSONS_FORGOTTEN = "persons.forgotten"
    """Their names; which persons stands in `leavers`."""


WHISTLE = frozenset({AuditKind.WHISTLE_READ, AuditKind.WHISTLE_DESTROYED})
