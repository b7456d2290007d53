"""The paper two units sign: tagged PDF (PDF/UA-1) made from the page by WeasyPrint, where that is installed."""

from __future__ import annotations

from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from anyio import CapacityLimiter, to_thread

from app.errors import Problem
from app.web.asset_manifest import STATIC

PAPER = Path(__file__).parent / "paper.css"


class PdfNotInstalled(Problem):
    """requirements/pdf.txt is not installed, or Pango is missing from the system."""

    status = 503


def is_installed() -> bool:
    """Whether it is worth offering; Pango is only looked for when a PDF is made."""
    return find_spec("weasyprint") is not None


@cache
def _at_a_time() -> CapacityLimiter:
    """Making one is a second of work for one core."""
    return CapacityLimiter(1)


async def make(html: str) -> bytes:
    """A document with its title and language in it. Raises PdfNotInstalled."""
    return await to_thread.run_sync(partial(_make, html), limiter=_at_a_time())


def _make(html: str) -> bytes:
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: the package is there and Pango is not
        raise PdfNotInstalled("agreement.pdf_not_installed") from None
    fonts, ours = FontConfiguration(), URLFetcher(allowed_protocols=("file",))
    style = CSS(string=_type_face() + PAPER.read_text(encoding="utf-8"), font_config=fonts, url_fetcher=ours)
    made: bytes = HTML(string=html, url_fetcher=ours).write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return made


def _type_face() -> str:
    """The pages' own letters, so that paper looks alike on every machine; the system's where they are not built."""
    files = sorted((STATIC).glob("inter-latin*-wght-normal-*.woff2"))
    return "".join(f"@font-face {{ font-family: Inter; src: url({each.as_uri()}); }}\n" for each in files)
