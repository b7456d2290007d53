"""`skranke …`: what an operator and a developer do from a terminal. Heavy imports stand inside the commands."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.access_cli import access_app
from app.audit_cli import audit_app
from app.hr_cli import hr_app
from app.identity_cli import identity_app
from app.offices_cli import office_app
from app.privacy.commands import privacy_app
from app.retention_cli import retention_app
from app.scim_cli import scim_app
from app.settings import PROJECT, Settings, UnusableSettings, get_settings
from app.terminal import on_sessions, open_database, stop, with_sessions

if TYPE_CHECKING:
    from app.database.session import Sessions
    from app.reporting.comparing import Comparison
    from service_catalog.schema import Catalogue
    from sla.load import Sla

T = TypeVar("T")

app = typer.Typer(
    name="skranke",
    help="Én vei inn til kommunens interne tjenester.",
    no_args_is_help=True,
    add_completion=False,
)
catalogue_app = typer.Typer(help="Tjenestekatalogen: sjekk den, ta den i bruk, se den.", no_args_is_help=True)
clocks_app = typer.Typer(help="Fristene.", no_args_is_help=True)
sla_app = typer.Typer(help="Avtalene og det de lover.", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(clocks_app, name="clocks")
app.add_typer(sla_app, name="sla")
app.add_typer(audit_app, name="audit")
app.add_typer(access_app, name="access")
app.add_typer(retention_app, name="retention")
app.add_typer(identity_app, name="identity")
app.add_typer(privacy_app, name="privacy")
app.add_typer(office_app, name="office")
app.add_typer(scim_app, name="scim")
app.add_typer(hr_app, name="hr")


class Scale(StrEnum):
    SMALL = "small"
    FULL = "full"


def main() -> None:
    from app.database.embedded import EmbeddedError

    try:
        app()
    except (EmbeddedError, UnusableSettings) as unusable:
        sys.exit(str(unusable))


@app.command()
def serve() -> None:
    """Start alt: databasen, nettarbeiderne og det som går av seg selv."""
    from app import supervisor
    from app.logs import write_logs

    write_logs()
    raise typer.Exit(supervisor.serve(get_settings()))


@app.command()
def work() -> None:
    """Bare det som går av seg selv: forsendelser, frister og opprydding."""
    from app.work import main as work_until_stopped

    work_until_stopped()


@app.command()
def migrate() -> None:
    """Bring databasen opp til denne versjonen."""
    from app.database.migrate import migrate as run_migrations

    with open_database(get_settings()) as database:
        if database.owner_url is None:
            raise stop("Sett SKRANKE_OWNER_DATABASE_URL til rollen som eier databasen.")
        run_migrations(database.owner_url)
    typer.echo("Databasen er oppdatert.")


@app.command()
def demo(
    scale: Annotated[
        Scale, typer.Option(help="small: 600 personer. full: 13 000, og en million saker.")
    ] = Scale.SMALL,
    reset: Annotated[bool, typer.Option("--reset", help="Tøm demoen først.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Start tjeneren etterpå.")] = False,
    staffing: Annotated[
        float, typer.Option(min=0.1, max=2, help="Bemanning de siste 60 dagene; 1 er den vanlige.")
    ] = 1.0,
    inflow: Annotated[
        float, typer.Option(min=0.1, max=5, help="Saker inn de siste 60 dagene; 1 er som vanlig.")
    ] = 1.0,
) -> None:
    """Fyll en egen database med en troverdig kommune (SKRANKE_DEMO=1)."""
    settings = get_settings()
    if not settings.demo:
        raise stop("Demoen trenger SKRANKE_DEMO=1, så den aldri havner foran ekte data.")
    if settings.database_url is not None:
        raise stop("Demoen bruker bare databasen som følger med. Fjern SKRANKE_DATABASE_URL.")

    def prepare() -> None:
        from app.database.embedded import open_embedded
        from app.database.migrate import migrate_if_behind

        with open_embedded(settings.data) as embedded:
            migrate_if_behind(embedded.owner_url)
            if reset or not (serve and asyncio.run(_is_filled(embedded.owner_url))):
                changed = (staffing, inflow)
                asyncio.run(_fill(embedded.owner_url, scale, changed, reset=reset, settings=settings))

    if not serve:
        return prepare()
    from app import supervisor

    raise typer.Exit(supervisor.serve(settings, before=prepare))


async def _is_filled(owner_url: str) -> bool:
    """Whether the demo stands from before: one query, and not the second it takes to import what makes it."""
    import asyncpg

    connection = await asyncpg.connect(owner_url)
    try:
        filled: bool = await connection.fetchval(
            "SELECT EXISTS (SELECT FROM job_runs WHERE job = 'demo.fill')"
        )
        return filled
    finally:
        await connection.close()


async def _fill(
    owner_url: str, scale: Scale, staffing_and_inflow: tuple[float, float], *, reset: bool, settings: Settings
) -> None:
    from app.demo import fill
    from app.demo.pressure import Trouble

    try:
        if reset:
            await fill.reset(owner_url, settings)
        trouble = Trouble(*staffing_and_inflow)
        summary = await fill.fill(
            owner_url, scale.value, at=datetime.now(UTC), settings=settings, trouble=trouble
        )
    except fill.CannotFill as refused:
        raise stop(str(refused)) from None
    state = "sto der fra før" if summary.already_there else f"laget på {summary.seconds:.1f} s"
    typer.echo(
        f"Demo: {summary.people} personer, {summary.org_units} enheter, {summary.tickets} saker, {state}."
    )


def _read_catalogue(settings: Settings) -> tuple[Catalogue, Sla]:
    """Everything as it stands in the folders of text; every problem is told, with its file and line."""
    from service_catalog.check import check
    from service_catalog.load import CatalogueError, read_catalogue
    from sla.load import SlaError, read_sla

    try:
        sla, written = read_sla(settings.sla_folder)
        catalogue, sources = read_catalogue(settings.catalogue_folder)
    except (CatalogueError, SlaError) as wrong:
        raise stop(str(wrong)) from None
    for name, document in written.items():
        sources.remember("agreements", name, document)
    problems = check(catalogue, sla, sources)
    if problems:
        raise stop("\n".join(map(str, problems)))
    return catalogue, sla


@catalogue_app.command("check")
def catalogue_check() -> None:
    """Les katalog og avtaler, og si alt som er galt, med fil og linje."""
    catalogue, sla = _read_catalogue(get_settings())
    typer.echo(
        f"Katalogen er i orden: {len(catalogue.services)} tjenester, {len(catalogue.units)} enheter, "
        f"{len(sla.versions)} avtaler, {len(sla.calendars)} kalendere."
    )
    unread = [one for one in catalogue.access.positions.values() if one.is_unread]
    if unread:
        typer.echo(
            "Ikke lest mot hovedtariffavtalen (access/positions.yaml): "
            + ", ".join(f"{one.key} {one.title}" for one in unread)
        )


@catalogue_app.command("publish")
def catalogue_publish(
    proposed_by: Annotated[
        str | None, typer.Option("--foreslatt-av", help="E-post eller ansattnummer, om avtaler er nye.")
    ] = None,
) -> None:
    """Ta katalogen i bruk. Åpne saker beholder versjonen sin; nye avtaler gjelder når to har godkjent dem."""
    from app.agreements.publishing import Publication, PublishingRefused, publish
    from app.database.session import transaction
    from app.identity.me import load_actor
    from app.people.queries import person_named

    catalogue, sla = _read_catalogue(get_settings())

    async def publish_it(sessions: Sessions) -> Publication:
        async with transaction(sessions) as session:
            person = await person_named(session, proposed_by) if proposed_by else None
            if proposed_by and person is None:
                raise PublishingRefused(f"Fant ingen aktiv person med «{proposed_by}», eller flere enn én.")
            proposer = await load_actor(session, person) if person else None
            user = os.environ.get("USER", "skranke")
            return await publish(session, catalogue, sla, by=user, proposer=proposer)

    try:
        done = on_sessions(publish_it)
    except PublishingRefused as refused:
        raise stop(str(refused)) from None
    typer.echo("\n".join(done.sentences()))
    if done.catalogue_version is None:
        raise typer.Exit(1)


@catalogue_app.command("show")
def catalogue_show() -> None:
    """Hva som er i bruk nå, enhet for enhet."""
    from app.catalogue.published import Published, published_or_none

    async def read(sessions: Sessions) -> Published | None:
        async with sessions() as session:
            return await published_or_none(session)

    published = on_sessions(read)
    if published is None:
        raise stop("Ingen katalog er tatt i bruk. Kjør «skranke catalogue publish».")
    typer.echo(f"Versjon {published.version}")
    for unit in published.catalogue.units.values():
        typer.echo(f"\n{unit.title.nb}")
        for service in published.catalogue.services.values():
            if service.unit == unit.key:
                typer.echo(f"  {service.key:<40} {service.title.nb}")


@clocks_app.command("rebuild")
def clocks_rebuild(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Bare si hva som er ulikt.")] = False,
) -> None:
    """Regn alle frister på nytt fra hendelsene. Skal ikke endre noe."""
    from app.clocks.side_by_side import rebuild_all
    from app.tickets.copies import compare

    with open_database(get_settings()) as database:
        url = database.app_url
        result = asyncio.run(
            with_sessions(url, lambda sessions: rebuild_all(sessions, url, repair=not dry_run))
        )
        copies = asyncio.run(with_sessions(url, lambda sessions: compare(sessions, repair=not dry_run)))
    typer.echo(f"{result.read} frister regnet på nytt, {len(result.different)} var ulike.")
    typer.echo(f"{len(copies)} saker viste noe annet enn fristene sine.")
    different = [*map(str, result.different), *(f"ticket {ticket_id}" for ticket_id in copies)]
    if different:
        raise stop("Ulike: " + ", ".join(different[:50]))


@sla_app.command("backtest")
def sla_backtest(
    told: Annotated[
        Scale | None, typer.Option("--demo", help="Prøv på en demo som ikke lagres, i stedet for databasen.")
    ] = None,
    trouble: Annotated[
        bool, typer.Option(help="Også historier med færre folk og med dobbelt så mange saker.")
    ] = True,
) -> None:
    """Hvor ofte løftene i «Forventet ferdig» holdt, hvert regnet ut bare fra det som var kjent da."""
    from app.demo.backtesting import (
        backtest_database,
        backtest_told,
        read_published,
        service_lines,
        summary_lines,
    )
    from app.demo.pressure import Trouble

    at, published = datetime.now(UTC), read_published(get_settings())
    if told is None:
        found = on_sessions(backtest_database)
        if found is None:
            raise stop("Ingen saker i databasen. Bruk --demo small.")
    else:
        found = backtest_told(told.value, published, at=at)
    typer.echo("\n".join((*summary_lines("Historien", found, aim=True), *service_lines(found))))
    histories = {"30 % færre folk de siste 60 dagene": Trouble(staffing=0.7)} | {
        "Dobbelt så mange saker de siste 60 dagene": Trouble(inflow=2)
    }
    for title, each in histories.items() if trouble else ():
        troubled = backtest_told("thirty-thousand", published, at=at, trouble=each, only_trouble=True)
        typer.echo("\n".join(("", *summary_lines(title, troubled, aim=False))))


@sla_app.command("simulate")
def sla_simulate(
    agreement: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Avtalen slik den er tenkt, som YAML.")
    ],
    staff: Annotated[str, typer.Option(help="Hvor mange agenter; flere tall sammenlignes: 3,4,5.")],
    from_history: Annotated[
        bool,
        typer.Option("--from-history", help="Spill om sakene i databasen (foreløpig den eneste kilden)."),
    ] = False,
    first: Annotated[str | None, typer.Option("--from", help="Saker åpnet fra og med denne dagen.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Saker åpnet til og med denne dagen.")] = None,
    unit: Annotated[str | None, typer.Option(help="Enheten som arbeider; ellers den som lover.")] = None,
    instead_of: Annotated[
        str | None, typer.Option(help="Avtalen sakene ble åpnet under, når navnet er nytt.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON i stedet for tabell.")] = False,
    plot: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Tegn til denne fila: .svg, eller .html med tabell.")
    ] = None,
) -> None:
    """Hva om vi lovet dette, med så mange? Andelen løfter holdt, før noen skriver under."""
    import orjson

    from app.catalogue.published import NothingPublished
    from app.clocks.simulating import Period
    from app.reporting import told
    from app.reporting.simulation import Question, simulate
    from sla.load import SlaError
    from sla.simulate import CannotSimulate

    if not from_history:
        raise stop("Si hvor sakene skal hentes fra: --from-history.")
    if plot is not None and plot.suffix not in told.DRAWN:
        raise stop(f"Tegningen må hete noe på {' eller '.join(told.DRAWN)}.")
    period = Period(_day(first), _day(last))
    question = Question(agreement, _numbers(staff), period, unit, instead_of)

    async def ask(sessions: Sessions) -> tuple[Comparison, dict[str, str]]:
        async with sessions() as session:
            return await simulate(session, question, get_settings().sla_folder)

    try:
        found, titles = on_sessions(ask)
    except (CannotSimulate, SlaError) as wrong:
        raise stop(str(wrong)) from None
    except NothingPublished:
        raise stop("Ingen katalog er tatt i bruk. Kjør «skranke catalogue publish».") from None
    if plot is not None:
        plot.write_text(told.DRAWN[plot.suffix](found, titles), encoding="utf-8")
    if as_json:
        typer.echo(orjson.dumps(told.as_json(found), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(told.as_text(found, titles))


def _day(written: str | None) -> date | None:
    try:
        return None if written is None else date.fromisoformat(written)
    except ValueError:
        raise stop(f"«{written}» er ikke en dato. Skriv den som 2026-01-31.") from None


def _numbers(written: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in written.split(","))
    except ValueError:
        raise stop(f"«{written}» er ikke tall. Skriv bemanningen som 4 eller 3,4,5.") from None


@app.command()
def openapi() -> None:
    """Skriv ut beskrivelsen av REST-grensesnittet (OpenAPI 3.1)."""
    import orjson

    from app.main import create_app

    sys.stdout.buffer.write(
        orjson.dumps(create_app(get_settings()).openapi(), option=orjson.OPT_INDENT_2) + b"\n"
    )


@app.command()
def token(
    person: Annotated[str, typer.Argument(help="Ansattnummer, e-postadresse eller id.")],
    name: Annotated[str, typer.Option(help="Hva nøkkelen brukes til.")],
    write: Annotated[bool, typer.Option("--write", help="Ikke bare lese.")] = False,
    days: Annotated[int, typer.Option(min=1, max=730, help="Hvor lenge den gjelder.")] = 90,
) -> None:
    """Lag en API-nøkkel for en person. Den vises én gang."""
    from app.database.session import transaction
    from app.events.log import database_now
    from app.identity.tokens import Scope, create_token
    from app.people.queries import person_named

    scopes = {Scope.READ, Scope.WRITE} if write else {Scope.READ}

    async def make(sessions: Sessions) -> str | None:
        async with transaction(sessions) as session:
            person_id = await person_named(session, person)
            if person_id is None:
                return None
            at = await database_now(session)
            return await create_token(
                session, person_id, name, scopes, at=at, expires_at=at + timedelta(days=days)
            )

    made = on_sessions(make)
    if made is None:
        raise stop(f"Fant ingen aktiv person med «{person}», eller flere enn én.")
    typer.echo(made)


CHECKS = (
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("ruff", "check", "--quiet", ".")),
    ("types", ("mypy",)),
    ("catalogue", ("app.cli", "catalogue", "check")),
    ("migrations", ("pytest", "-q", "tests/database/test_migrations.py")),
    ("tests", ("pytest", "-q", "-n", "2", "--dist", "loadfile")),
)


@app.command()
def check() -> None:
    """Alt som må være i orden før noe deles: form, stil, typer, katalog, migreringer, tester."""
    failed = [name for name, command in CHECKS if not _passes(name, command)]
    if failed:
        raise stop(f"Ikke i orden: {', '.join(failed)}")


def _passes(name: str, command: tuple[str, ...]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    mark = "ok " if done.returncode == 0 else "FEIL"
    typer.echo(f"{mark:<5}{name:<12}{time.monotonic() - began:6.1f} s")
    if done.returncode != 0:
        typer.echo(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    main()
