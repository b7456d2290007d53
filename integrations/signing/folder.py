"""The reference implementation: requests and receipts as JSON files in a folder that another program watches.

`requests/KEY.json` is written whole or not at all; `receipts/KEY.json` is a list of
`{"party": "employer" | "employee", "signed_at": "2026-12-01T10:00:00Z", "receipt": "…"}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anyio import to_thread

from integrations.signing.signer import Party, Signed, SignerAway, SigningRequest

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
MOST_BYTES = 100_000


@dataclass(frozen=True)
class FolderSigner:
    folder: Path

    async def ask(self, request: SigningRequest) -> None:
        told = {
            "key": request.key,
            "title": request.title,
            "reference": request.reference,
            "signers": [{"party": party, "name": name} for party, name in request.signers],
        }
        await to_thread.run_sync(
            _write, self._file("requests", request.key), json.dumps(told, ensure_ascii=False)
        )

    async def signed(self, key: str) -> Sequence[Signed]:
        text = await to_thread.run_sync(_read, self._file("receipts", key))
        return read_receipts(text) if text is not None else ()

    def _file(self, kind: str, key: str) -> Path:
        if KEY.fullmatch(key) is None:
            raise ValueError(f"no name of a file: {key!r}")
        return self.folder / kind / f"{key}.json"


def read_receipts(text: str) -> tuple[Signed, ...]:
    """Raises SignerAway for what is not a whole list of receipts: it is being written, or is somebody else's."""
    try:
        rows = json.loads(text)
        if not isinstance(rows, list):
            raise TypeError
        found = tuple(
            Signed(Party(row["party"]), datetime.fromisoformat(row["signed_at"]), str(row["receipt"])[:200])
            for row in rows
        )
    except (ValueError, TypeError, KeyError):
        raise SignerAway("receipt unreadable") from None
    if any(each.at.tzinfo is None for each in found):
        raise SignerAway("receipt without zone")
    return found


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".part")
        whole.write_text(text, encoding="utf-8")
        whole.replace(path)
    except OSError as error:
        raise SignerAway(type(error).__name__) from None


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes()[:MOST_BYTES].decode("utf-8", "replace") if path.is_file() else None
    except OSError as error:
        raise SignerAway(type(error).__name__) from None
