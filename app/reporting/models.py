"""What has been agreed about figures per person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Logged
from app.events.log import record
from app.events.models import Event
from app.identity.actor import Actor


class MeasureAgreement(Logged, Base):
    """A discussion with the tillitsvalgte about figures per person in one unit: for what, and how long.

    Source: arbeidsmiljøloven § 9-2 (need, form and carrying out are discussed; those concerned are told the purpose,
    the practical consequences and how long it will last); checked 2026-11-22. Without one in force there are none.
    """

    __tablename__ = "measure_agreements"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("valid_to <= valid_from + 184", name="half_a_year"),
        CheckConstraint("discussed_on <= valid_from", name="discussed_first"),
        CheckConstraint("length(purpose) > 0 AND length(discussed_with) > 0", name="told"),
        Index("ix_measure_agreements_unit", "unit", "valid_to"),
    )
    id: Mapped[BigId]
    unit: Mapped[str]
    purpose: Mapped[str]
    discussed_with: Mapped[str]
    """The tillitsvalgte who took part, as they are known at work."""
    discussed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    """Last day, included."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    ended_at: Mapped[datetime | None]
    """When it was ended before its time."""

    def recorded(self, *, by: Actor, at: datetime) -> None:
        record(
            self,
            "measure_agreement.recorded",
            by=by,
            at=at,
            unit=self.unit,
            discussed_on=self.discussed_on.isoformat(),
            valid_from=self.valid_from.isoformat(),
            valid_to=self.valid_to.isoformat(),
        )

    def used(self, *, by: Actor, at: datetime) -> Event:
        """Somebody has looked at figures per person."""
        return record(self, "measure_agreement.used", by=by, at=at, unit=self.unit)

    def end(self, *, by: Actor, at: datetime) -> None:
        """No more figures per person; what was agreed and how it was used stays."""
        self.ended_at = at
        record(self, "measure_agreement.ended", by=by, at=at, unit=self.unit)
