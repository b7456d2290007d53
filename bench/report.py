"""What was measured, as plain text: each figure beside what was to be reached."""

from __future__ import annotations

from collections.abc import Sequence

from bench.measure import Pair

HEAD = (
    "what", "at once", "ours/s", "limit/s", "ratio", "goal", "ours p50 ms", "limit p50 ms", "ours p95 ms",
    "ours CPU ms", "limit CPU ms", "of it PostgreSQL",
)  # fmt: skip


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need; the first is text, the others are numbers."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def pairs(found: Sequence[Pair], goals: dict[str, float]) -> str:
    rows = []
    for pair in found:
        goal = goals.get(pair.name)
        rows.append(
            (
                pair.name,
                str(pair.concurrency),
                f"{pair.ours.per_second:.0f}",
                f"{pair.limit.per_second:.0f}",
                f"{pair.ratio:.2f}",
                f">= {goal:.2f}" if goal else "",
                f"{pair.ours.percentile_ms(50):.1f}",
                f"{pair.limit.percentile_ms(50):.1f}",
                f"{pair.ours.percentile_ms(95):.1f}",
                f"{pair.ours.cpu_ms:.2f}",
                f"{pair.limit.cpu_ms:.2f}",
                f"{pair.ours.database_cpu_ms:.2f}/{pair.limit.database_cpu_ms:.2f}",
            )
        )
    return table(HEAD, rows)


def figures(rows: Sequence[tuple[str, float, str, float | None]]) -> str:
    """(what, figure, unit, at most)."""
    written = [
        (
            what,
            f"{figure:.{2 if unit == 'ms' and figure < 1 else 1}f} {unit}".rstrip(),
            "" if most is None else f"<= {most:g}",
            _verdict(figure, most),
        )
        for what, figure, unit, most in rows
    ]
    return table(("what", "measured", "goal", ""), written)


def _rounded(figure: float, unit: str) -> str:
    digits = 2 if unit == "ms" and figure < 1 else 1
    return f"{figure:.{digits}f} {unit}".rstrip()


def _verdict(figure: float, most: float | None) -> str:
    if most is None:
        return ""
    return "reached" if figure <= most else "NOT reached"
