"""A comparison as people and programs read it: a table of text, JSON, a plot, and a page that holds plot and table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from app.reporting.comparing import Comparison, Line
from app.reporting.plot import Panel, PlotRow, dot_plot, percent_of
from sla.simulate import Kept, total

PRIORITIES = {"critical": "kritisk", "high": "høy", "normal": "vanlig", "low": "lav"}
LEFT_OUT = (
    "Modellen tar agentene for like gode til alt og til stede hele åpningstida. Den kjenner ikke sykdom, ferie,",
    "opplæring, møter eller at det tar tid å bytte sak; det som gikk med til slikt i historikken, ligger i arbeidet.",
    "Arbeid er tida en sak lå hos en agent, delt likt på det agenten hadde samtidig. Saker som fortsatt er åpne, er",
    "ikke med. Ventetid og tid hos andre enheter er som i historikken, uansett hvor fort saken kommer fram.",
)


def share(count: int, of: int) -> float:
    return count / of if of else 0.0


def title_of(comparison: Comparison) -> str:
    agreement = comparison.agreement
    return f"{agreement.title.nb}: andel løfter holdt"


def names_of(comparison: Comparison) -> list[str]:
    """The series: what happened, then each number of agents."""
    return ["slik det gikk", *(agents(replay.staff) for replay in comparison.replays)]


def agents(number: int) -> str:
    return "1 agent" if number == 1 else f"{number} agenter"


def label_of(line: Line, titles: Mapping[str, str]) -> str:
    if line.service is None or line.priority is None:
        return "Alle"
    return f"{titles.get(line.service, line.service)}, {PRIORITIES[line.priority]}"


def as_text(comparison: Comparison, titles: Mapping[str, str]) -> str:
    """`titles`: the services' names by key."""
    agreement = comparison.agreement
    short = ["gikk", *(str(replay.staff) for replay in comparison.replays)]
    rows = [["", "saker", *(f"svar {name}" for name in short), *(f"løst {name}" for name in short)]]
    for line in comparison.lines():
        rows.append(
            [
                label_of(line, titles),
                str(line.happened.tickets),
                *_shares(line, "response"),
                *_shares(line, "solution"),
            ]
        )
    loads = ", ".join(
        f"{agents(replay.staff)} {replay.load:.0%}".replace("%", " %") for replay in comparison.replays
    )
    return "\n".join(
        [
            f"{agreement.title.nb}, versjon {agreement.version}, kalender {agreement.calendar}, enhet {comparison.unit}",
            f"{total(comparison.happened).tickets} saker telles, {comparison.served} står i køen; utelatt: "
            f"{comparison.still_open} som er åpne, {comparison.without_work} som enheten ikke arbeidet med.",
            "",
            *_table(rows),
            "",
            "Andelen der løftet ble holdt: «gikk» er slik det virkelig gikk, tallene er antall agenter.",
            f"Belegg (arbeid av åpen tid): {loads}.",
            *_overloaded(comparison),
            *_checked(comparison),
            "",
            *LEFT_OUT,
        ]
    )


def _shares(line: Line, what: str) -> list[str]:
    return [percent_of(share(getattr(each, what), each.tickets)) for each in (line.happened, *line.replays)]


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _overloaded(comparison: Comparison) -> list[str]:
    few = [str(replay.staff) for replay in comparison.replays if replay.load >= 1]
    return [f"Med {' eller '.join(few)} er det mer arbeid enn tid: køen bare vokser."] if few else []


def _checked(comparison: Comparison) -> list[str]:
    """The model against what happened, with as many agents as there really were."""
    happened, same = total(comparison.happened), total(comparison.same_staff.cells)
    found = []
    for name, what in (("svar", "response"), ("løsning", "solution")):
        real, model = (_points(each, what) for each in (happened, same))
        found.append(f"{name} {real:.1f} → {model:.1f} ({model - real:+.1f})".replace(".", ","))
    return [
        f"Prøvd mot det som skjedde, med like mange ({agents(comparison.same_staff.staff)}), i prosentpoeng: "
        + ", ".join(found)
        + "."
    ]


