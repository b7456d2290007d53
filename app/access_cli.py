"""`skranke access …`: what somebody should have and has, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from app.access.reconciling import Read
    from app.access.view import PersonView
    from app.database.session import Sessions
    from service_catalog.access_schema import Access

access_app = typer.Typer(help="Tilganger: hva folk skal ha, har, og hvorfor.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="Ansattnummer, e-post, id eller hele navnet.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Dagen; i dag om den mangler.")
]


@access_app.callback()
def access() -> None:
    """Tilganger."""


@access_app.command("plan")
def plan(who: Who, on: On = None) -> None:
    """Hva en person skal ha, har, venter på og har for mye av, linje for linje, med grunn."""

    async def read(sessions: Sessions) -> PersonView | Sequence[int]:
        from app.access.queries import persons_of_plan, today
        from app.access.view import person_view
        from app.catalogue.published import load_published
        from app.people.queries import person_named, person_ref, persons_called

        async with sessions() as session:
            person_id = await person_named(session, who, also_ended=True)
            if person_id is None:
                called = await persons_called(session, who)
                if len(called) != 1:
                    return called
                person_id = called[0]
            published, day = await load_published(session), on.date() if on else await today(session)
            name = (await person_ref(session, person_id)).name
            person = (await persons_of_plan(session, [person_id], day))[person_id]
            return person_view(published.catalogue, person_id, name, person, day, "nb")

    view = on_sessions(read)
    if isinstance(view, Sequence):
        several = f" Id-ene er {', '.join(map(str, view))}." if view else ""
        raise stop(f"Fant ikke nøyaktig én person som er {who}.{several}")
    typer.echo(f"{view.name}: {', '.join(view.jobs) or 'ingen stilling denne dagen'}")
    for system in view.systems:
        typer.echo(f"\n{system.title}")
        for line in system.lines:
            typer.echo(f"  {line.word:<22} {line.title}, {'; '.join(line.because)}")
            for told in _more(line.missing, line.conflicts, line.on.isoformat() if line.on else ""):
                typer.echo(f"  {'':<22} {told}")


@access_app.command("reconcile")
def reconcile(system: Annotated[str, typer.Argument(help="Systemets nøkkel i systems.yaml.")]) -> None:
    """Les et system av nå: hva som står der utenom Skranke, og hva som er borte."""
    from app.access.targets import configured

    targets = configured()
    connection = targets.connections.get(system)
    if connection is None:
        known = ", ".join(targets.connections) or "ingen"
        raise stop(f"{system} er ikke koblet til. Tilkoblet: {known} (SKRANKE_TARGETS_FILE).")
    if not connection.can_be_read:
        raise stop(f"{system} svarer ikke på hvem som har hva (asks: true), og kan ikke leses av.")

    async def read(sessions: Sessions) -> Read | None:
        from app.access import reconciling
        from app.access.provisioning import open_connection

        provisioner = open_connection(connection)
        try:
            return await reconciling.reconcile(sessions, targets, provisioner, system)
        finally:
            await provisioner.close()

    found = on_sessions(read)
    if found is None:
        raise stop(f"{system} kunne ikke leses av. Grunnen står på /drift/tilganger.")
    typer.echo(f"Gitt utenom Skranke: {found.found}")
    typer.echo(f"Tatt bort utenom Skranke: {found.lost}")
    typer.echo(f"Kontoer ingen her kjenner: {len(found.strangers)}")
    if found.held_back:
        typer.echo(f"Borte på én gang, og ikke regnet med: {found.held_back}")


@access_app.command("targets")
def targets() -> None:
    """Hvilke systemer som gir og tar selv, og hva som ikke stemmer med katalogen."""
    from app.access.targets import UnreadableTargets, configured

    async def read(sessions: Sessions) -> Access:
        from app.catalogue.published import load_published

        async with sessions() as session:
            return (await load_published(session)).catalogue.access

    try:
        known = configured()
    except (UnreadableTargets, OSError) as wrong:
        raise stop(str(wrong)) from wrong
    access = on_sessions(read)
    for key, system in access.systems.items():
        connection = known.connections.get(key)
        ours = [one for one in access.entitlements.values() if one.system == key]
        by_itself = [one for one in ours if known.thing(one) is not None]
        how = (
            f"{connection.how}, {len(by_itself)} av {len(ours)} av seg selv"
            if connection
            else "for hånd, i saker"
        )
        typer.echo(f"{key:<16} {system.title.nb:<36} {how}")
    for problem in (problems := list(known.problems(access))):
        typer.echo(f"Feil: {problem}", err=True)
    if problems:
        raise typer.Exit(1)


def _more(missing: str, conflicts: tuple[str, ...], day: str) -> list[str]:
    said = (
        f"mangler {missing}" if missing else "",
        f"skal ikke være sammen med {', '.join(conflicts)}" if conflicts else "",
        f"dato {day}" if day else "",
    )
    return [each for each in said if each]
