"""What people write back: their words, folded to what is meant. The words themselves are data: config/replies.toml."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

MOST_READ: Final = 1_600
"""Characters of a text that are looked at."""
SHORT: Final = 6
"""Words, polite ones not counted, of a message whose first word alone may say STOP."""

_WORDS: Final = re.compile(r"[^\W_]+")


class Meaning(StrEnum):
    """What a reply means."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    POLITE = "polite"  # nothing is asked
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Replies:
    """`meanings` by folded phrase; `polite` are folded phrases as tuples of words, the longest first."""

    meanings: Mapping[str, Meaning]
    polite: tuple[tuple[str, ...], ...]

    def meant(self, text: str) -> Meaning:
        """What a text means; a lone "?" asks for help, an empty text for nothing."""
        said = words(text)
        if not said:
            return Meaning.HELP if "?" in text else Meaning.POLITE
        meaning = self._whole(said) or self._whole(list(self._bare(said)))
        return meaning or self._first(list(self._bare(said)))

    def bare(self, text: str) -> tuple[str, ...]:
        """The words of a text without what is only polite."""
        return tuple(self._bare(words(text)))

    def _whole(self, said: list[str]) -> Meaning | None:
        return self.meanings.get(" ".join(said))

    def _first(self, bare: list[str]) -> Meaning:
        """STOP is understood generously: whoever wants to leave must not need the right words."""
        if not bare:
            return Meaning.POLITE
        stops = self.meanings.get(bare[0]) is Meaning.STOP
        return Meaning.STOP if stops and len(bare) <= SHORT else Meaning.UNKNOWN

    def _bare(self, said: list[str]) -> Iterator[str]:
        """Without what is only polite."""
        at = 0
        while at < len(said):
            length = next((len(one) for one in self.polite if tuple(said[at : at + len(one)]) == one), 0)
            if not length:
                yield said[at]
            at += length or 1


def words(text: str) -> list[str]:
    """Small letters without accents, in words, none twice in a row; letters that stand alone are one word ("S.T.O.P.")."""
    folded = unicodedata.normalize("NFKD", text[:MOST_READ]).casefold()
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    found = _WORDS.findall(plain)
    if len(found) > 2 and all(len(word) == 1 for word in found):
        return ["".join(found)]
    return [word for word, _ in groupby(found)]


def replies(lists: Mapping[Meaning, Iterable[str]]) -> Replies:
    """From phrases by meaning. :raises ValueError: a phrase has no word, or two meanings."""
    meanings: dict[str, Meaning] = {}
    for meaning, phrases in lists.items():
        for phrase in phrases:
            folded = " ".join(words(phrase))
            if not folded:
                raise ValueError(f"{meaning}: {phrase!r} has no word")
            if meanings.setdefault(folded, meaning) is not meaning:
                raise ValueError(f"{phrase!r} means both {meanings[folded]} and {meaning}")
    polite = sorted(
        (tuple(one.split()) for one, meaning in meanings.items() if meaning is Meaning.POLITE),
        key=len,
        reverse=True,
    )
    return Replies(meanings, tuple(polite))
