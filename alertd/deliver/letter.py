"""An e-mail's two faces, of the same words: plain text, and a page that is readable at twice its size and in the dark.

Mail programs know a part of HTML: what must be seen (the level's colour, the button) is said on the element itself, with
white on a colour that is dark enough for both schemes; the rest (ground, ink) is said once in the head, and where a program
drops it, its own colours hold. Widths are only ever at most so many letters, so that larger letters wrap.
https://www.w3.org/TR/WCAG22/#resize-text, https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from alertd.catalogue.nouns import language
from alertd.model import Level
from alertd.publish.wording import Words, join

_FILLS: Final = {Level.DANGER: "#a8121f", Level.WARNING: "#8a4b00", Level.INFO: "#12507b"}
_OVER: Final = "#1d6a3a"
"""An end's, a correction's. White on any of them has a contrast of at least 6 to 1."""

_HEAD: Final = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    "<style>:root{color-scheme:light dark}"
    "body{margin:0;padding:1em;background:#f6f5f1;color:#1b1f24;overflow-wrap:anywhere}"
    "a{color:#12507b}.soft{color:#565e68}"
    "@media(prefers-color-scheme:dark){body{background:#14171b;color:#eceef0}a{color:#8cc4f0}.soft{color:#a9b1ba}}"
    "</style>"
)
_ADDRESS: Final = re.compile(r"https?://[^\s<>]+")
_BODY: Final = "font:1.125em/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
_BAND: Final = "padding:.75em;border-radius:.75em;color:#ffffff"
_BUTTON: Final = (
    "display:inline-block;padding:.75em 1.25em;border-radius:.75em;color:#ffffff;font-weight:bold"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says. `locale` is the reader's, `quoted_in` that of `said.quoted`; `enclosed` are (label, address).

    `level` is None once it is over. `foot` says how to leave, by `leaving`, whose button reads `leave`.
    """

    station: str
    said: Words
    locale: str
    quoted_in: str
    level: Level | None
    level_word: str
    until: str
    link: str
    more: str
    foot: str
    leaving: str
    leave: str
    enclosed: Sequence[tuple[str, str]] = ()

    @property
    def subject(self) -> str:
        """Who speaks and what happens; of an exercise, first and last that it is one."""
        said = self.said
        headline = join(said.kind, said.text.headline)
        return join(said.closing, f"[{self.station}]", headline, said.closing, mark=" ")

    @property
    def text(self) -> str:
        """The plain face."""
        said = self.said
        enclosed = (f"{label}: {address}" for label, address in self.enclosed)
        told = (said.title, said.text.body, said.text.instruction, said.closing, self.link, *enclosed)
        return join(*told, self._signature, f"-- \n{self.foot}", said.closing, mark="\n\n")

    @property
    def html(self) -> str:
        """The page."""
        title, spoken = escape(self.subject), escape(language(self.locale))
        return (
            f'<!doctype html><html lang="{spoken}"><head>{_HEAD}<title>{title}</title></head><body style="{_BODY}">'
            f'<div style="max-width:36em;margin:0 auto">{"".join(self._parts())}</div></body></html>'
        )

    @property
    def _signature(self) -> str:
        return join(self.station, self.until, mark=" - ")

    def _parts(self) -> Iterator[str]:
        said = self.said
        yield self._exercise()
        yield self._band()
        yield _paragraph(_lines(said.text.body))
        yield _paragraph(self._instruction())
        yield from self._links()
        yield f'<p class="soft">{escape(self._signature)}</p>'
        yield self._exercise()
        yield f'<hr><p class="soft"><small>{self._foot()}</small></p>'

    def _exercise(self) -> str:
        word = self.said.closing
        style = "border:.2em dashed currentColor;border-radius:.75em;padding:.5em 1em;font-weight:bold;text-align:center"
        return f'<p style="{style}">{escape(word)}</p>' if word else ""

    def _band(self) -> str:
        """The level's colour, its word, and the headline: colour alone tells nobody anything."""
        head = escape(join(self.said.kind, self.said.text.headline))
        above = join(self.station, self.level_word if self.level else "", mark=" - ")
        return (
            f'<div style="{_BAND};background:{self._fill}"><p style="margin:0;color:#ffffff">{escape(above)}</p>'
            f'<h1 style="margin:.25em 0 0;font-size:1.35em;line-height:1.25;color:#ffffff">{head}</h1></div>'
        )

    @property
    def _fill(self) -> str:
        return _FILLS[self.level] if self.level else _OVER

    def _instruction(self) -> str:
        said = self.said
        todo = _lines(said.text.instruction.removesuffix(said.quoted))
        if not said.quoted:
            return f"<strong>{todo}</strong>" if todo else ""
        return f'{todo}<span lang="{escape(language(self.quoted_in))}">{_lines(said.quoted)}</span>'

    def _links(self) -> Iterator[str]:
        style = f"{_BUTTON};background:{self._fill}"
        yield f'<p><a href="{escape(self.link)}" style="{style}">{escape(self.more)}</a></p>'
        for label, address in self.enclosed:
            yield f'<p><a href="{escape(address)}">{escape(label)}</a></p>'

    def _foot(self) -> str:
        """The words with the way out made a link; of the bare address, a link that says what it does."""
        way = escape(self.leaving)
        shown = escape(self.leave) if self.foot.endswith(self.leaving) and self.leave in self.foot else way
        if shown != way:
            return f'<a href="{way}">{shown}</a>'
        return escape(self.foot).replace(way, f'<a href="{way}">{way}</a>')


def note(speaker: str, subject: str, text: str, locale: str) -> str:
    """The page of a service message: the same dress, and nothing but its words."""
    words = f'{_paragraph(_linked(_lines(text)))}<p class="soft">{escape(speaker)}</p>'
    return (
        f'<!doctype html><html lang="{escape(language(locale))}"><head>{_HEAD}<title>{escape(subject)}</title></head>'
        f'<body style="{_BODY}"><div style="max-width:36em;margin:0 auto"><h1>{escape(subject)}</h1>{words}</div></body></html>'
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _linked(escaped: str) -> str:
    """Addresses as links: our own words wrote them."""
    return _ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', escaped)


def _paragraph(inner: str) -> str:
    return f"<p>{inner}</p>" if inner else ""