def _points(cell: Kept, what: str) -> float:
    return 100 * share(getattr(cell, what), cell.tickets)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Shares from 0 to 1."""

    def shares(cell: Kept) -> dict[str, float]:
        return {
            "response": share(cell.response, cell.tickets),
            "solution": share(cell.solution, cell.tickets),
        }

    staffs = [replay.staff for replay in comparison.replays]
    return {
        "agreement": comparison.agreement.name,
        "version": comparison.agreement.version,
        "unit": comparison.unit,
        "tickets": {
            "counted": total(comparison.happened).tickets,
            "served": comparison.served,
            "still_open": comparison.still_open,
            "without_work": comparison.without_work,
        },
        "load": {str(replay.staff): replay.load for replay in comparison.replays},
        "model_against_history": {
            "staff": comparison.same_staff.staff,
            "happened": shares(total(comparison.happened)),
            "model": shares(total(comparison.same_staff.cells)),
        },
        "kept": [
            {
                "service": line.service,
                "priority": line.priority,
                "tickets": line.happened.tickets,
                "happened": shares(line.happened),
                "with_staff": {
                    str(staff): shares(cell) for staff, cell in zip(staffs, line.replays, strict=True)
                },
            }
            for line in comparison.lines()
        ],
    }


def as_svg(comparison: Comparison, titles: Mapping[str, str]) -> str:
    lines = comparison.lines()

    def panel(heading: str, what: str) -> Panel:
        return Panel(
            heading,
            tuple(
                PlotRow(
                    f"{label_of(line, titles)} ({line.happened.tickets})",
                    tuple(
                        share(getattr(each, what), each.tickets) for each in (line.happened, *line.replays)
                    ),
                )
                for line in lines
            ),
        )

    whole = lines[0]
    told = "; ".join(
        f"{name}: svar {percent_of(share(each.response, each.tickets))}, "
        f"løsning {percent_of(share(each.solution, each.tickets))}"
        for name, each in zip(names_of(comparison), (whole.happened, *whole.replays), strict=True)
    )
    description = (
        f"Andel av {whole.happened.tickets} saker der løftet ble holdt. {told}. Tallene står ved hver rad."
    )
    panels = (panel("Svar innen fristen", "response"), panel("Løsning innen fristen", "solution"))
    return dot_plot(title_of(comparison), description, names_of(comparison), panels)


def as_page(comparison: Comparison, titles: Mapping[str, str]) -> str:
    """The plot, and the same numbers in a table: one file that can be sent to those who are to sign."""
    names = names_of(comparison)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*names, *names))
    body = "\n".join(
        f'<tr><th scope="row">{escape(label_of(line, titles))}</th><td>{line.happened.tickets}</td>'
        + "".join(f"<td>{cell}</td>" for cell in (*_shares(line, "response"), *_shares(line, "solution")))
        + "</tr>"
        for line in comparison.lines()
    )
    title = escape(title_of(comparison))
    facts = "".join(f"<p>{escape(line)}</p>" for line in (*_checked(comparison), " ".join(LEFT_OUT)))
    return f"""<!doctype html>
<html lang="nb"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:1rem/1.5 Inter,Arial,sans-serif;margin:2rem;color:#1b2733}}svg{{max-width:100%;height:auto}}
table{{border-collapse:collapse}}th,td{{padding:.3rem .8rem;text-align:right;border-bottom:1px solid #d5dbe1}}
th[scope=row]{{text-align:left}}p{{max-width:44rem}}div{{overflow-x:auto}}</style></head>
<body><main><h1>{title}</h1>
<figure>{as_svg(comparison, titles)}</figure>
{facts}
<div tabindex="0" role="region" aria-label="Tallene i en tabell"><table><caption>De samme tallene</caption>
<thead><tr><td rowspan="2"></td><th scope="col" rowspan="2">Saker</th>
<th scope="colgroup" colspan="{len(names)}">Svar</th><th scope="colgroup" colspan="{len(names)}">Løsning</th></tr>
<tr>{head}</tr></thead>
<tbody>{body}</tbody></table></div></main></body></html>
"""


DRAWN: dict[str, Callable[[Comparison, Mapping[str, str]], str]] = {".svg": as_svg, ".html": as_page}
"""How a file is drawn, by the end of its name."""
