"""How a ticket goes from opened to closed, with the detours real ones take, until the anchor instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.approvals.models import Outcome
from app.demo.people import People
from app.demo.phrases import everywhere
from app.demo.story import NotYet, Story
from app.demo.writing import Writer
from app.tickets.lifecycle import WaitingFor
from service_catalog.schema import Channel, Impact, Service, Urgency
from sla.calendar import WorkingCalendar

FIRST_LINE = "servicesenteret"
NEIGHBOURS = {
    "it": ("eiendom", "anskaffelse", "hr"),
    "hr": ("lonn", "it", "eiendom"),
    "lonn": ("hr", "regnskap"),
    "regnskap": ("anskaffelse", "lonn"),
    "anskaffelse": ("regnskap", "it", "eiendom"),
    "eiendom": ("it", "anskaffelse"),
    "arkiv": ("it", "servicesenteret"),
    "servicesenteret": ("it", "eiendom", "arkiv", "hr"),
}
SHARE = {
    "solved_at_once": 0.55,
    "withdrawn": 0.02,
    "rerouted": 0.03,
    "answered_first": 0.9,
    "asks": 0.24,
    "supplier": 0.08,
    "date": 0.03,
    "note": 0.16,
    "judged": 0.025,
    "handed_over": 0.07,
    "returned": 0.15,
    "nudged": 0.05,
    "thanked": 0.12,
    "reopened": 0.035,
    "talkative": 0.006,
    "forgotten": 0.012,
    "rejected": 0.07,
}
MESSAGES_MAX = 12
MINUTE = timedelta(minutes=1)
BACKLOG = timedelta(days=3.5)


@dataclass(slots=True)
class Life:
    """Drives one story. Agents work in the agreement's hours; people answer when they are at work."""

    story: Story
    writer: Writer
    random: Random
    service: Service
    response: timedelta
    solution: timedelta
    """What is promised, in working time."""
    calendar: WorkingCalendar
    office: WorkingCalendar
    people: People
    pace: float = 1.0
    """How much longer than usual the unit takes for it."""
    until: str | None = None
    """The stage an arranged ticket stops at; None lives on."""
    slow: float = 1.0

    def live(self) -> None:
        """As far as the anchor lets it come."""
        story = self.story
        story.open()
        self.slow = self.pace * (6.0 if self._happens("forgotten") else 1.0)
        try:
            if self.until is not None:
                self._live_until(self.until)
            elif story.approvals and not self._is_approved():
                return
            elif self._was_solved_at_once():
                self._afterwards(0)
            elif self._happens("withdrawn"):
                story.withdraw(self._later(self.response, 0.4))
            else:
                agent = self._detours(self._begin())
                self._solve(agent)
                self._afterwards(agent)
        except NotYet:
            pass

    def _live_until(self, stage: str) -> None:
        """An arranged ticket: opened, begun, asked, handed over, or forgotten (begun and left to run out)."""
        story = self.story
        if story.approvals:
            story.wait_for_approval()
        if stage == "opened" or story.approvals:
            return
        agent = self._agent(story.unit)
        story.assign(agent, story.opened_at + timedelta(minutes=self.random.randint(5, 50)), by=agent)
        if stage == "begun":
            story.reply(self.writer.say(everywhere.TAKES), story.last_at + 9 * MINUTE, by=agent, answer=True)
        elif stage == "asked":
            story.reply(self.writer.question(), story.last_at + 12 * MINUTE, by=agent, answer=True)
            story.wait(WaitingFor.REQUESTER, None, story.last_at, by=agent)
        elif stage == "handed over":
            receiver = self.random.choice(NEIGHBOURS[story.unit])
            story.hand_over(
                receiver, self.writer.say(everywhere.HANDOVERS), story.last_at + 15 * MINUTE, by=agent
            )

    def _happens(self, what: str) -> bool:
        return self.random.random() < SHARE[what]

    def _later(self, amount: timedelta, median: float, spread: float = 0.75) -> datetime:
        """After a share of `amount` in the unit's working time, mostly around `median`, seldom much more."""
        share = self.random.lognormvariate(0, spread) * median * self.slow
        return self.calendar.after(self.story.last_at, amount * share) + self._blur()

    def _at_work(self, hours: float) -> datetime:
        """When the requester or an approver gets to it, in office hours."""
        wait = timedelta(hours=self.random.lognormvariate(0, 1.0) * hours)
        return self.office.after(self.story.last_at, wait) + self._blur()

    def _blur(self) -> timedelta:
        return timedelta(microseconds=self.random.randrange(55_000_000))

    def _agent(self, unit: str) -> int:
        """Somebody of the unit; nobody handles their own case."""
        agents = self.people.agents[unit]
        while True:
            agent = self.random.choice(agents)
            if agent != self.story.requester_id:
                return agent

    def _is_approved(self) -> bool:
        """False when somebody said no."""
        story = self.story
        story.wait_for_approval()
        for asked in story.approvals:
            at = self._at_work(2 if self.random.random() < 0.88 else 30)
            if self._happens("rejected"):
                story.decide(
                    asked, Outcome.REJECTED, self.writer.say(everywhere.REFUSALS), at, by=asked.approver_id
                )
                return False
            comment = self.writer.say(everywhere.CONSENTS) or None
            story.decide(asked, Outcome.APPROVED, comment, at, by=asked.approver_id)
        return True

    def _was_solved_at_once(self) -> bool:
        """On the phone or at the counter, where the first line itself holds the ticket."""
        story = self.story
        if (
            story.channel not in (Channel.PHONE, Channel.COUNTER)
            or story.unit != FIRST_LINE
            or story.approvals
        ):
            return False
        if not self._happens("solved_at_once"):
            return False
        at = story.opened_at + timedelta(seconds=self.random.randint(40, 600))
        story.assign(story.opened_by_id, at, by=story.opened_by_id)
        story.resolve(self.writer.solution(), at, by=story.opened_by_id)
        return True

    def _begin(self) -> int:
        """From the queue to an agent, by way of a corrected route now and then."""
        story = self.story
        if self._happens("rerouted"):
            clerk = self._agent(FIRST_LINE)
            unit = self.random.choice(NEIGHBOURS[story.unit])
            story.reroute(unit, self._later(self.response, 0.1), by=clerk)
        agent = self._agent(story.unit)
        leader = self.people.agents[story.unit][0]
        by = leader if self.random.random() < 0.12 and leader != story.requester_id else agent
        story.assign(agent, self._later(self.response, 1.1 if self._is_backlog() else 0.18), by=by)
        if self._happens("judged"):
            self._judge(agent)
        if self._happens("answered_first"):
            story.reply(
                self.writer.say(everywhere.TAKES),
                self._later(self.response, 0.04),
                by=agent,
                answer=True,
            )
        return agent

    def _is_backlog(self) -> bool:
        """What came in just before the anchor, nobody has had time for yet."""
        return self.story.anchor - self.story.opened_at < BACKLOG and self.random.random() < 0.6

    def _judge(self, agent: int) -> None:
        """It was more, or less, than the form said."""
        story = self.story
        impact = self.random.choice((Impact.ONE, Impact.SEVERAL))
        urgency = self.random.choice((Urgency.LOW, Urgency.NORMAL, Urgency.HIGH))
        if (impact, urgency) != (story.impact, story.urgency):
            story.judge(impact, urgency, self._later(self.response, 0.02), by=agent)

    def _detours(self, agent: int) -> int:
        """Questions, suppliers, notes and other units; whoever has it in the end."""
        story = self.story
        if self._happens("note"):
            story.note(self.writer.note(), self._later(self.solution, 0.05), by=agent)
        if self._happens("asks"):
            self._ask(agent)
        if self._happens("handed_over"):
            agent = self._hand_over(agent)
        if self._happens("supplier"):
            self._wait(WaitingFor.SUPPLIER, everywhere.SUPPLIERS, agent)
        elif self._happens("date"):
            self._wait(WaitingFor.DATE, everywhere.UNTIL, agent)
        if self._happens("nudged"):
            story.reply(
                self.writer.say(everywhere.NUDGES), self._at_work(8), by=story.requester_id, answer=False
            )
            story.reply(
                self.writer.say(everywhere.UPDATES),
                self._later(self.solution, 0.05),
                by=agent,
                answer=True,
            )
        while self._happens("talkative") or (
            2 < len(story.messages) < MESSAGES_MAX - 3 and self.random.random() < 0.25
        ):
            if len(story.messages) >= MESSAGES_MAX - 3:
                break
            self._talk(agent)
        return agent

    def _ask(self, agent: int) -> None:
        """A question stops the clock until the requester answers; some never do, and the agent goes on."""
        story = self.story
        story.reply(self.writer.question(), self._later(self.solution, 0.03), by=agent, answer=True)
        story.wait(WaitingFor.REQUESTER, None, story.last_at, by=agent)
        if self.random.random() < 0.93:
            channel = Channel.EMAIL if self.random.random() < 0.3 else Channel.PORTAL
            story.reply(
                self.writer.answer(), self._at_work(5), by=story.requester_id, answer=False, channel=channel
            )
        else:
            story.resume(self.office.after(story.last_at, timedelta(hours=37.5)), by=agent)

    def _talk(self, agent: int) -> None:
        story = self.story
        story.reply(self.writer.question(), self._later(self.solution, 0.03), by=agent, answer=True)
        story.reply(self.writer.answer(), self._at_work(2), by=story.requester_id, answer=False)

    def _hand_over(self, agent: int) -> int:
        """Another unit does the rest, when it agrees. The giver holds it until then."""
        story = self.story
        receiver = self.random.choice([unit for unit in NEIGHBOURS[story.unit] if unit != story.unit])
        story.hand_over(
            receiver,
            self.writer.say(everywhere.HANDOVERS),
            self._later(self.solution, 0.04),
            by=agent,
        )
        answering = self._agent(receiver)
        at = self._later(self.response, 0.5)
        if self._happens("returned"):
            story.return_handover(self.writer.say(everywhere.RETURNS), at, by=answering)
            return agent
        story.accept_handover(at, by=answering)
        story.assign(answering, self._later(self.response, 0.1), by=answering)
        return answering

    def _wait(self, reason: WaitingFor, sentences: tuple[str, ...], agent: int) -> None:
        """Put aside until a morning some days ahead; it wakes by itself."""
        story = self.story
        story.note(self.writer.say(sentences), self._later(self.solution, 0.03), by=agent)
        days = timedelta(days=self.random.randint(1, 12))
        until = self.office.next_open(story.last_at + days).replace(microsecond=0)
        story.wait(reason, until, story.last_at, by=agent)
        if reason is WaitingFor.SUPPLIER and self.random.random() < 0.4:
            story.resume(story.last_at + (until - story.last_at) * self.random.random(), by=agent)
        else:
            story.resume(until + self._blur() / 10, system="tickets.wake")

    def _solve(self, agent: int) -> None:
        story = self.story
        story.resolve(self.writer.solution(), self._later(self.solution, 0.17), by=agent)

    def _afterwards(self, agent: int) -> None:
        """Thanks, a second round now and then, and the end."""
        story = self.story
        assert story.closes_at is not None
        if agent and self._happens("reopened"):
            at = story.last_at + timedelta(days=self.random.random() * 9 + 0.2)
            story.reopen(self.writer.say(everywhere.REOPENED), at, by=story.requester_id)
            story.reply(
                self.writer.say(everywhere.UPDATES),
                self._later(self.response, 0.3),
                by=agent,
                answer=True,
            )
            self._solve(agent)
        elif self._happens("thanked"):
            story.reply(
                self.writer.say(everywhere.THANKS), self._at_work(3), by=story.requester_id, answer=False
            )
        assert story.closes_at is not None
        story.close(story.closes_at + self._blur() / 10)
