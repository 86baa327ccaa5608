"""Whether a text is a ready one, its blanks filled and nothing else of it changed.

A station writes ready texts of its own, with as many blanks as it likes: no regular expression tries every way in which they could
share a text, which would be more than there is time for.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from alertd.catalogue.nouns import BLANK

MOST: Final = 60
"""Characters that may stand in a blank: a place, an hour; a text of one's own would not fit."""
_NEVER: Final = re.compile(r"[\n{}]")
"""What stands in no blank."""


def says(ready: str, text: str) -> bool:
    """Whether `text` is the words of `ready`, something short standing in each blank."""
    return _filling(ready, text) is not None


def filled(ready: str, text: str) -> tuple[tuple[str, str], ...]:
    """(blank, what stands in it) in the order of the words; nothing where `text` is not them."""
    found = _filling(ready, text)
    return tuple(zip(BLANK.findall(ready), found, strict=True)) if found else ()


def unfilled(ready: str, text: str, given: Mapping[str, str]) -> str:
    """`text` with a blank again where what is `given` for it stands in it; "" where `text` is not the words of `ready`."""
    stand = iter(filled(ready, text))
    if not says(ready, text):
        return ""

    def one(blank: re.Match[str]) -> str:
        name, said = next(stand)
        return blank[0] if given.get(name) == said else said

    return BLANK.sub(one, ready.strip())


@lru_cache(maxsize=64)
def _pieces(words: str) -> tuple[str, ...]:
    """What stands around the blanks."""
    return tuple(BLANK.split(words.strip())[::2])


def _filling(ready: str, given: str) -> tuple[str, ...] | None:
    """What stands in each blank, the first as long as it can be; None where `given` is not those words."""
    text, pieces = given.strip(), _pieces(ready)
    if not text.startswith(pieces[0]) or len(text) > sum(map(len, pieces)) + MOST * (len(pieces) - 1):
        return None
    ends = [found.start() for found in _NEVER.finditer(text)] + [len(text)]
    right = [*_places(text, pieces, ends)][::-1]
    return tuple(_told(text, pieces, ends, right)) if 0 in right[0] else None


def _places(text: str, pieces: Sequence[str], ends: Sequence[int]) -> Iterator[list[int]]:
    """Of each piece, the last one first: where it may begin so that all behind it fits, in order."""
    last = len(text) - len(pieces[-1])
    behind = [last] if text.endswith(pieces[-1]) else []
    yield behind
    for piece in pieces[-2::-1]:
        behind = [at for at in _found(text, piece) if _next(at + len(piece), ends, behind) is not None]
        yield behind


def _found(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _next(begin: int, ends: Sequence[int], places: Sequence[int]) -> int | None:
    """The last of the places at which a blank that begins there may end."""
    most = min(begin + MOST, ends[bisect_left(ends, begin)]) if begin <= ends[-1] else -1
    found = bisect_right(places, most) - 1
    return places[found] if found >= 0 and places[found] > begin else None


def _told(
    text: str, pieces: Sequence[str], ends: Sequence[int], right: Sequence[Sequence[int]]
) -> Iterator[str]:
    begin = len(pieces[0])
    for piece, places in zip(pieces[1:], right[1:], strict=True):
        end = _next(begin, ends, places)
        if end is None:  # `right` holds what can be reached alone
            return
        yield text[begin:end]
        begin = end + len(piece)
