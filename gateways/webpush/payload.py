"""What a service worker is given: enough to show the notification without asking anybody.

JSON with `title`, `body`, `url`, `tag` (one for all messages of an alert: the later replaces the earlier), `level`,
`locale`, `reference`, and `ack`: the path on our own host to which it posts `delivered`, then `seen`; `silent` where the phone is
only asked whether it is still there.
"""

from typing import Final

from gateways.contract import Message
from gateways.notification import cut, dump, title

SIZES: Final = (1_024, 2_048, 3_072, 3_792)
"""Bytes of a padded record. Four sizes, so that a length tells a push service next to nothing; with the header of 86
bytes and the tag of 16 the largest body has 3,894: well under the 4,096 that every service must take (RFC 8030, section
7.2), from which relays between a service and its phones take some for themselves."""
_MOST: Final = SIZES[-1] - 1  # the delimiter takes one


def payload(message: Message, ack: str) -> bytes:
    """The JSON. A text that does not fit is cut: the whole of it is behind `url`.

    Raises `ValueError`: what cannot be cut leaves no room, or a text holds half a surrogate pair.
    """
    words: dict[str, str | bool] = {
        "title": title(message.subject, message.sender_name, message.text),
        "body": "",
        "url": message.url,
        "tag": message.thread or message.reference,
        "level": message.level,
        "locale": message.locale,
        "reference": message.reference,
        "ack": ack,
    }
    if message.silent:
        words["silent"] = True
    room = _MOST - len(dump(words))
    if room < 0:
        raise ValueError(f"what is beside the text is {-room} bytes too long")
    return dump(words | {"body": cut(message.text, room)})


def size_of(plain: bytes) -> int:
    """How large its record is made. Raises `ValueError` beyond the largest."""
    for size in SIZES:
        if len(plain) < size:
            return size
    raise ValueError(f"{len(plain)} bytes are too many for a notification")
