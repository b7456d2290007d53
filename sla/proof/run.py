"""A million histories over two processes: what was asked, what was met, and every difference."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from sla.calendar import CalendarSource, WorkingCalendar
from sla.proof.calendars import FIRST, LAST, YEARS, random_calendar, zone_of
from sla.proof.compare import Comparison, Difference
from sla.proof.coverage import Landmarks, Met
from sla.proof.histories import anchors_of, random_history
from sla.proof.reference import SlowCalendar, Written

HISTORIES = 500
"""For each calendar."""
PROCESSES = 2
SHOWN = 20
"""Differences in full; the rest are counted."""
A_MINUTE = 60.0

Compile = Callable[[CalendarSource], WorkingCalendar]


@dataclass(frozen=True)
class Task:
    seed: int
    number: int
    """Of the calendar."""
    histories: int


@dataclass
class Result:
    histories: int = 0
    answers: int = 0
    zones: Counter[str] = field(default_factory=Counter)
    met: Counter[Met] = field(default_factory=Counter)
    differences: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        self.histories += other.histories
        self.answers += other.answers
        self.zones += other.zones
        self.met += other.met
        self.differences += other.differences
        self.shown = (self.shown + other.shown)[:SHOWN]


def tasks(histories: int, seed: int) -> list[Task]:
    """One for each calendar, those of a zone after each other: its wall clock is read once."""
    sizes = [HISTORIES] * (histories // HISTORIES) + [histories % HISTORIES] * bool(histories % HISTORIES)
    found = [Task(seed, number, size) for number, size in enumerate(sizes)]
    return sorted(found, key=lambda task: (zone_of(task.number), task.number))


def prove(task: Task, compiled: Compile = CalendarSource.compile) -> Result:
    """One calendar and its histories. Every other calendar is read back from a published version."""
    random = Random(f"{task.seed}:{task.number}")
    written = random_calendar(task.number, random)
    slow = SlowCalendar(written, FIRST, LAST)
    source = engine_source(written, published=random.random() < 0.5)
    comparison = Comparison(slow, compiled(source), local=random.random() < 0.5)
    anchors, landmarks = anchors_of(slow, random), Landmarks(slow)
    result = Result(zones=Counter([written["timezone"]]))
    for _ in range(task.histories):
        history = random_history(random, anchors)
        differences = list(comparison.differences(history))
        due = comparison.due(history, history.targets[-1])
        result.met.update(landmarks.met(history, due if isinstance(due, int) else None))
        result.differences += len(differences)
        result.shown += [shown(task, written, each) for each in differences[: SHOWN - len(result.shown)]]
        result.histories += 1
    result.answers = comparison.answers
    return result


def engine_source(written: Written, *, published: bool) -> CalendarSource:
    source = CalendarSource.model_validate({"name": "proof", **written})
    if not published:
        return source
    return CalendarSource.model_validate_json(source.pinned(YEARS).model_dump_json())


def shown(task: Task, written: Written, difference: Difference) -> str:
    return f"calendar {task.number} of seed {task.seed}: {dict(written)}\n  {difference}"


def prove_all(histories: int, seed: int) -> int:
    """0 when nothing differs. Interrupted, it tells what it had proved until then, and is not a proof."""
    work = tasks(histories, seed)
    _tell(f"seed {seed}: {histories:,} histories over {len(work):,} calendars, {FIRST} to {LAST}")
    whole = Result()
    begun = told = monotonic()
    interrupted = False
    try:
        for result in _results(work):
            whole.add(result)
            if monotonic() - told >= A_MINUTE:
                told = monotonic()
                _tell(
                    f"{(told - begun) / A_MINUTE:4.0f} min: {whole.histories:,} histories, {whole.differences} differences"
                )
    except KeyboardInterrupt:
        interrupted = True
    for line in report(whole, monotonic() - begun):
        _tell(line)
    unasked = f" until interrupted; {histories - whole.histories:,} histories were not asked"
    _tell(f"{whole.differences} differences{unasked if interrupted else ''}")
    return 1 if whole.differences or interrupted else 0


def _results(work: Iterable[Task]) -> Iterator[Result]:
    interrupts = signal.SIGINT, signal.SIG_IGN  # left to the parent, which tells what was proved until then
    with multiprocessing.get_context("spawn").Pool(PROCESSES, signal.signal, interrupts) as pool:
        yield from pool.imap_unordered(prove, work, chunksize=4)


def _tell(line: str) -> None:
    print(line, flush=True)


def report(whole: Result, seconds: float) -> Iterator[str]:
    yield from whole.shown
    zones = ", ".join(f"{zone} {count}" for zone, count in whole.zones.most_common())
    yield f"{whole.histories:,} histories, {whole.answers:,} answers, {seconds / A_MINUTE:.1f} min; calendars: {zones}"
    yield "histories with"
    yield from (f"  {whole.met[met]:>9,}  {met}" for met in Met)
