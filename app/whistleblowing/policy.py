"""Who reads a report: the named mottak, less whom the reporter withheld it from. No other rule opens it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select

from app.errors import NotFound
from app.identity.actor import Actor, Office
from app.whistleblowing.models import Report, Withheld


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """No system actor, no lead, no officer, no first line."""
    if actor.person_id is None or not actor.holds(Office.WHISTLEBLOWING_RECIPIENT):
        return false()
    withheld = select(Withheld.report_id).where(
        Withheld.report_id == Report.id, Withheld.person_id == actor.person_id
    )
    return ~withheld.correlate(Report).exists()


def check_recipient(actor: Actor) -> None:
    """Raises NotFound: that there is anything to read is nobody else's business."""
    if not actor.holds(Office.WHISTLEBLOWING_RECIPIENT):
        raise NotFound
