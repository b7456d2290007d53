"""`skranke audit …`: whether the security log stands as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import get_settings
from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from app.audit.reading import Anchor, Report
    from app.database.session import Sessions

audit_app = typer.Typer(help="Sikkerhetsloggen.", no_args_is_help=True)


@audit_app.callback()
def _group() -> None:
    """Keeps `verify` a word of its own as long as it is the only one."""


@audit_app.command("verify")
def audit_verify(
    heads: Annotated[
        list[str] | None,
        typer.Option("--head", help="Et segl som er notert utenfor databasen: nummer:sjekksum. Kan gjentas."),
    ] = None,
) -> None:
    """Les hele sikkerhetsloggen, og si om noe er endret, fjernet, satt inn eller flyttet."""
    from app.audit.chain import keys_of
    from app.audit.verify import verify

    anchors, keys = tuple(map(_anchor, heads or ())), keys_of(get_settings())

    async def read(sessions: Sessions) -> Report:
        async with sessions() as session:
            # One snapshot: what is sealed while this reads is not half seen.
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            return await verify(session, keys, anchors)

    report = on_sessions(read)
    typer.echo("\n".join(_told(report)))
    if not report.intact:
        raise stop("\n".join(map(str, report.findings)))


def _anchor(written: str) -> Anchor:
    from app.audit.reading import Anchor

    seq, _, noted = written.partition(":")
    try:
        return Anchor(int(seq), bytes.fromhex(noted))
    except ValueError:
        raise stop(f"«{written}» er ikke et segl. Skriv det som 17:9f2c…, slik verify skrev det.") from None


def _told(report: Report) -> list[str]:
    verdict = "Sikkerhetsloggen er hel" if report.intact else "Sikkerhetsloggen er IKKE hel"
    lines = [
        f"{verdict}: {report.entries} innførsler i {report.seals} segl, {report.unsealed} venter på segl."
    ]
    if report.begins_after and report.shortened_at:
        lines.append(
            f"Loggen begynner etter segl {report.begins_after}: {report.entries_gone} eldre innførsler er slettet etter "
            f"oppbevaringsregelen, sist {report.shortened_at:%Y-%m-%d}. Det som er slettet, kan ikke prøves."
        )
    if report.head.seq:
        lines.append(f"Siste segl: {report.head.seq}:{report.head.hash.hex()}")
    if report.without_key:
        lines.append(
            f"{report.without_key} segl er laget uten nøkkel (SKRANKE_AUDIT_KEY): den som eier databasen, kan lage dem på "
            "nytt. Noter siste segl et annet sted, og gi det til --head neste gang."
        )
    return lines
