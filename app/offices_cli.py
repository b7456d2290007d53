"""`skranke office …`: who is privacy officer, process owner, mottak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.identity.actor import Office, system_actor
from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from app.database.session import Sessions
    from app.people.offices import Held

office_app = typer.Typer(
    help="Verv: hvem som er personvernombud, prosesseier, mottak …", no_args_is_help=True
)
OPERATOR = system_actor("skranke office")
Who = Annotated[str, typer.Argument(help="Ansattnummer, e-post eller id.")]
Over = Annotated[str, typer.Option("--over", help="Nøkkelen til tjenesten, for prosesseiere.")]


@office_app.command("name")
def name(who: Who, office: Office, over: Over = "") -> None:
    """Gi noen et verv."""
    _change(who, office, over, ends=False)


@office_app.command("end")
def end(who: Who, office: Office, over: Over = "") -> None:
    """Ta vervet fra dem."""
    _change(who, office, over, ends=True)


@office_app.command("list")
def list_all() -> None:
    """Hvem som har hvilke verv."""

    async def read(sessions: Sessions) -> list[Held]:
        from app.people.offices import offices_held

        async with sessions() as session:
            return await offices_held(session)

    for held in on_sessions(read):
        typer.echo(f"{held.office}{f' over {held.scope}' if held.scope else ''}: {held.name}")


def _change(who: str, office: Office, over: str, *, ends: bool) -> None:
    async def change(sessions: Sessions) -> bool | None:
        from app.database.session import transaction
        from app.people.offices import appoint, dismiss
        from app.people.queries import person_named

        async with transaction(sessions) as session:
            person_id = await person_named(session, who)
            if person_id is None:
                return None
            if ends:
                return await dismiss(session, person_id, office, over, by=OPERATOR)
            await appoint(session, person_id, office, over, by=OPERATOR)
            return True

    try:
        done = on_sessions(change)
    except ValueError as wrong:
        raise stop(str(wrong)) from None
    if done is None:
        raise stop(f"Fant ikke nøyaktig én person som er {who}.")
    if not done:
        raise stop(f"{who} har ikke dette vervet.")
