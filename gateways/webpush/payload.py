"""What a service worker is given: enough to show the notification without asking anybody.

JSON with `title`, `body`, `url`, `tag` (one for all messages of an alert: the later replaces the earlier), `level`,
`locale`, `reference`, and `ack`: the path on our own host to which it posts `delivered`, then `seen`.
"""

import json
from functools import lru_cache
from typing import Any, Final

from gateways.contract import Message

SIZES: Final = (1_024, 2_048, 3_072, 3_840)
"""Bytes of a padded record. Four sizes, so that a length tells a push service next to nothing; with the header of 86
bytes and the tag of 16 the largest stays under the 4,096 that every service must take (RFC 8030, section 7.2)."""
_MOST: Final = SIZES[-1] - 1  # the delimiter takes one
_TITLE: Final = 400  # bytes
_CUT: Final = "…"


def payload(message: Message, ack: str) -> bytes:
    """The JSON. A text that does not fit is cut: the whole of it is behind `url`.

    Raises `ValueError`: what cannot be cut leaves no room, or a text holds half a surrogate pair.
    """
    words = {
        "title": _fit(message.subject or message.sender_name or message.text.partition("\n")[0], _TITLE),
        "body": "",
        "url": message.url,
        "tag": message.thread or message.reference,
        "level": message.level,
        "locale": message.locale,
        "reference": message.reference,
        "ack": ack,
    }
    room = _MOST - len(_dump(words))
    if room < 0:
        raise ValueError(f"what is beside the text is {-room} bytes too long")
    return _dump(words | {"body": _fit(message.text, room)})


def size_of(plain: bytes) -> int:
    """How large its record is made. Raises `ValueError` beyond the largest."""
    for size in SIZES:
        if len(plain) < size:
            return size
    raise ValueError(f"{len(plain)} bytes are too many for a notification")


@lru_cache(maxsize=64)
def _fit(text: str, room: int) -> str:
    """As much of the text as so many bytes of JSON hold; a whole station is told the same, so it is cut once."""
    if _length(text) <= room:
        return text
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _length(text[:middle] + _CUT) <= room else (low, middle - 1)
    return text[:low].rstrip() + _CUT if low else ""


def _length(text: str) -> int:
    return len(_dump(text)) - 2


def _dump(words: Any) -> bytes:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
