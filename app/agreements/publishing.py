"""`skranke catalogue publish`: what is adopted is taken in use, what is new is put before two persons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.adopting import close
from app.agreements.asking import ask_both
from app.agreements.content import Terms, same_hours
from app.agreements.models import SUBJECT, AgreementVersion, State
from app.approvals.actions import digest_of
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue import published as catalogues
from app.catalogue.published import published_or_none
from app.events.log import database_now, record
from app.identity.actor import Actor, system_actor
from service_catalog.schema import Catalogue
from sla.calendar import CalendarSource
from sla.load import Sla, overlap

INTRODUCER = system_actor("agreements.introduction")
PUBLISHER = system_actor("agreements.publishing")
Key = tuple[str, int]


class PublishingRefused(Exception):
    """Nothing was taken in use and nothing proposed; one sentence per problem, for the one who edits the text."""


@dataclass(frozen=True)
class Publication:
    """What publishing came to. Agreements are told as (name, version)."""

    catalogue_version: int | None
    """None: the catalogue waits, because these services need an agreement that nobody has adopted."""
    waiting_services: tuple[str, ...]
    introduced: tuple[Key, ...]
    proposed: tuple[Key, ...]
    rejected: tuple[Key, ...]
    """Written exactly as they were rejected; they are not put again."""

    def sentences(self) -> Iterator[str]:
        """For the one at the terminal."""
        if self.introduced:
            yield f"{len(self.introduced)} avtaler er vedtatt ved innføring."
        for name, version in self.proposed:
            yield f"Avtalen {name} versjon {version} er foreslått og venter på to godkjenninger."
        for name, version in self.rejected:
            yield f"Avtalen {name} versjon {version} er avvist. Endre den for å foreslå den på nytt."
        if self.catalogue_version is None:
            needing = ", ".join(self.waiting_services)
            yield f"Katalogen er ikke tatt i bruk: avtalen er ikke vedtatt for {needing}"
        else:
            yield f"Versjon {self.catalogue_version} er i bruk."


async def publish(
    session: AsyncSession,
    catalogue: Catalogue,
    sla: Sla,
    *,
    by: str,
    proposer: Actor | None = None,
    at: datetime | None = None,
) -> Publication:
    """Publish what was read and checked. `proposer` stands behind the agreements that are new or changed.

    The first time, every agreement is taken over as it stands. `at` is now unless a history is being told (the demo).
    Raises PublishingRefused.
    """
    await catalogues.hold(session)
    rows = await _standing(session)
    at = at or await database_now(session)
    if not any(row.state is State.ADOPTED for row in rows):
        introduced = _introduce(session, sla, by=by, at=at)
        await session.flush()
        for row in introduced:
            record(row, "agreement.introduced", by=INTRODUCER, at=at)
        version = await catalogues.publish(session, catalogue, sla, by=by)
        keys = tuple((row.name, row.version) for row in introduced)
        return Publication(version, (), keys, (), ())
    adopted = {(row.name, row.version): Terms.read(row.content) for row in rows if row.state is State.ADOPTED}
    written = _written(sla)
    _refuse(_contradictions(adopted, written, sla))
    proposed, rejected = await _propose(
        session,
        catalogue,
        {key: terms for key, terms in written.items() if key not in adopted},
        rows,
        proposer,
        at,
    )
    in_force = _in_force(adopted, sla, await _calendars_in_use(session))
    waiting = tuple(
        key for key, service in catalogue.services.items() if service.agreement not in in_force.versions
    )
    number = (
        None if waiting else await catalogues.publish(session, catalogue, in_force, by=by, actor=proposer)
    )
    return Publication(number, waiting, (), proposed, rejected)


async def _standing(session: AsyncSession) -> Sequence[AgreementVersion]:
    query = select(AgreementVersion).where(AgreementVersion.state != State.VOID)
    return (await session.scalars(query.order_by(AgreementVersion.id).with_for_update())).all()


def _written(sla: Sla) -> dict[Key, Terms]:
    return {
        (each.name, each.version): Terms(each, sla.calendars[each.calendar])
        for each in sla.agreements.values()
    }


def _introduce(session: AsyncSession, sla: Sla, *, by: str, at: datetime) -> list[AgreementVersion]:
    rows = [_row(terms, State.ADOPTED, at=at, introduced_by=by) for terms in _written(sla).values()]
    session.add_all(rows)
    return rows


def _row(
    terms: Terms,
    state: State,
    *,
    at: datetime,
    introduced_by: str | None = None,
    proposer_id: int | None = None,
) -> AgreementVersion:
    content = terms.content()
    return AgreementVersion(
        name=terms.agreement.name,
        version=terms.agreement.version,
        provider=terms.agreement.provider,
        state=state,
        content=content,
        digest=digest_of(content),
        proposer_id=proposer_id,
        introduced_by=introduced_by,
        proposed_at=at,
        settled_at=at if state is State.ADOPTED else None,
        event_seq=0,
        last_event_at=at,
    )


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise PublishingRefused("\n".join(found))


def _contradictions(adopted: Mapping[Key, Terms], written: Mapping[Key, Terms], sla: Sla) -> Iterable[str]:
    """Everything in the text that would change a promise behind the backs of those who adopted it."""
    changed_hours = {
        terms.calendar.name
        for terms in adopted.values()
        if (now := sla.calendars.get(terms.calendar.name)) and not same_hours(now, terms.calendar)
    }
    for name in sorted(changed_hours):
        yield (
            f"sla/calendars/{name}.yaml: åpningstida er en del av avtaler som er vedtatt. Skriv den nye tida som en ny "
            f"kalender (for eksempel {name}-2.yaml), og vis til den i en ny versjon av avtalene."
        )
    for (name, version), terms in sorted(written.items()):
        before = adopted.get((name, version))
        if before is not None and before.agreement != terms.agreement:
            yield f"{name}: versjon {version} er vedtatt og kan ikke endres. Gi det nye innholdet versjon {version + 1}."
        for (other, other_version), standing in sorted(adopted.items()):
            if other != name or other_version == version or (name, version) in adopted:
                continue
            earlier, later = sorted((standing.agreement, terms.agreement), key=lambda each: each.version)
            if problem := overlap(earlier, later):
                yield f"{name} versjon {version}: {problem[1]}"


async def _propose(
    session: AsyncSession,
    catalogue: Catalogue,
    new: Mapping[Key, Terms],
    rows: Sequence[AgreementVersion],
    proposer: Actor | None,
    at: datetime,
) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Put what is new, let what already waits wait, and void what is no longer written as it was put."""
    unchanged, rejected = set(), set()
    for row in rows:
        terms = new.get((row.name, row.version))
        same = terms is not None and terms.promises_the_same_as(Terms.read(row.content))
        if row.state is State.PROPOSED and same:
            unchanged.add((row.name, row.version))
        elif row.state is State.PROPOSED:
            await close(session, row, State.VOID, by=proposer or PUBLISHER, at=at)
        elif row.state is State.REJECTED and same:
            rejected.add((row.name, row.version))
    await session.flush()
    put = [key for key in sorted(new) if key not in unchanged | rejected]
    if put and (proposer is None or proposer.person_id is None):
        named = ", ".join(f"{name} versjon {version}" for name, version in put)
        raise PublishingRefused(
            f"{named} må vedtas av to personer. Si hvem som foreslår det: --foreslatt-av ANSATTNUMMER"
        )
    for key in put:
        assert proposer is not None
        row = _row(new[key], State.PROPOSED, at=at, proposer_id=proposer.person_id)
        session.add(row)
        await session.flush()
        record(row, "agreement.proposed", by=proposer, at=at)
        await audit(
            session,
            proposer,
            AuditKind.AGREEMENT_PROPOSED,
            subject_kind=SUBJECT,
            subject_id=row.id,
            payload={"name": row.name, "version": row.version},
        )
        _refuse(await ask_both(session, row, units=catalogue.units, by=proposer, at=at))
    return tuple(put), tuple(sorted(rejected))


def _in_force(adopted: Mapping[Key, Terms], sla: Sla, in_use: Mapping[str, CalendarSource]) -> Sla:
    """What is published: every version ever adopted, whatever became of its file, and the calendars they need."""
    agreements = {f"{name}.v{version}": terms.agreement for (name, version), terms in adopted.items()}
    calendars = {terms.calendar.name: terms.calendar for terms in adopted.values()}
    return sla.model_copy(
        update={"agreements": agreements, "calendars": calendars | dict(in_use) | sla.calendars}
    )


async def _calendars_in_use(session: AsyncSession) -> Mapping[str, CalendarSource]:
    published = await published_or_none(session)
    return {} if published is None else published.calendar_sources
