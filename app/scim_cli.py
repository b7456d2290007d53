"""`skranke scim …`: keys for a directory that pushes people and groups. On the server only: they decide who works here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.database.session import Sessions
    from app.scim.keys import ScimKey

scim_app = typer.Typer(help="Nøkler for katalogen som legger inn folk (SCIM).", no_args_is_help=True)
TERMINAL = "terminal"


@scim_app.command("key")
def make(
    name: Annotated[str, typer.Argument(help="Det som skal stå i loggen, for eksempel «Entra».")],
    days: Annotated[int, typer.Option(min=1, max=730, help="Hvor lenge den gjelder.")] = 365,
) -> None:
    """Lag en nøkkel («Secret token»). Den vises én gang."""
    from app.database.session import transaction
    from app.identity.actor import system_actor
    from app.scim.keys import make_scim_key

    async def act(sessions: Sessions) -> str:
        async with transaction(sessions) as session:
            return await make_scim_key(session, name, days=days, by=system_actor(TERMINAL))

    typer.echo(on_sessions(act))


@scim_app.command("keys")
def keys() -> None:
    """Nøklene som gjelder."""
    from app.database.session import transaction
    from app.scim.keys import scim_keys

    async def act(sessions: Sessions) -> Sequence[ScimKey]:
        async with transaction(sessions) as session:
            return await scim_keys(session)

    for key in on_sessions(act):
        used = key.last_used_at.isoformat(timespec="minutes") if key.last_used_at else "aldri brukt"
        typer.echo(f"{key.id:>6}  {key.name:<30} …{key.hint}  til {key.expires_at:%Y-%m-%d}  {used}")


@scim_app.command("revoke")
def revoke(key_id: Annotated[int, typer.Argument(help="Nummeret i «skranke scim keys».")]) -> None:
    """Nøkkelen åpner ingenting fra neste forespørsel."""
    from app.database.session import transaction
    from app.errors import NotFound
    from app.identity.actor import system_actor
    from app.scim.keys import revoke_scim_key

    async def act(sessions: Sessions) -> None:
        async with transaction(sessions) as session:
            await revoke_scim_key(session, key_id, by=system_actor(TERMINAL))

    try:
        on_sessions(act)
    except NotFound:
        raise stop("Fant ingen slik nøkkel.") from None
    typer.echo("Tilbakekalt.")
