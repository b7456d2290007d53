"""What each row that names a person means when they have left: every foreign key to `persons` stands in one list here.

`tests/retention/test_leavers.py` reads the database's own catalogue and fails for one that stands in none.
"""

from __future__ import annotations

CONTACT_GOES = (
    "scim_users.person_id",
    "feed_rows.person_id",
    "feed_matches.candidate_id",
    "reminder_choices.person_id",
    "near_ties.person_id",
    "near_ties.other_id",
    "sign_ins.person_id",
    "sessions.person_id",
    "api_tokens.person_id",
    "memberships.person_id",
    "office_holders.person_id",
    "orderers.person_id",
)
"""Deleted with e-mail and telephone: what somebody who is not here needs no more, and nobody asks for later."""

GOES = (
    "identities.person_id",
    "delegations.person_id",
    "absences.person_id",
    "deputies.person_id",
    "deputies.deputy_id",
    "papers.person_id",
    "target_accounts.person_id",
    "fresh_eyes.person_id",
    "hires.person_id",
    "whistleblowing_withheld.person_id",
)
"""Deleted with the name."""

IN_FORCE = "one.ends_on IS NULL OR one.ends_on >= current_date"
NAME_STAYS = {
    "tickets.requester_id": "",
    "tickets.opened_by_id": "",
    "tickets.about_id": "",
    "tickets.assignee_id": "",
    "messages.author_id": "",
    "attachments.uploaded_by_id": "",
    "glass_openings.person_id": "",
    "access_documents.added_by_id": "",
    "access_documents.decided_by_id": "",
    "access_answers.answered_by_id": "",
    "approvals.approver_id": "",
    "approvals.requester_id": "",
    "approvals.beneficiary_id": "",
    "approvals.about_id": "",
    "approvals.decided_by_id": "",
    "approvals.decided_for_id": "",
    "pending_answers.person_id": "",
    "agreement_versions.proposer_id": "",
    "whistleblowing_lines.author_id": "",
    "insight_requests.person_id": "one.state IN ('asked', 'review', 'approved')",
    "insight_requests.asked_by_id": "one.state IN ('asked', 'review', 'approved')",
    "grants.person_id": "one.state <> 'revoked'",
    "journeys.person_id": "one.state = 'active'",
    "journeys.owner_id": "one.state = 'active'",
    "org_units.leader_id": "",
    "engagements.leader_id": IN_FORCE,
    "engagements.sponsor_id": IN_FORCE,
    "destructions.proposed_by_id": "",
    "destructions.decided_by_id": "",
    "legal_holds.placed_by_id": "",
    "legal_holds.lifted_by_id": "",
    "archive_packages.asked_by_id": "",
    "systems.person_id": "",
}
"""While such a row stands (and, where something is written, while that is so), the name is needed: what they did is
kept by a rule of its own. A case's answers are looked through as well."""

ID_STAYS = {
    "leavers.person_id": "the record itself",
    "engagements.person_id": "how many worked here, and when; the job, the place and the source's key are taken out",
    "access_reviews.leader_id": "that the access was reviewed",
    "access_reviews.closed_by_id": "that the access was reviewed",
    "access_review_answers.person_id": "that the access was reviewed",
    "access_stops.released_by_id": "that somebody looked at it",
    "feed_matches.decided_by_id": "that somebody decided it",
    "hires.ordered_by_id": "that somebody was ordered; the order is another's",
    "hires.confirmed_by_id": "that somebody was ordered; the order is another's",
    "journeys.ordered_by_id": "that the journey was taken",
    "journey_steps.done_by_id": "that the step was done",
    "welcome_links.made_by_id": "that a link was made",
    "insight_requests.reviewed_by_id": "that insight was given",
    "insight_items.decided_by_id": "that insight was given",
    "measure_agreements.recorded_by_id": "that it was discussed before anybody was measured",
    "tasks.person_id": "goes by the rule for tasks",
    "tasks.delegate_id": "goes by the rule for tasks",
    "tasks.delegated_by_id": "goes by the rule for tasks",
    "tasks.done_by_id": "goes by the rule for tasks",
    "tasks.done_for_id": "goes by the rule for tasks",
    "task_ticks.ticked_by_id": "goes with its task",
    "idempotency_keys.actor_id": "goes within days",
}
"""A number without a name, and why it stays."""
