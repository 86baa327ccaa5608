"""The papers: Markdown from templates, and its blocks for a page. What no program can know is marked, and left to whoever signs."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby

import jinja2
from babel.dates import format_date

from alertd.privacy.facts import MISSING, Facts


class Paper(StrEnum):
    """Each by the name of its template, and what it is."""

    REGISTER = "registre"
    ASSESSMENT = "aipd"
    RESIDENTS = "habitants"
    OPERATORS = "operateurs"
    CONTRACT = "sous-traitance"


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is h1 to h3, p, ul or table; `items` are its lines, or a table's rows of cells, the first of which are heads."""

    kind: str
    items: tuple[tuple[str, ...], ...]


def markdown(paper: Paper, facts: Facts) -> str:
    """The paper, as of the day of the facts."""
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}
    known |= {"day": _day(facts.on), "missing": MISSING}
    return _templates().get_template(f"{paper.value}.md").render(known)


def blocks(text: str) -> Iterator[Block]:
    """The Markdown that our templates write, and no more of it: headings, paragraphs, lists, tables."""
    for kind, lines in groupby((line for line in text.splitlines()), key=_kind):
        if kind:
            yield from _made(kind, list(lines))


def html(paper: Paper, facts: Facts) -> str:
    """A page to be printed, which needs nothing else."""
    parts = list(blocks(markdown(paper, facts)))
    title = escape(parts[0].items[0][0])
    style = "body{font:11pt/1.4 sans-serif;max-width:46em;margin:2em auto}table{border-collapse:collapse}td,th{border:1px solid #888;padding:.3em;text-align:left;vertical-align:top}"
    body = "\n".join(map(_html, parts))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    return f'<!DOCTYPE html>\n<html lang="fr"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _made(kind: str, lines: list[str]) -> Iterator[Block]:
    if kind == "table":
        rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
        yield Block(kind, tuple(row for row in rows if set("".join(row)) - set("-: ")))
    elif kind == "ul":
        yield Block(kind, tuple((line[2:],) for line in lines))
    elif kind == "p":
        yield Block(kind, ((" ".join(lines),),))
    else:
        yield from (Block(kind, ((line.lstrip("# "),),)) for line in lines)


def _kind(line: str) -> str:
    if line.startswith("#"):
        return f"h{len(line) - len(line.lstrip('#'))}"
    if line.startswith("- "):
        return "ul"
    return "table" if line.startswith("|") else "p" if line.strip() else ""


def _html(block: Block) -> str:
    if block.kind == "table":
        head, *rows = block.items
        return f"<table><thead>{_row(head, 'th')}</thead><tbody>{''.join(_row(row, 'td') for row in rows)}</tbody></table>"
    if block.kind == "ul":
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for (item,) in block.items)}</ul>"
    return "".join(f"<{block.kind}>{escape(item)}</{block.kind}>" for (item,) in block.items)


def _row(cells: tuple[str, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _cell(text: str) -> str:
    """One that ends no table."""
    return " ".join(text.replace("|", "/").split())


def _day(on: date) -> str:
    said = format_date(on, "d MMMM y", "fr")
    return f"1er{said[1:]}" if on.day == 1 else said


@cache
def _templates() -> jinja2.Environment:
    """They write Markdown; HTML is escaped where it is made of it."""
    made = jinja2.Environment(  # noqa: S701 - see above  # nosec B701
        loader=jinja2.FileSystemLoader(str(files("alertd.privacy") / "templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["cell"] = _cell
    return made
