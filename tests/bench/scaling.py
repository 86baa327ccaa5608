"""docs/scaling.md: from what was measured and what is assumed there, what a commune, a département and a country come to.

`scaling.py` prints the computed part of the page, `scaling.py --write` puts it there; a test holds the page to it. What is measured
comes from `run.py delivery --only rows` and docs/performance.md, and is copied into the page by hand, with where it comes from.
"""

import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "scaling.md"
COMPUTED: Final = re.compile(r"(?<=<!-- computed -->\n).*?(?=<!-- end -->)", re.DOTALL)
SIGNS: Final = 1_000
"""A thousand bytes are a kilobyte, a thousand kilobytes a megabyte."""

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """One size: its stations, who subscribed, its largest alert in endpoints, and the segments a second of its lines for SMS."""

    name: str
    stations: int
    subscriptions: int
    alert: int
    sms_per_s: float
    engine: str


def computed(page: str) -> str:
    """The page's computed part, from its tables."""
    figures, scales = _figures(page), _scales(page)
    return "\n".join(
        [
            "### What is kept\n",
            _table(_KEPT, [_kept(figures, each) for each in scales]),
            "\n### The largest alert\n",
            _table(_ALERT, [_alert(figures, each) for each in scales]),
            "\n### Euros\n",
            _table(_EUROS, [_euros(figures, each) for each in scales]),
            "",
        ]
    )


_KEPT: Final = (
    "",
    "stations",
    "people",
    "endpoints",
    "bytes of people",
    "deliveries a year",
    "their bytes, a year kept",
)
_ALERT: Final = (
    "", "endpoints", "counted in", "fanned out in", "handed over by one node in", "nodes for ten minutes",
    "cores of PostgreSQL", "SMS alone, as fast as the lines", "bytes",
)  # fmt: skip
_EUROS: Final = (
    "",
    "the largest alert",
    "of it SMS",
    "voice",
    "e-mail",
    "the same, at an operator's price",
    "machines, a month",
)


def _kept(figures: Figures, scale: Scale) -> list[str]:
    endpoints = scale.subscriptions * figures["endpoints a person"]
    yearly = endpoints * figures["messages to everybody a year"]
    return [
        scale.name,
        _number(scale.stations),
        _number(scale.subscriptions),
        _number(endpoints),
        _bytes(scale.subscriptions * figures[f"bytes a person, {scale.engine}"]),
        _number(yearly),
        _bytes(yearly * figures[f"bytes a delivery, {scale.engine}"]),
    ]


def _alert(figures: Figures, scale: Scale) -> list[str]:
    pace, aim = figures[f"deliveries a second, {scale.engine}"], figures["seconds an alert may take"]
    nodes = math.ceil(scale.alert / aim / pace)
    cores = min(nodes * pace, scale.alert / aim) * figures["µs of PostgreSQL a delivery"] / 1e6
    people = scale.alert / figures["endpoints a person"]
    sms = people * figures["SMS a person"] * figures["segments an SMS"]
    return [
        scale.name,
        _number(scale.alert),
        _time(people * figures[f"µs a person counted, {scale.engine}"] / 1e6),
        _time(scale.alert / figures[f"deliveries fanned out a second, {scale.engine}"]),
        _time(scale.alert / pace),
        str(nodes),
        f"{cores:.2f}" if scale.engine == "PostgreSQL" else "-",
        _time(sms / scale.sms_per_s),
        _bytes(scale.alert * figures[f"bytes a delivery, {scale.engine}"]),
    ]


def _euros(figures: Figures, scale: Scale) -> list[str]:
    people = scale.alert / figures["endpoints a person"]
    sms, voice, mail = (people * figures[f"{name} a person"] for name in ("SMS", "calls", "letters"))
    segments, rest = (
        sms * figures["segments an SMS"],
        voice * figures["euros a call"] + mail * figures["euros a letter"],
    )
    nodes = math.ceil(
        scale.alert / figures["seconds an alert may take"] / figures[f"deliveries a second, {scale.engine}"]
    )
    machines = figures["euros a node, a month"] * max(nodes, 2 if scale.engine == "PostgreSQL" else 1)
    if scale.engine == "PostgreSQL":
        machines += 2 * figures["euros a database server, a month"]
    return [
        scale.name,
        _money(segments * figures["euros a segment"] + rest),
        _money(segments * figures["euros a segment"]),
        _money(voice * figures["euros a call"]),
        _money(mail * figures["euros a letter"]),
        _money(segments * figures["euros a segment, operator"] + rest),
        _money(machines),
    ]


def _figures(page: str) -> Figures:
    """Rows of two cells and more: a name and a number."""
    rows = re.findall(r"^\| ([^|]+?) *\| *([\d,.]+) *\|", page, re.MULTILINE)
    return {name: float(number.replace(",", "")) for name, number in rows}


def _scales(page: str) -> list[Scale]:
    rows = re.findall(
        r"^\| ([^|]+?) +\| +([\d,]+) +\| +([\d,]+) +\| +([\d,]+) +\| +([\d,]+) +\| (SQLite|PostgreSQL) +\|$",
        page,
        re.MULTILINE,
    )
    return [
        Scale(name, *(int(cell.replace(",", "")) for cell in cells[:4]), cells[4]) for name, *cells in rows
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _number(value: float) -> str:
    return f"{round(value):,}"


def _three(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _bytes(value: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if value < SIGNS:
            return f"{_three(value)} {unit}"
        value /= SIGNS
    return f"{_three(value)} TB"


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{_three(seconds * 1000)} ms" if seconds >= 0.001 else "under 1 ms"
    if seconds < 120:
        return f"{_three(seconds)} s"
    return f"{_three(seconds / 60)} min" if seconds < 7200 else f"{_three(seconds / 3600)} h"


def _money(euros: float) -> str:
    return f"€ {euros:,.0f}" if euros >= 10 else f"€ {euros:.2f}"


def main() -> None:
    """Print the computed part, or put it into the page."""
    page = PAGE.read_text("utf-8")
    text = computed(page)
    if "--write" in sys.argv:
        PAGE.write_text(COMPUTED.sub(lambda _: text, page), "utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
