"""`skranke retention …`: what is over its time, and the archive's package, from a terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import get_settings
from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from app.database.session import Sessions
    from app.retention.due import DueCount
    from app.retention.leavers import LeaverCount

retention_app = typer.Typer(
    help="Hvor lenge avsluttede saker står, og det arkivet får.", no_args_is_help=True
)

WORDS = {
    "ready": "kan slettes nå",
    "held": "stanset",
    "not_transferred": "må til arkivet først",
    "listed": "står på en liste",
}
LEAVING = {
    "noticed": "navnet går en måned etter at det ble ført opp, det første",
    "held": "stanset, det første ført opp",
    "needed": "navnet trengs ennå, det første ført opp",
    "forgotten": "anonymisert, sist",
}


@retention_app.command("preview")
def preview() -> None:
    """Hva som er over tida: saker, tjeneste for tjeneste, og navn på dem som har sluttet. Endrer ingenting."""
    from app.catalogue.published import load_published
    from app.events.log import database_now
    from app.retention.due import due_counts, rules_of
    from app.retention.leavers import leaver_counts

    async def count(sessions: Sessions) -> tuple[list[DueCount], list[LeaverCount]]:
        async with sessions() as session:
            rules = rules_of(await load_published(session))
            due = await due_counts(session, rules, at=await database_now(session))
            return due, await leaver_counts(session)

    counts, leavers = on_sessions(count)
    for each in counts:
        typer.echo(f"{each.service:<40} {each.cases:>8}  {WORDS[each.standing]}, eldst {each.oldest_due_on}")
    typer.echo(f"{sum(each.cases for each in counts)} saker er over tida.")
    for kind in leavers:
        typer.echo(f"{'De som har sluttet':<40} {kind.people:>8}  {LEAVING[kind.standing]}, {kind.on}")


@retention_app.command("pack")
def pack(
    to: Annotated[Path, typer.Option(dir_okay=False, help="Fila pakken skrives til; den må ikke finnes.")],
) -> None:
    """Pakk de neste avsluttede sakene med arkivplikt (Noark 5), og skriv pakken til en fil."""
    from app.catalogue.published import load_published
    from app.database.session import transaction
    from app.errors import Conflict
    from app.identity.actor import system_actor
    from app.retention.models import Package
    from app.retention.packages import ask_for_package, make_next, note_fetching
    from app.tickets.attachments import open_store

    settings = get_settings()
    if to.exists():
        raise stop(f"{to} finnes fra før.")
    store = open_store(settings)
    terminal = replace(system_actor("terminal"), units=frozenset({settings.archive_unit}))

    async def make(sessions: Sessions) -> Package:
        import obstore

        async with transaction(sessions) as session:
            published = await load_published(session)
            asked = await ask_for_package(session, published, archive_unit=settings.archive_unit, by=terminal)
        await make_next(sessions, store, published)
        async with transaction(sessions) as session:
            package = await session.get_one(Package, asked.id, populate_existing=True)
            if package.key is not None:
                await note_fetching(session, package, by=terminal)
        if package.key is not None:
            found = await obstore.get_async(store, package.key)
            with to.open("xb") as file:
                async for piece in found.stream():
                    file.write(piece)
        return package

    try:
        package = on_sessions(make)
    except Conflict:
        raise stop("Alle avsluttede saker med arkivplikt er pakket.") from None
    if package.sha256 is None:
        raise stop(
            f"Pakke {package.id} står i kø bak en annen. Prøv igjen, eller hent den på /kontroll/arkiv."
        )
    typer.echo(f"Pakke {package.id}: {package.cases} saker, SHA-256 {package.sha256.hex()}")
