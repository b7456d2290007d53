"""`skranke privacy …`: the drafts of the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.settings import PROJECT, get_settings

privacy_app = typer.Typer(help="Personvern: utkastene som katalogen gir.", no_args_is_help=True)


@privacy_app.callback()
def privacy() -> None:
    """One command so far; the group stands so that more can come."""


@privacy_app.command("docs")
def docs(
    folder: Annotated[Path, typer.Option(file_okay=False, help="Hvor de skrives.")] = PROJECT / "docs",
    check: Annotated[bool, typer.Option("--check", help="Bare si om noen er utdatert.")] = False,
) -> None:
    """Skriv personvern, behandlingsprotokoll, DPIA og ROS (utkast) fra katalogen slik den står i mappen."""
    from app.privacy.documents import stale, write
    from service_catalog.load import CatalogueError, load_catalogue

    try:
        catalogue = load_catalogue(get_settings().catalogue_folder)
    except CatalogueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from None
    changed = stale(catalogue, folder) if check else write(catalogue, folder)
    if check and changed:
        typer.echo(f"Utdatert: {', '.join(changed)}. Kjør «skranke privacy docs».", err=True)
        raise typer.Exit(1)
    typer.echo(f"Skrevet: {', '.join(changed)}." if changed else "Alt er oppdatert.")
