"""`skranke hr …`: a file from the HR system; what it would change, and carrying it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import get_settings
from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from app.database.session import Sessions
    from app.feed.rows import PersonRow
    from app.settings import Settings
    from integrations.hr.mapping import FileMap

hr_app = typer.Typer(help="Fila fra HR-systemet.", no_args_is_help=True)


@hr_app.callback()
def hr() -> None:
    """Fila fra HR-systemet."""


@hr_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV-fila.", exists=True, dir_okay=False)],
    columns: Annotated[
        Path | None, typer.Option("--map", help="Kart over kolonnene (YAML); ellers SKRANKE_HR_MAP.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Bare si hva som ville blitt endret.")] = False,
    leaving: Annotated[
        int | None, typer.Option(help="Så mange skal slutte, selv om det er over grensen.")
    ] = None,
) -> None:
    """Les fila, si hva den endrer, og gjør det. Å kjøre den en gang til endrer ingenting."""
    from integrations.hr.mapping import UnreadableMap, read_map
    from integrations.hr.reading import UnreadableFile, read_lines

    settings = get_settings()
    path = columns or settings.hr_map
    if path is None:
        raise stop("Si hva kolonnene betyr: --map KART.yaml, eller SKRANKE_HR_MAP.")
    try:
        wanted = read_map(path)
        lines = read_lines(file.read_bytes(), wanted)
    except (UnreadableMap, UnreadableFile) as wrong:
        raise stop(f"{wrong}\nIngenting er endret.") from None
    if not lines:
        raise stop("Fila har ingen linjer. Ingenting er endret.")
    from app.feed.importing import rows_of

    rows = rows_of(lines)
    on_sessions(lambda sessions: _run(sessions, rows, wanted, settings, dry_run=dry_run, leaving=leaving))


async def _run(
    sessions: Sessions,
    rows: list[PersonRow],
    wanted: FileMap,
    settings: Settings,
    *,
    dry_run: bool,
    leaving: int | None,
) -> None:
    from sqlalchemy import select

    from app.database.session import transaction
    from app.feed.importing import SOURCE, TooManyLeave, carry_out_all, forecast
    from app.feed.telling import told
    from app.identity.actor import system_actor
    from app.people.models import OrgUnit

    found = await forecast(sessions, rows, whole=wanted.whole)
    async with transaction(sessions) as session:
        places = {row.id: row.name for row in await session.execute(select(OrgUnit.id, OrgUnit.name))}
    for line in told(found, places):
        typer.echo(line)
    most = settings.hr_most_leaving_percent
    too_many = (
        f"Stoppet: {found.leaving} av {found.staff} ville sluttet, og grensen er {most:g} %. "
        f"Ingenting er endret. Er det riktig, kjør på nytt med --leaving {found.leaving}."
    )
    if dry_run:
        typer.echo(too_many if found.is_too_many(most) else "Prøvekjøring: ingenting er endret.")
        return
    try:
        done = await carry_out_all(
            sessions, found, by=system_actor(SOURCE), most_percent=most, expected=leaving
        )
    except TooManyLeave:
        raise stop(too_many) from None
    typer.echo(f"Utført for {done} personer.")
