"""Whether a text is a ready one, its blanks filled and nothing else of it changed."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from alertd.catalogue.nouns import BLANK

_FILLED: Final = r"([^\n{}]{1,60})"
"""What may stand in a blank: a place, an hour; a text of one's own would not fit."""


def says(ready: str, text: str) -> bool:
    """Whether `text` is the words of `ready`, something short standing in each blank."""
    return bool(_pattern(ready).fullmatch(text.strip()))


@lru_cache(maxsize=64)
def _pattern(words: str) -> re.Pattern[str]:
    pieces = BLANK.split(words.strip())[::2]
    return re.compile(_FILLED.join(map(re.escape, pieces)))


def filled(ready: str, text: str) -> tuple[tuple[str, str], ...]:
    """(blank, what stands in it) in the order of the words; nothing where `text` is not them."""
    found = _pattern(ready).fullmatch(text.strip())
    return tuple(zip(BLANK.findall(ready), found.groups(), strict=True)) if found else ()


def unfilled(ready: str, text: str, given: Mapping[str, str]) -> str:
    """`text` with a blank again where what is `given` for it stands in it; "" where `text` is not the words of `ready`."""
    stand = iter(filled(ready, text))
    if not says(ready, text):
        return ""

    def one(blank: re.Match[str]) -> str:
        name, said = next(stand)
        return blank[0] if given.get(name) == said else said

    return BLANK.sub(one, ready.strip())
