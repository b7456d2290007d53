"""Which files may be attached, judged by their content and their name together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import UnsupportedType

HEAD_BYTES = 4096
"""As much of a file's beginning as the judgement needs."""

_ZIP = b"PK\x03\x04"
_MARKUP = re.compile(r"<\s*[!?/a-z]", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class FileType:
    """`signatures`: (offset, bytes) of which one must stand there. `inside`: what a zip's first entry is called."""

    media_type: str
    extensions: tuple[str, ...]
    signatures: tuple[tuple[int, bytes], ...] = ()
    inside: tuple[bytes, ...] = ()


_OFFICE = (b"[Content_Types].xml", b"_rels/", b"docProps/")
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

# No markup (it would run as us), no archives and no macros (nobody can see what they bring), nothing that executes.
ALLOWED = (
    FileType("application/pdf", ("pdf",), ((0, b"%PDF-"),)),
    FileType("image/png", ("png",), ((0, b"\x89PNG\r\n\x1a\n"),)),
    FileType("image/jpeg", ("jpg", "jpeg"), ((0, b"\xff\xd8\xff"),)),
    FileType("image/gif", ("gif",), ((0, b"GIF87a"), (0, b"GIF89a"))),
    FileType("image/webp", ("webp",), ((8, b"WEBP"),)),
    FileType("image/tiff", ("tif", "tiff"), ((0, b"II*\x00"), (0, b"MM\x00*"))),
    FileType("image/heic", ("heic", "heif"), ((4, b"ftyphei"), (4, b"ftypmif1"), (4, b"ftyphev"))),
    FileType("video/mp4", ("mp4",), ((4, b"ftypisom"), (4, b"ftypmp4"), (4, b"ftypavc1"), (4, b"ftypiso"))),
    FileType("video/quicktime", ("mov",), ((4, b"ftypqt"),)),
    FileType(f"{_OOXML}wordprocessingml.document", ("docx",), ((0, _ZIP),), (*_OFFICE, b"word/")),
    FileType(f"{_OOXML}spreadsheetml.sheet", ("xlsx",), ((0, _ZIP),), (*_OFFICE, b"xl/")),
    FileType(f"{_OOXML}presentationml.presentation", ("pptx",), ((0, _ZIP),), (*_OFFICE, b"ppt/")),
    FileType(f"{_ODF}text", ("odt",), ((0, _ZIP),), (f"mimetype{_ODF}text".encode(),)),
    FileType(f"{_ODF}spreadsheet", ("ods",), ((0, _ZIP),), (f"mimetype{_ODF}spreadsheet".encode(),)),
    FileType(f"{_ODF}presentation", ("odp",), ((0, _ZIP),), (f"mimetype{_ODF}presentation".encode(),)),
    FileType("text/plain", ("txt", "log")),
    FileType("text/csv", ("csv",)),
)
BY_EXTENSION = {extension: kind for kind in ALLOWED for extension in kind.extensions}
EXTENSIONS = tuple(sorted(BY_EXTENSION))
"""For the `accept` of a file field."""

_ENTRY_NAME_AT = 30
"""Where the name of a zip's first entry stands (APPNOTE 4.3.7)."""


def judge(name: str, head: bytes) -> str:
    """The media type it will be served as. Raises UnsupportedType unless name and content agree on one of ALLOWED."""
    kind = BY_EXTENSION.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise UnsupportedType("attachment.type_not_allowed", allowed=", ".join(EXTENSIONS))
    if not _is(kind, head[:HEAD_BYTES]):
        raise UnsupportedType("attachment.not_what_it_says")
    return kind.media_type


def _is(kind: FileType, head: bytes) -> bool:
    if not kind.signatures:
        return _is_plain_text(head)
    if not any(head.startswith(signature, offset) for offset, signature in kind.signatures):
        return False
    return not kind.inside or any(head.startswith(entry, _ENTRY_NAME_AT) for entry in kind.inside)


def _is_plain_text(head: bytes) -> bool:
    """Text in UTF-8, UTF-16 with a mark, or Windows' Latin; never what a browser could take for markup."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        text = head.decode("latin-1")
    return not _NOT_TEXT.search(text) and not _MARKUP.search(text[:1024])
