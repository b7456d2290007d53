"""`skranke access …`: what somebody should have and has, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from app.access.view import PersonView
    from app.database.session import Sessions

access_app = typer.Typer(help="Tilganger: hva folk skal ha, har, og hvorfor.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="Ansattnummer, e-post eller id.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Dagen; i dag om den mangler.")
]


@access_app.callback()
def access() -> None:
    """Tilganger."""


@access_app.command("plan")
def plan(who: Who, on: On = None) -> None:
    """Hva en person skal ha, har, venter på og har for mye av, linje for linje, med grunn."""

    async def read(sessions: Sessions) -> PersonView | None:
        from app.access.queries import persons_of_plan, today
        from app.access.view import person_view
        from app.catalogue.published import load_published
        from app.people.queries import person_named, person_ref

        async with sessions() as session:
            person_id = await person_named(session, who, also_ended=True)
            if person_id is None:
                return None
            published, day = await load_published(session), on.date() if on else await today(session)
            name = (await person_ref(session, person_id)).name
            person = (await persons_of_plan(session, [person_id], day))[person_id]
            return person_view(published.catalogue, person_id, name, person, day, "nb")

    view = on_sessions(read)
    if view is None:
        raise stop(f"Fant ikke nøyaktig én person som er {who}.")
    typer.echo(f"{view.name}: {', '.join(view.jobs) or 'ingen stilling denne dagen'}")
    for system in view.systems:
        typer.echo(f"\n{system.title}")
        for line in system.lines:
            typer.echo(f"  {line.word:<22} {line.title}, {'; '.join(line.because)}")
            for told in _more(line.missing, line.conflicts, line.on.isoformat() if line.on else ""):
                typer.echo(f"  {'':<22} {told}")


def _more(missing: str, conflicts: tuple[str, ...], day: str) -> list[str]:
    said = (
        f"mangler {missing}" if missing else "",
        f"skal ikke være sammen med {', '.join(conflicts)}" if conflicts else "",
        f"dato {day}" if day else "",
    )
    return [each for each in said if each]
