"""From an asker, a service and an instant to a ticket's whole story."""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Any, cast

from app.catalogue.published import Published
from app.demo.cast import ARRANGED, CAST, Arranged
from app.demo.filling_in import Answering, Asker, fill_in
from app.demo.life import FIRST_LINE, Life
from app.demo.people import OrgUnitRow, People, PersonRow
from app.demo.pressure import Pressure
from app.demo.rhythm import draw_channel, instants_of, mixes
from app.demo.slots import Slots
from app.demo.story import Story
from app.demo.writing import Writer, topics_of_all
from app.routing.rules import route
from app.tickets.lifecycle import PRIORITY
from app.tickets.models import Ticket
from app.tickets.opening import approved_content, shared_as
from app.tickets.terms import legal_dates
from service_catalog.forms import impact_and_urgency, price_nok
from service_catalog.schema import Authority, Channel, Impact, Kind, Service, Urgency
from sla.calendar import WorkingCalendar
from sla.zone import day_of

FIRST_TICKET = 100_000
MESSAGES_EACH = 16
"""Ids of messages are handed out in ranges, so that days can be told apart from one another."""
ARRANGED_SPACING = 3
BY_SOMEBODY_ELSE = 0.12


@dataclass(frozen=True)
class DayPlan:
    """One day's tickets: how many, and the number of the first."""

    day: date
    count: int
    first: int


