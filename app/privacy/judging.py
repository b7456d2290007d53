"""One decision about one text or file, the same for the person's own insight and for the public's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import FieldProblem, Invalid
from app.identity.actor import Actor
from app.privacy.models import Cuts, Judged, Outcome
from app.privacy.redaction import Cut, digest, places_of, tidy
from service_catalog.processing import Law, LawKind
from service_catalog.schema import Catalogue


@dataclass(frozen=True)
class Verdict:
    """What somebody decides. `passages` are words to be cut wherever they stand, `places` exact [start, end] pairs."""

    outcome: Outcome
    ground: str = ""
    places: tuple[tuple[int, int], ...] = ()
    passages: tuple[str, ...] = ()

    @property
    def cuts_something(self) -> bool:
        return bool(self.places or any(passage.strip() for passage in self.passages))


def grounds(catalogue: Catalogue, kind: LawKind) -> Mapping[str, Law]:
    """The provisions that something may be held back by."""
    return {key: law for key, law in catalogue.laws.items() if law.kind is kind}


def judge(
    item: Judged, text: str | None, verdict: Verdict, *, allowed: Mapping[str, Law], by: Actor, at: datetime
) -> None:
    """Write the decision on the item. `text` is None of a file, which is given whole or not at all.

    Raises Invalid when something is held back without a provision, or a passage stands nowhere in the text.
    """
    problems: list[FieldProblem] = []
    holds_back = verdict.outcome is Outcome.WITHHOLD or verdict.cuts_something
    if holds_back and verdict.ground not in allowed:
        problems.append(FieldProblem("ground", "field.required"))
    cuts: tuple[Cut, ...] = ()
    if verdict.outcome is Outcome.GIVE and verdict.cuts_something:
        found, missing = _cuts(text or "", verdict)
        cuts = tidy(found, text or "")
        problems += [FieldProblem("passages", "field.not_in_text")] * bool(missing or not cuts)
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    item.outcome = verdict.outcome
    item.ground = verdict.ground if holds_back else None
    item.cuts = [[cut.start, cut.end, cut.ground] for cut in cuts]
    item.digest = digest(text) if text is not None else None
    item.decided_by_id, item.decided_at = by.person_id, at


def _cuts(text: str, verdict: Verdict) -> tuple[list[Cut], list[str]]:
    """The cuts, and the passages that are nowhere."""
    cuts = [Cut(start, end, verdict.ground) for start, end in verdict.places]
    missing = []
    for passage in filter(str.strip, verdict.passages):
        spans = list(places_of(text, passage))
        cuts += [Cut(span.start, span.end, verdict.ground) for span in spans]
        missing += [] if spans else [passage]
    return cuts, missing


def cuts_of(item: Judged) -> Sequence[Cut]:
    kept: Cuts = item.cuts
    return [Cut(start, end, ground) for start, end, ground in kept]


def still_holds(item: Judged, text: str) -> bool:
    """False when the text has changed since: then nobody has decided about what stands there now."""
    return item.digest is None or item.digest == digest(text)
