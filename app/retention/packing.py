"""Packing closed cases for the archive: a zip with Noark 5 metadata, every document, what happened, and checksums."""

from __future__ import annotations

import asyncio
import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

import obstore
import orjson
from obstore.store import ObjectStore

from app.catalogue.published import Published
from app.database.session import Sessions, transaction
from app.retention.casefiles import Loaded, Piece, load_cases
from app.retention.noark import ArchivedFile, CaseFile, archive_structure, checksums

README = """\
Avsluttede saker fra Skranke, pakket for arkivet.

arkivstruktur.xml     metadata etter Noark 5 (5.0), én saksmappe for hver sak
dokumenter/           det som ble skrevet, som tekst (UTF-8), og vedleggene slik de kom
hendelser.jsonl       hva som skjedde i hver sak, når og av hvem, én hendelse på hver linje
sjekksummer.sha256    kontroller med: sha256sum --check sjekksummer.sha256
"""
AT_ONCE = 50


@dataclass(frozen=True)
class Packed:
    path: Path
    cases: int
    size: int
    sha256: bytes


class _Zip:
    """The package while it is written; remembers each file's checksum."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.digests: list[tuple[str, str]] = []

    async def add(self, path: str, content: bytes) -> str:
        """In a thread: compressing takes its time."""
        await asyncio.to_thread(self._zip.writestr, path, content)
        digest = hashlib.sha256(content).hexdigest()
        self.digests.append((path, digest))
        return digest

    async def close(self) -> None:
        await asyncio.to_thread(self._zip.writestr, "sjekksummer.sha256", "".join(checksums(self.digests)))
        self._zip.close()


async def pack(
    sessions: Sessions,
    store: ObjectStore,
    published: Published,
    ids: Sequence[int],
    to: Path,
    *,
    at: datetime,
) -> Packed:
    """Write the package of these cases to a new file. No connection is held while bytes move.

    Raises FileNotFoundError when an attachment's bytes are gone: a package that lacks something is none.
    """
    cases: list[CaseFile] = []
    in_class: dict[str, str] = {}
    events: list[bytes] = []
    with to.open("xb") as file:
        package = _Zip(file)
        for start in range(0, len(ids), AT_ONCE):
            async with transaction(sessions) as session:
                loaded = await load_cases(session, published, ids[start : start + AT_ONCE])
            for one in loaded:
                cases.append(await _documents(package, store, one))
                in_class[one.case.number] = one.service
                events += [orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in one.events]
        municipality = published.catalogue.municipality.name
        classes = {key: service.title.nb for key, service in published.catalogue.services.items()}
        classes |= {key: key for key in in_class.values() if key not in classes}
        structure = archive_structure(
            cases, municipality=municipality, classes=classes, in_class=in_class, at=at
        )
        await package.add("arkivstruktur.xml", structure)
        await package.add("hendelser.jsonl", b"".join(events))
        await package.add("LESMEG.txt", README.encode())
        await package.close()
    return await asyncio.to_thread(_measured, to, len(cases))


async def _documents(package: _Zip, store: ObjectStore, loaded: Loaded) -> CaseFile:
    """The case with its documents written, and what was written measured."""
    records = []
    for record, pieces in loaded.records:
        files = [await _document(package, store, loaded.case.number, piece) for piece in pieces]
        records.append(replace(record, files=tuple(files)))
    return replace(loaded.case, records=tuple(records))


async def _document(package: _Zip, store: ObjectStore, number: str, piece: Piece) -> ArchivedFile:
    if piece.key is None:
        content = piece.text.encode()
    else:
        found = await obstore.get_async(store, piece.key)
        content = bytes(await found.bytes_async())
    path = f"dokumenter/{number}/{piece.name}"
    digest = await package.add(path, content)
    return ArchivedFile(
        path=path,
        title=piece.title,
        format=piece.format,
        size=len(content),
        sha256=digest,
        at=piece.at,
        by=piece.by,
        is_main=piece.key is None,
    )


def _measured(path: Path, cases: int) -> Packed:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return Packed(path, cases, path.stat().st_size, digest)
