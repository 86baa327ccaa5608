"""The guide of the mairie, for anyone: `docs/mairie.md` as it came with this very version, as a page that prints on A4."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from alertd.catalogue import config_folder
from alertd.errors import Missing
from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.public import GuidePage
from alertd.web.show import show

PATH: Final = "/guide"
FOLDER: Final = config_folder().parent / "docs"
"""Beside the words, in the wheel as in a checkout."""
SIZE: Final = (360, 640)
"""Of every picture on paper and screen, in CSS pixels: a small telephone's."""
KEPT: Final = "public, max-age=3600"


async def guide_page(_: web.Request) -> web.StreamResponse:
    """The same for everyone, logged in or not."""
    return show(page())


async def picture(request: web.Request) -> web.StreamResponse:
    """One of its pictures. :raises Missing: `file_unknown`."""
    path = pictures().get(request.match_info["name"])
    if path is None:
        raise Missing("file_unknown", "Ce fichier n'existe pas, ou plus.")
    return web.FileResponse(path, headers={"Cache-Control": KEPT})


@cache
def pictures() -> Mapping[str, Path]:
    """Those that there are, by name."""
    return {each.name: each for each in (FOLDER / "images" / "mairie").glob("*.png")}


@cache
def page() -> GuidePage:
    """Its title, what stands before the first heading, the headings, and all that follows."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("image", _figure)
    _, title, _, *tokens = reader.parse(_spaced((FOLDER / "mairie.md").read_text("utf-8")))
    _group_pictures(tokens)
    contents = tuple(_contents(tokens))
    first = next(at for at, token in enumerate(tokens) if token.tag == "h2")
    beginning, rest = (
        reader.renderer.render(part, reader.options, {}) for part in (tokens[:first], tokens[first:])
    )
    return GuidePage(Frame(title.content), contents, Markup(beginning), Markup(rest))  # noqa: S704 - HTML in it is text  # nosec B704


def anchor(heading: str) -> str:
    """As GitHub names a heading, so that the file's own links lead somewhere in both places."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _spaced(text: str) -> str:
    """No line ends before a sign that French sets apart."""
    return re.sub(r"(?<=«) | (?=[»:;?!])", "\N{NO-BREAK SPACE}", text)


def _contents(tokens: Sequence[Token]) -> Iterator[Choice]:
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            heading = tokens[at + 1].content
            token.attrSet("id", anchor(heading))
            yield Choice(anchor(heading), heading)


def _group_pictures(tokens: Sequence[Token]) -> None:
    """A paragraph of pictures alone is none: they stand side by side where there is room."""
    for at, token in enumerate(tokens):
        inside = tokens[at + 1].children if token.type == "paragraph_open" else None
        if inside and {each.type for each in inside} <= {"image", "softbreak"}:
            token.tag = tokens[at + 2].tag = "div"
            token.attrSet("class", "screens")


def _figure(_: object, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    token, (width, height) = tokens[at], SIZE
    name = str(token.attrs["src"]).rpartition("/")[2]
    image = Markup('<img src="{}/{}" width="{}" height="{}" alt="{}">').format(
        PATH, name, width, height, token.content
    )
    return f"<figure>{image}<figcaption>{escape(token.attrs.get('title', ''))}</figcaption></figure>"