@dataclass
class Teller:
    """Tells the tickets of any day, the same each time: each day has a random of its own."""

    published: Published
    people: People
    anchor: datetime
    seed: int
    total: int
    cast_weight: float
    pressure: Pressure
    office: WorkingCalendar = field(init=False)

    def __post_init__(self) -> None:
        catalogue = self.published.catalogue
        self.office = office_hours(self.published)
        self._mixes = mixes(catalogue)
        self._topics = topics_of_all(catalogue)
        self._costly = [s for s in catalogue.services.values() if s.approvals and s.confidentiality == "open"]
        staff: dict[int, list[PersonRow]] = defaultdict(list)
        for person in self.people.persons:
            if not person.shielded:
                staff[person.org_unit_id].append(person)
                above = self.people.units[person.org_unit_id].parent_id
                if above is not None:
                    staff[above].append(person)
        self._staff = staff
        self._staff_ids = {unit: [person.id for person in found] for unit, found in staff.items()}
        named = {role.subject for role in CAST}
        leaders = set(self.people.leaders.values())
        self._weights = list(
            accumulate(
                self.cast_weight
                if p.subject in named
                else 2.5
                if p.id in leaders
                else 1.0
                if p.email
                else 0.4
                for p in self.people.persons
            )
        )
        self._by_name = {person.name: person for person in self.people.persons if person.subject in named}
        self._by_key = {unit.place.key: unit.id for unit in self.people.units.values()}
        last = FIRST_TICKET + self.total - 30
        self._arranged = {last - ARRANGED_SPACING * n: each for n, each in enumerate(reversed(ARRANGED))}

    def tell(self, plan: DayPlan) -> Iterator[Story]:
        """The day's stories, in the order they were opened."""
        random = Random(f"{self.seed}:{plan.day}")
        for n, at in enumerate(instants_of(plan.day, plan.count, random, before=self.anchor)):
            ticket_id = plan.first + n
            yield self._story(ticket_id, at, random, self._arranged.get(ticket_id))

    def _story(self, ticket_id: int, at: datetime, random: Random, arranged: Arranged | None) -> Story:
        requester, service = self._who_and_what(at, random, arranged)
        channel = Channel.PORTAL if arranged else draw_channel(random, has_pc=requester.email is not None)
        unit = self.people.units[requester.org_unit_id]
        answering = self._answering(requester, unit, service, at, random)
        writer = answering.writer
        answers = fill_in(service, answering)
        subject, description = writer.subject(), "\n\n".join(answering.told) or writer.description()
        impact, urgency = _judged(service, answers, arranged)
        price = price_nok(service, answers)
        text, area = f"{subject}\n{description}", unit.place.area
        where = route(self.published.catalogue, service, text=text, area=area, channel=channel)
        agreement = self.published.agreement_at(service.agreement, at)
        story = Story(
            id=ticket_id,
            first_message_id=(ticket_id - FIRST_TICKET) * MESSAGES_EACH + 1,
            anchor=self.anchor,
            subject=subject,
            description=description,
            service=service.key,
            catalogue_version=self.published.version,
            answers=answers,
            requester_id=requester.id,
            opened_by_id=self._opener(requester, service, channel, random),
            org_unit_id=unit.id,
            unit=where.unit,
            routed_by=where.rule,
            impact=impact,
            urgency=urgency,
            channel=channel,
            confidentiality=where.confidentiality,
            shared_as=shared_as(service, where, answers),
            price=None if price is None else Decimal(price),
            ansvar=unit.place.ansvar if service.kontering else None,
            tjeneste=unit.tjeneste if service.kontering else None,
            agreement=agreement.name,
            agreement_version=agreement.version,
            opened_at=at,
            legal=legal_dates(self.published, service, answers),
        )
        self._ask(story, service)
        calendar = self.published.calendar(agreement.calendar)
        promise = agreement.promise(PRIORITY[impact, urgency])
        Life(
            story,
            writer,
            random,
            service,
            promise.response.target(calendar, at),
            promise.solution.target(calendar, at),
            calendar,
            self.office,
            self.people,
            until=arranged.until if arranged else None,
            pace=self.pressure.on(where.unit, day_of(at), story.priority),
        ).live()
        return story

    def _answering(
        self, requester: PersonRow, unit: OrgUnitRow, service: Service, at: datetime, random: Random
    ) -> Answering:
        """The requester before an empty form, with words and colleagues of their own."""
        staff = self._staff[unit.id]
        names = [person.name for person in random.sample(staff, min(3, len(staff)))]
        slots = Slots(
            random,
            at,
            me=requester.name,
            place=unit.place.name,
            phone=requester.phone,
            ansvar=unit.place.ansvar,
            tjeneste=unit.tjeneste,
            colleagues=names or [requester.name],
        )
        writer = Writer(service, self._topics[service.key], slots)
        asker = Asker(requester.id, unit.id, requester.phone, self._staff_ids.get(unit.id) or [requester.id])
        return Answering(random, writer, asker, day_of(at), [])

    def _who_and_what(
        self, at: datetime, random: Random, arranged: Arranged | None
    ) -> tuple[PersonRow, Service]:
        service = self._mixes[at.month - 1].draw(random)
        requester = self.people.persons[bisect(self._weights, random.random() * self._weights[-1])]
        if arranged is None:
            return requester, service
        if arranged.requester:
            requester = self._by_name[arranged.requester]
        elif arranged.place:
            place = self._by_key[arranged.place]
            requester = random.choice(
                [
                    p
                    for p in self._staff[place]
                    if p.org_unit_id == place and p.id != self.people.leaders[place]
                ]
            )
        if arranged.service:
            return requester, self.published.service(arranged.service)
        if arranged.with_approval:
            return requester, random.choice(self._costly)
        free = [s for s in self.published.catalogue.services_of(arranged.unit) if not s.approvals]
        return requester, random.choice([s for s in free if s.popular] or free or [service])

    def _opener(self, requester: PersonRow, service: Service, channel: Channel, random: Random) -> int:
        """Who pressed the button: the first line for whoever calls, sometimes the leader for their people."""
        if channel is not Channel.PORTAL:
            agents = [agent for agent in self.people.agents[FIRST_LINE] if agent != requester.id]
            return random.choice(agents)
        if service.kind is Kind.ORDER and random.random() < BY_SOMEBODY_ELSE:
            above = self.people.holder_above(requester.org_unit_id, {requester.id})
            return above[0] if above else requester.id
        return requester.id

    def _ask(self, story: Story, service: Service) -> None:
        """The questions `open_ticket` would put, to the nearest who may answer them."""
        for rule in service.approvals:
            if rule.authority is Authority.BUDGET and story.price == 0:
                continue
            start = story.org_unit_id
            if rule.authority is Authority.PROFESSIONAL:
                start = self._by_key[self.people.units[start].place.area]
            found = self.people.holder_above(start, {story.requester_id, story.opened_by_id})
            if found is None:  # the top asked for it: nobody stands above
                continue
            holder, unit = found
            scope = unit.place.ansvar if rule.authority is Authority.BUDGET else unit.place.key
            # approved_content reads only what a story and a ticket's row both have.
            story.ask(rule.authority, scope, holder, approved_content(cast(Ticket, story)))


def _judged(service: Service, answers: dict[str, Any], arranged: Arranged | None) -> tuple[Impact, Urgency]:
    """As the answers say, or as somebody has judged it for the trial."""
    impact, urgency = impact_and_urgency(service, answers)
    return impact, (arranged.urgency if arranged else None) or urgency


def office_hours(published: Published) -> WorkingCalendar:
    """When people are at work and can be reached: the hours most agreements are counted in."""
    counted = Counter(versions[-1].calendar for versions in published.versions.values())
    return published.calendar(counted.most_common(1)[0][0])
