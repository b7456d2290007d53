"""Groups and app roles of the directory give offices too, exactly those that a rule names."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.identity.actor import Office
from app.identity.directory import Rule, UnreadableRules, follow_directory, follow_offices, read_rules
from app.people.offices import appoint, offices_held
from tests.audit.test_refusals import written
from tests.cast import APPOINTING, Cast

RULES = """
- {group: g-ombud, office: privacy_officer}
- {group: g-drift, office: technical_administrator}
- {group: g-pc, office: process_owner, over: bestille-pc}
- {group: g-it, unit: it}
"""


async def test_the_directory_gives_and_takes_the_offices_it_names_and_no_others(
    session: AsyncSession, cast: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text(RULES, encoding="utf-8")
    rules = read_rules(file)
    me = cast.truls.id
    await appoint(session, me, Office.TECHNICAL_ADMINISTRATOR, by=APPOINTING)
    await appoint(session, me, Office.CATALOGUE_EDITOR, by=APPOINTING)
    await follow_directory(session, me, {"g-ombud", "g-pc"}, rules)
    await follow_offices(session, me, {"g-ombud", "g-pc"}, rules)
    assert [(held.office, held.scope) for held in await offices_held(session, me)] == [
        (Office.CATALOGUE_EDITOR, ""),
        (Office.PRIVACY_OFFICER, ""),
        (Office.PROCESS_OWNER, "bestille-pc"),
    ]
    taken = await written(session, AuditKind.RIGHT_TAKEN)
    assert [(each["actor_id"], each["payload"]["office"]) for each in taken] == [
        (None, "technical_administrator")
    ]
    await follow_offices(session, me, {"g-ombud", "g-pc"}, rules)
    assert len(await written(session, AuditKind.RIGHT_GIVEN)) == 4, "twice changes nothing"
    await follow_offices(session, me, {"g-ombud"}, ())
    assert len(await offices_held(session, me)) == 3, "without a rule the directory decides nothing"


@pytest.mark.parametrize(
    "line",
    [
        "{group: g}",
        "{group: g, unit: it, office: privacy_officer}",
        "{group: g, office: king}",
        "{group: g, office: process_owner}",
        "{group: g, office: privacy_officer, over: bestille-pc}",
        "{group: g, office: privacy_officer, lead: true}",
    ],
)
def test_a_line_that_gives_not_one_thing_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text(f"- {line}\n", encoding="utf-8")
    with pytest.raises(UnreadableRules):
        read_rules(file)


def test_an_old_line_reads_as_before() -> None:
    assert Rule(group="g", unit="it", lead=True).office is None
