"""What a notification holds, whoever carries it: a title, and as much of the text as there is room for."""

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TITLE: Final = 400  # bytes
_CUT: Final = "…"
_LONG_WORD: Final = 60  # characters; a longer one is cut where it must be
_JOINED: Final = re.compile(
    "[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]"
)  # joiner, variants and skins of an emoji


def title(subject: str, speaker: str, text: str) -> str:
    """A message's subject, else who speaks, else its first line; at most 400 bytes of JSON."""
    return cut(subject or speaker or text.partition("\n")[0], _TITLE)


def dump(words: Any) -> bytes:
    """As JSON without blanks, in UTF-8."""
    return _JSON.encode(words).encode()


@lru_cache(maxsize=64)
def cut(text: str, room: int) -> str:
    """As much of the text as so many bytes of JSON hold; a whole station is told the same, so it is cut once."""
    if _length(text) <= room:
        return text
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _length(text[:middle] + _CUT) <= room else (low, middle - 1)
    return text[: _edge(text, low)].rstrip() + _CUT if low else ""


def _edge(text: str, end: int) -> int:
    """Where to cut at or before `end`: between two words, else at least not within what is seen as one character."""
    gap = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if gap > max(0, end - _LONG_WORD):
        return gap
    first = max(0, end - _LONG_WORD)
    while end > first and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end


def _joins(char: str) -> bool:
    """Whether it only changes the character before it."""
    return unicodedata.combining(char) > 0 or _JOINED.match(char) is not None


def _length(text: str) -> int:
    return len(dump(text)) - 2
