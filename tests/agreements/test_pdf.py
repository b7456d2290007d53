"""The paper two units sign."""

from __future__ import annotations

import re
import sys
import zlib

import httpx
import pytest

from tests.pango import is_there

needs_pango = pytest.mark.skipif(
    not is_there(), reason="NO PANGO: install it with `make pango` (see tests/pango.py)"
)


def streams(pdf: bytes) -> bytes:
    """Everything that is packed in it, unpacked."""
    found = []
    for head in re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", pdf):
        packed = pdf[head.end() : head.end() + int(head.group(1))]
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:  # letters and pictures are packed in their own ways
            continue
    return b"\n".join((pdf, *found))


@needs_pango
@pytest.mark.parametrize("name", ["lonn", "it-kritisk", "arbeidsavtale"])
@pytest.mark.parametrize(("language", "locale"), [("nb", b"nb"), ("en", b"en")])
async def test_the_pdf_is_tagged_and_says_its_title_and_language(
    client: httpx.AsyncClient, name: str, language: str, locale: bytes
) -> None:
    answer = await client.get(f"/avtaler/{name}/pdf", headers={"accept-language": language})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert f"avtale-{name}-v1.pdf" in answer.headers["content-disposition"]
    inside = streams(answer.content)
    assert b"/StructTreeRoot" in inside
    assert b"pdfuaid:part" in inside
    assert re.search(rb"/Lang\s*\(" + locale + rb"\)", inside)
    assert b"/DisplayDocTitle true" in inside
    assert inside.count(b"/S /TH") + inside.count(b"/S/TH") > 0, "the table's heads are heads"


async def test_without_the_library_the_answer_is_a_clear_problem(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert "Skriv ut siden fra nettleseren" in (await client.get("/avtaler/lonn")).text
    answer = await client.get("/avtaler/lonn/pdf", headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert "Pango" in answer.text
