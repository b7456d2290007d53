"""A dot plot of shares as SVG of our own: no script, no style attribute, every number written beside its dot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

ROW, LABEL, PANEL, NUMBER, GAP, TOP = 30, 400, 210, 52, 56, 118
LONGEST = 56
"""Signs of a label that has room."""
COLOURS = ("#5b6673", "#0b5fa5", "#b0440c", "#1f7a4d", "#7a3e9d", "#8a6d00")
"""At least 4.5 : 1 on white. Marks differ in shape too, so the plot is read without colours."""
INK, FAINT, LINE = "#1b2733", "#4d5966", "#d5dbe1"


@dataclass(frozen=True)
class PlotRow:
    """Shares from 0 to 1, in the order of the series."""

    label: str
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Panel:
    heading: str
    rows: tuple[PlotRow, ...]


def dot_plot(title: str, description: str, series: Sequence[str], panels: Sequence[Panel]) -> str:
    """Panels stand beside each other and have the same rows. At most six series."""
    panel = PANEL + NUMBER * len(series) + GAP
    width = LABEL + panel * len(panels)
    height = TOP + ROW * len(panels[0].rows) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="plot-title plot-description" '
        'font-family="Inter, Arial, sans-serif" font-size="13">',
        f'<title id="plot-title">{escape(title)}</title>',
        f'<desc id="plot-description">{escape(description)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(16, 30, title, size=18, weight=600),
        *_legend(series),
    ]
    for number, row in enumerate(panels[0].rows):
        y = TOP + ROW * number
        if number % 2 == 0:
            parts.append(f'<rect x="0" y="{y}" width="{width}" height="{ROW}" fill="#f4f6f8"/>')
        parts.append(_text(16, y + 20, _shortened(row.label), weight=600 if number == 0 else 400))
    for number, each in enumerate(panels):
        parts += _panel(each, LABEL + panel * number, series)
    return "\n".join([*parts, "</svg>\n"])


def _legend(series: Sequence[str]) -> list[str]:
    parts, x = [], 24.0
    for number, name in enumerate(series):
        parts += [_mark(number, x, 60), _text(x + 14, 64.5, name, colour=FAINT)]
        x += 40 + 7.4 * len(name)
    return parts


def _panel(panel: Panel, left: int, series: Sequence[str]) -> list[str]:
    bottom = TOP + ROW * len(panel.rows)
    parts = [_text(left, TOP - 26, panel.heading, weight=600)]
    for percent in (0, 50, 100):
        x = left + PANEL * percent / 100
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" stroke="{LINE}"/>')
        parts.append(_text(x, TOP - 8, f"{percent} %", anchor="middle", size=11, colour=FAINT))
    for number, row in enumerate(panel.rows):
        y = TOP + ROW * number + ROW / 2
        for place, share in enumerate(row.shares):
            parts.append(_mark(place, left + PANEL * share, y))
            x = left + PANEL + 20 + NUMBER * (place + 1)
            colour = COLOURS[place % len(COLOURS)]
            parts.append(_text(x, y + 4.5, percent_of(share), anchor="end", colour=colour, size=12))
    for place in range(len(series)):
        parts.append(_mark(place, left + PANEL + 2 + NUMBER * (place + 1), TOP - 12))
    return parts


def _mark(number: int, x: float, y: float) -> str:
    colour = COLOURS[number % len(COLOURS)]
    shapes = (
        f'<line x1="{x:.1f}" y1="{y - 8:.1f}" x2="{x:.1f}" y2="{y + 8:.1f}" stroke="{colour}" stroke-width="3"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>',
        f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="{colour}"/>',
        f'<path d="M{x:.1f} {y - 6:.1f} l6 6 -6 6 -6 -6z" fill="{colour}"/>',
        f'<path d="M{x:.1f} {y - 6:.1f} l6 11 -12 0z" fill="{colour}"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#ffffff" stroke="{colour}" stroke-width="2.5"/>',
    )
    return shapes[number % len(shapes)]


def percent_of(share: float) -> str:
    """«97,3 %»: one decimal, never rounded up to a hundred."""
    tenths = int(share * 1000 + 0.5) if share == 1 else min(int(share * 1000 + 0.5), 999)
    whole, decimal = divmod(tenths, 10)
    return f"{whole} %" if tenths == 1000 else f"{whole},{decimal} %"


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 13,
    weight: int = 400,
    anchor: str = "start",
    colour: str = INK,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
