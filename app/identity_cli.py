"""`skranke identity …`: who may come in, for whoever runs the installation. Everything here is in the security log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.settings import get_settings
from app.terminal import on_sessions, stop

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.database.session import Sessions

identity_app = typer.Typer(help="Hvem som slipper inn.", no_args_is_help=True)
T = TypeVar("T")
Named = Annotated[str, typer.Argument(help="Ansattnummer, e-postadresse eller id.")]
TERMINAL = "terminal"
"""Who did it, in the log: whoever may run commands on the server."""


def _in_transaction(action: Callable[[AsyncSession], Awaitable[T]]) -> T:
    from app.database.session import transaction
    from app.errors import Problem
    from app.web.problem_texts import sentence_of

    async def run(sessions: Sessions) -> T:
        async with transaction(sessions) as session:
            return await action(session)

    try:
        return on_sessions(run)
    except Problem as problem:
        raise stop(sentence_of(problem.code, "nb", problem.params) or problem.code) from None


async def _person(session: AsyncSession, named: str, *, also_ended: bool = False) -> int:
    from app.people.queries import person_named

    found = await person_named(session, named, also_ended=also_ended)
    if found is None:
        raise stop(f"Fant ingen person med «{named}», eller flere enn én.")
    return found


@identity_app.command("link")
def link(
    named: Named,
    subject: Annotated[str, typer.Option(help="Hvem de er der de logger inn: oid, sub eller fødselsnummer.")],
    way: Annotated[str, typer.Option(help="oidc eller idporten.")] = "oidc",
) -> None:
    """Knytt en person til hvem de er der de logger inn. Et fødselsnummer lagres bare som en nøklet sjekksum."""
    from app.identity.actor import system_actor
    from app.identity.claims import kept_subject
    from app.identity.ending import link_identity
    from app.identity.issuers import issuers_of
    from integrations.oidc.provider import IssuerUnreachable

    settings = get_settings()
    known = issuers_of(settings)
    issuer = known.sign_in.get(way)
    if issuer is None:
        raise stop(f"SKRANKE_{way.upper()}_AUTHORITY er ikke satt.")

    async def act(session: AsyncSession) -> None:
        try:
            name = (await issuer.provider.metadata()).issuer
        except IssuerUnreachable:
            raise stop(f"Får ikke svar fra {issuer.settings.authority}.") from None
        finally:
            await known.close()
        person_id = await _person(session, named)
        kept = kept_subject(subject, issuer.settings)
        await link_identity(session, person_id, kept, issuer=name, by=system_actor(TERMINAL))

    _in_transaction(act)
    typer.echo("Knyttet.")


@identity_app.command("end")
def end(named: Named) -> None:
    """Avslutt alt personen når: innlogginger og nøkler med en gang, åpne strømmer innen et minutt."""
    from app.identity.actor import system_actor
    from app.identity.ending import end_access

    async def act(session: AsyncSession) -> None:
        await end_access(session, await _person(session, named), by=system_actor(TERMINAL))

    _in_transaction(act)
    typer.echo("Avsluttet.")


@identity_app.command("open")
def open_again(named: Named) -> None:
    """Slipp personen inn igjen. Det som ble tilbakekalt, forblir tilbakekalt."""
    from app.identity.actor import system_actor
    from app.identity.ending import open_access

    async def act(session: AsyncSession) -> None:
        person_id = await _person(session, named, also_ended=True)
        await open_access(session, person_id, by=system_actor(TERMINAL))

    _in_transaction(act)
    typer.echo("Personen kan logge inn.")


@identity_app.command("sign-out")
def sign_out(named: Named) -> None:
    """Logg personen ut overalt. Nøkler virker fortsatt, og personen kan logge inn igjen."""
    from app.identity.actor import system_actor
    from app.identity.ending import sign_out_everywhere

    async def act(session: AsyncSession) -> None:
        await sign_out_everywhere(session, await _person(session, named), by=system_actor(TERMINAL))

    _in_transaction(act)
    typer.echo("Logget ut overalt.")


@identity_app.command("show")
def show(named: Named) -> None:
    """Hvor personen er logget inn, og nøklene."""
    from app.audit.kinds import AuditKind
    from app.audit.log import audit
    from app.identity.actor import system_actor
    from app.identity.sessions import sessions_of
    from app.identity.tokens import keys_of

    async def act(session: AsyncSession) -> list[str]:
        person_id = await _person(session, named, also_ended=True)
        by = system_actor(TERMINAL)
        await audit(
            session,
            by,
            AuditKind.ACCOUNT_SHOWN,
            subject_kind="person",
            subject_id=person_id,
            concerns_id=person_id,
        )
        lines = [
            f"innlogging {each.id:>6}  {each.device or '?':<24} {each.address or '':<20} sist brukt {each.seen_at:%Y-%m-%d %H:%M}"
            for each in await sessions_of(session, person_id, get_settings())
        ]
        for key in await keys_of(session, person_id):
            used = f"sist brukt {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "aldri brukt"
            lines.append(f"nøkkel {key.id:>10}  {key.name:<30} {' '.join(key.scopes):<12} {used}")
        return lines

    typer.echo("\n".join(_in_transaction(act)) or "Ikke logget inn, og ingen nøkler.")


@identity_app.command("revoke-key")
def revoke_key(
    named: Named, key_id: Annotated[int, typer.Argument(help="Nummeret i «skranke identity show».")]
) -> None:
    """Nøkkelen åpner ingenting fra neste forespørsel."""
    from app.identity.actor import system_actor
    from app.identity.ending import revoke_key_of

    async def act(session: AsyncSession) -> None:
        person_id = await _person(session, named, also_ended=True)
        await revoke_key_of(session, person_id, key_id, by=system_actor(TERMINAL))

    _in_transaction(act)
    typer.echo("Tilbakekalt.")


@identity_app.command("system")
def register(
    name: Annotated[str, typer.Argument(help="Det folk skal se i loggen, for eksempel «Timeplan».")],
    client_id: Annotated[str, typer.Option(help="Klienten hos utstederen av tokenet.")],
    unit: Annotated[
        list[str] | None, typer.Option(help="Fagenhet den behandler saker for. Kan gjentas.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Ikke bare lese.")] = False,
    scim: Annotated[
        bool, typer.Option("--scim", help="Legger inn folk og grupper over SCIM, og ikke noe annet.")
    ] = False,
) -> None:
    """Registrer et annet system, som kommer med OAuth 2.0 client credentials."""
    from app.events.log import database_now
    from app.identity.actor import system_actor
    from app.identity.systems import register_system
    from app.identity.tokens import Scope

    issuer = get_settings().systems
    if issuer is None:
        raise stop("SKRANKE_SYSTEMS_AUTHORITY er ikke satt.")
    if scim and (write or unit):
        raise stop("--scim gir bare det; registrer et system til for saker.")
    scopes = {Scope.SCIM} if scim else {Scope.READ, Scope.WRITE} if write else {Scope.READ}

    async def act(session: AsyncSession) -> int:
        made = await register_system(
            session,
            name,
            authority=issuer.authority,
            client_id=client_id,
            scopes=scopes,
            units=unit or (),
            by=system_actor(TERMINAL),
            at=await database_now(session),
        )
        return made.id

    typer.echo(f"System {_in_transaction(act)} er registrert.")


@identity_app.command("systems")
def systems() -> None:
    """Systemene som slipper inn."""
    from app.identity.systems import registered_systems

    for each in _in_transaction(registered_systems):
        used = each.last_used_at.isoformat(timespec="minutes") if each.last_used_at else "aldri brukt"
        typer.echo(f"{each.id:>5}  {each.name:<30} {each.client_id:<40} {' '.join(each.scopes)}  {used}")


@identity_app.command("revoke-system")
def revoke(system_id: Annotated[int, typer.Argument(help="Nummeret i lista.")]) -> None:
    """Systemet er ingen fra neste forespørsel."""
    from app.identity.actor import system_actor
    from app.identity.systems import revoke_system

    async def act(session: AsyncSession) -> None:
        await revoke_system(session, system_id, by=system_actor(TERMINAL))

    _in_transaction(act)
    typer.echo("Tilbakekalt.")
