"""What a message should say, and how it is recognised in words that somebody typed; the words are data: config/coach.toml."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

MOST_READ: Final = 4_000
"""Characters of a text that are looked at."""
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOT_ORDERS: Final = frozenset({"assez", "chez", "nez", "rez"})
_CLOCK: Final = re.compile(
    r"\b(?:[01]?\d|2[0-3]) ?(?:h(?: ?[0-5]\d)?|:[0-5]\d)\b"
    r"|\bmidi\b|\bminuit\b|\bnouvel (?:avis|ordre)\b"
    r"|\b\d{1,2}/\d{1,2}\b"
    r"|\b(?:1er|\d{1,2}) (?:janv|fevr|mars|avri|mai|juin|juil|aout|sept|octo|nove|dece)"
)
_ROAD: Final = re.compile(r"\b[adnr][dn]? ?\d{1,4}\b")
_WEEKDAY: Final = re.compile(
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)(?: prochain)?\b(?! (?:1er|\d))"
)


@dataclass(frozen=True, slots=True)
class Coaching:
    """`hazard`, `place` and `instruction` are beginnings of words, folded; `days` and `vague` what is true on its own day alone."""

    hazard: tuple[str, ...]
    place: tuple[str, ...]
    instruction: tuple[str, ...]
    days: Mapping[str, int]
    vague: tuple[str, ...]

    def says_hazard(self, text: str) -> bool:
        return _begins(fold(text), self.hazard)

    def says_place(self, text: str, names: Iterable[str]) -> bool:
        """`names` are those of the station's own places."""
        said = fold(text)
        known = (fold(name) for name in names)
        return (
            _begins(said, self.place)
            or bool(_ROAD.search(said))
            or any(len(name) > 2 and name in said for name in known)
        )

    def says_instruction(self, text: str) -> bool:
        """Whether somebody is told to do something: an order in -ez, or a word of the list."""
        said = fold(text)
        orders = (word for word in _TOKEN.findall(said) if word.endswith("ez") and word not in _NOT_ORDERS)
        return next(orders, "") != "" or _begins(said, self.instruction)

    def says_time(self, text: str) -> bool:
        """Whether a clock or a calendar could be put beside it."""
        return bool(_CLOCK.search(fold(text)))

    def vague_in(self, text: str) -> tuple[str, ...]:
        """What is no time, as it is written in the text, each once."""
        said, found = fold(text), dict[str, None]()
        for words in (*self.days, *self.vague):
            for match in re.finditer(rf"(?<![\w-]){re.escape(words)}(?![\w-])", said):
                found[text[match.start() : match.end()].lower()] = None
        for match in _WEEKDAY.finditer(said):
            found[text[match.start() : match.end()].lower()] = None
        return tuple(found)


def fold(text: str) -> str:
    """Small letters without accents, as long as the text: what is found there is there in the text, too."""
    return "".join(_plain(sign) for sign in text[:MOST_READ])


def _plain(sign: str) -> str:
    if sign in "’ʼ":
        return "'"
    bare = unicodedata.normalize("NFKD", sign)[:1].lower()
    return bare if len(bare) == 1 else sign


def _begins(said: str, stems: Iterable[str]) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(stem)}", said) for stem in stems)
