"""What follows from a push: a user is a row of the feed, a group gives what the municipality has said it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.log import database_now
from app.feed.applying import carry_out
from app.feed.models import FeedMatch, Outcome, ToldJob, WaitingRow
from app.feed.planning import known_jobs, plan
from app.feed.reading import Grounds
from app.identity.actor import Actor
from app.identity.claims import kept_subject
from app.identity.directory import Rule
from app.identity.ending import end_access
from app.identity.models import Identity
from app.issuer_settings import Issuer
from app.people import engaging
from app.people.models import Engagement, Person
from app.scim.groups import follow_groups
from app.scim.meaning import ENTERPRISE, JOBS, SOURCE, Saying, row_of
from app.scim.models import ScimEngagement, ScimMember, ScimUser
from sla.zone import day_of

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Pushing:
    """Of one request: who pushes, and what the installation has decided."""

    session: AsyncSession
    by: Actor
    issuer: Issuer | None
    """Where people sign in; then `externalId` says who they are there."""
    rules: Sequence[Rule]
    grounds: Grounds

    async def user_changed(
        self, user: ScimUser, before: Document | None, *, told_of_jobs: bool = False
    ) -> None:
        """`before`: the document as it was; None for a new user."""
        saying = Saying(
            active=_access(user.document, before),
            subject=self._subject(user.document),
            leader=await self._leader(user.document),
            engagements=await self._engagements(user.id),
            told_of_jobs=told_of_jobs or (before is not None and JOBS in before),
        )
        row = row_of(user.document, user.id, saying)
        bound = {row.key: user.person_id} if user.person_id is not None else {}
        name = self.issuer.authority if self.issuer else None
        (planned,) = await plan(self.session, [row], issuer=name, grounds=self.grounds, bound=bound)
        await self._untie(user, before)
        at = await database_now(self.session)
        person_id = await carry_out(self.session, planned, issuer=name, by=self.by, at=at)
        if person_id is not None and user.person_id is None:
            user.person_id = person_id
            await self.session.flush()
            await follow_groups(self.session, [person_id], self.rules, by=self.by)

    async def engagement_changed(self, user_ids: Collection[int]) -> None:
        """Of these users: one was told of, told otherwise, or taken back."""
        users = select(ScimUser).where(ScimUser.id.in_(user_ids)).order_by(ScimUser.id).with_for_update()
        for user in (await self.session.scalars(users)).all():
            await self.user_changed(user, user.document, told_of_jobs=True)

    async def user_gone(self, user: ScimUser) -> None:
        """Their access ends now, and every job that the directory told of; what they did stays in the log."""
        key = str(user.id)
        mine = (FeedMatch.source == SOURCE, FeedMatch.key == key, FeedMatch.outcome == Outcome.OPEN)
        await self.session.execute(delete(FeedMatch).where(*mine))
        await self.session.execute(
            delete(WaitingRow).where(WaitingRow.source == SOURCE, WaitingRow.key == key)
        )
        if user.person_id is None:
            return
        on = day_of(await database_now(self.session))
        jobs = await known_jobs(self.session, Engagement.person_id == user.person_id, told_by=SOURCE)
        await self.session.execute(
            delete(ToldJob).where(ToldJob.key.in_([job.key for job in jobs.get(user.person_id, ())]))
        )
        for job in jobs.get(user.person_id, ()):
            if job.span.starts_on > on:
                await engaging.withdraw(self.session, job.id, by=self.by)
            elif job.span.ends_on is None or job.span.ends_on > on:
                await engaging.set_end(self.session, job.id, on, by=self.by)
        await end_access(self.session, user.person_id, by=self.by)

    async def members_changed(self, user_ids: Collection[int], *, gone: Collection[str] = ()) -> None:
        """`gone`: the names of a group that was deleted, or is called something else now."""
        if not self.rules or not user_ids:
            return
        query = select(ScimUser.person_id).where(ScimUser.id.in_(user_ids), ScimUser.person_id.is_not(None))
        people = [person_id for person_id in await self.session.scalars(query) if person_id is not None]
        await follow_groups(self.session, sorted(people), self.rules, by=self.by, gone=gone)

    async def members_of(self, group_id: int) -> set[int]:
        query = select(ScimMember.user_id).where(ScimMember.group_id == group_id)
        return set(await self.session.scalars(query))

    async def _engagements(self, user_id: int) -> list[tuple[int, Document]]:
        query = select(ScimEngagement.id, ScimEngagement.document).where(ScimEngagement.user_id == user_id)
        return [
            (row.id, row.document) for row in await self.session.execute(query.order_by(ScimEngagement.id))
        ]

    def _subject(self, document: Document) -> str | None:
        external_id = document.get("externalId")
        return kept_subject(external_id, self.issuer) if self.issuer and external_id else None

    async def _untie(self, user: ScimUser, before: Document | None) -> None:
        """Who they were where people sign in, when that was corrected: nobody else gets in as them."""
        old = self._subject(before) if before else None
        if old is None or self.issuer is None or old == self._subject(user.document):
            return
        theirs = (
            Identity.issuer == self.issuer.authority,
            Identity.subject == old,
            Identity.person_id == user.person_id,
        )
        await self.session.execute(delete(Identity).where(*theirs))

    async def _leader(self, document: Document) -> str:
        """The manager, who is a user here; empty when nobody is named, or not known yet."""
        manager = (document.get(ENTERPRISE) or {}).get("manager") or {}
        value = str(manager.get("value") or "")
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            return ""
        query = select(ScimUser.person_id).join(Person, Person.id == ScimUser.person_id)
        found = (
            await self.session.scalars(query.where(ScimUser.id == int(value), Person.active))
        ).one_or_none()
        return f"#{found}" if found is not None else ""


def _access(document: Document, before: Document | None) -> bool | None:
    """What is to be done about their access: nothing, when nothing was said about it since last."""
    now = document.get("active")
    return now if before is None or now != before.get("active") else None
