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
"""Words, polite ones not counted, of a message at whose head a STOP still is one."""

_WORDS: Final = re.compile(r"[^\W_]+")


class Meaning(StrEnum):
    """What a reply means."""

    STOP = "stop"
    STOP_ALONE = "stop_alone"  # a STOP where nothing else is said, or where it is said of messages; never an answer of `meant`
    MESSAGES = "messages"  # of what is meant not to come any more; never an answer of `meant`
    START = "start"
    HELP = "help"
    RESCUE = "rescue"  # HELP where nothing else is said; who says it beside a STOP is in need; never an answer of `meant`
    POLITE = "polite"  # nothing is asked
    UNKNOWN = "unknown"


_PLAIN: Final = frozenset({Meaning.STOP, Meaning.START, Meaning.HELP, Meaning.POLITE})
"""What a whole message may be, asked or said."""


@dataclass(frozen=True, slots=True)
class Replies:
    """`meanings` by folded phrase; `polite` are folded phrases as tuples of words, the longest first."""

    meanings: Mapping[str, Meaning]
    polite: tuple[tuple[str, ...], ...]

    def meant(self, text: str) -> Meaning:
        """What a text means; a lone "?" asks for help, an empty text for nothing.

        Nobody leaves by asking something in the middle of an alert: "Partir quand ?" is no STOP.
        """
        said, asks = words(text), "?" in text
        if not said:
            return Meaning.HELP if asks else Meaning.POLITE
        bare = list(self._bare(said))
        meaning = self._whole(said) or self._whole(bare)
        if meaning is Meaning.RESCUE:
            return Meaning.HELP
        if meaning in _PLAIN:
            return meaning
        return Meaning.UNKNOWN if asks else self._at_its_head(bare, meaning)

    def bare(self, text: str) -> tuple[str, ...]:
        """The words of a text without what is only polite."""
        return tuple(self._bare(words(text)))

    def _whole(self, said: list[str]) -> Meaning | None:
        return self.meanings.get(" ".join(said))

    def _at_its_head(self, bare: list[str], whole: Meaning | None) -> Meaning:
        """STOP is understood generously, since whoever wants to leave must not need the right words: at the head of a short message,
        by a word or a phrase that means nothing else, or by a word that does and then speaks of messages. Who then asks for help is in
        need, and leaves nothing.
        """
        if not bare:
            return Meaning.POLITE
        if whole is Meaning.STOP_ALONE:
            return Meaning.STOP
        if any(self.meanings.get(word) is Meaning.RESCUE for word in bare[1:]):
            return Meaning.UNKNOWN
        first = self.meanings.get(bare[0])
        of_messages = first is Meaning.STOP_ALONE and any(
            self.meanings.get(word) is Meaning.MESSAGES for word in bare[1:]
        )
        stops = (first is Meaning.STOP or of_messages) and len(bare) <= SHORT
        return Meaning.STOP if stops or self._begins(bare) else Meaning.UNKNOWN

    def _begins(self, bare: list[str]) -> bool:
        """Whether a whole phrase that stops stands at the head: "Je ne veux plus recevoir" is followed by what."""
        heads = range(max(2, len(bare) - SHORT), len(bare))
        return any(self.meanings.get(" ".join(bare[:length])) is Meaning.STOP for length in heads)

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
