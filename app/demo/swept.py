"""The clocks of a story as the sweep would have kept them: each step decided some seconds after it came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.clocks.compute import Course, Step, read, steps_of
from app.clocks.deciding import COMPUTED, SWEEPER, Kept, Told, step_row, values_of
from app.clocks.situation import TURNING
from app.demo.story import Story

Row = tuple[Any, ...]
SWEPT_WITHIN_SECONDS = 20
CLOCK_COLUMNS = f"id event_seq last_event_at subject_kind subject_id kind part {' '.join(COMPUTED)}"
STEP_COLUMNS = "clock_id period step at decided_at sent late"


class Swept:
    """One clock, its decided steps and their events, as rows to copy."""

    def __init__(self, clock_id: int, course: Course, story: Story) -> None:
        self.id, self.course, self.story = clock_id, course, story
        self.turned_at = [event.at for event in story.events if event.kind in TURNING]
        # Not the same for all, and the same every time.
        self.delay = timedelta(seconds=1 + story.id % SWEPT_WITHIN_SECONDS, microseconds=story.id % 977)
        self.steps: list[Row] = []
        self.events: list[Row] = []
        self.at = self.turned_at[-1]
        for at, steps in self._decisions(list(steps_of(course, at=story.anchor))):
            self._decide(at, steps)
        self.reading = read(course, at=self.at)

    def _decisions(self, steps: list[Step]) -> Iterator[tuple[datetime, list[Step]]]:
        """Steps by the instant somebody looked: the sweep, or an event that came before it."""
        while steps:
            first = steps[0]
            since = self.course.periods[first.period - 1].since
            come = max(first.at, since)
            turned = next((at for at in self.turned_at if at >= come), None)
            at = min(come + self.delay, turned) if turned is not None else come + self.delay
            if at > self.story.anchor:
                return
            together = [step for step in steps if step.at <= at and self._begun(step) <= at]
            yield at, together
            steps = [step for step in steps if step not in together]

    def _begun(self, step: Step) -> datetime:
        return self.course.periods[step.period - 1].since

    def _decide(self, at: datetime, steps: list[Step]) -> None:
        kept = Kept(self.id, len(self.events), at, 0)
        self.steps += [tuple(step_row(self.id, step, decided_at=at).values()) for step in steps]
        self.events += [
            ("clock", self.id, event["seq"], event["kind"], None, SWEEPER, at, event["payload"])
            for event in Told(kept, self.course, at, steps).events()
        ]
        self.at = max(self.at, at)

    def row(self) -> Row:
        computed = values_of(self.course, self.reading)
        return (
            self.id,
            len(self.events),
            self.at,
            "ticket",
            self.story.id,
            self.course.kind,
            self.course.part,
            *(computed[name] for name in COMPUTED),
        )
