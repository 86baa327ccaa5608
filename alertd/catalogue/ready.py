"""Whether a text is a ready one, its blanks filled and nothing else of it changed."""

import re
from functools import lru_cache
from typing import Final

from alertd.catalogue.nouns import BLANK

_FILLED: Final = r"[^\n{}]{1,60}"
"""What may stand in a blank: a place, an hour; a text of one's own would not fit."""


def says(ready: str, text: str) -> bool:
    """Whether `text` is the words of `ready`, something short standing in each blank."""
    return bool(_pattern(ready).fullmatch(text.strip()))


@lru_cache(maxsize=64)
def _pattern(words: str) -> re.Pattern[str]:
    pieces = BLANK.split(words.strip())[::2]
    return re.compile(_FILLED.join(map(re.escape, pieces)))
