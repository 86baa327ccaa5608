"""Discretion: what a log may not say of anybody. No line of ours holds it; what a library or a provider puts into an error might.

Numbers, mailboxes, cells, tokens, links that are somebody's own. Whatever looks like one is replaced before a line is written. Every
pattern is bounded, so that no long line, which a stranger may have caused, takes the square of its length.
"""

import re
from collections.abc import Iterator
from typing import Final

_MIXED: Final = r"(?=[\w-]{0,42}[0-9])(?=[\w-]{0,42}[A-Z])"
_KINDS: Final = {
    "mailbox": r"[^\s\"'<>@=:,;()\[\]{}/\\]{1,64}@[^\s\"'<>@,;()\[\]{}/\\]{1,253}\.[A-Za-z]{2,}",
    "token": rf"(?<![\w-]){_MIXED}[A-Za-z0-9_-]{{43}}(?![\w-])|(?<!\w)[0-9a-f]{{64}}(?!\w)",
    "link": r"(?<=/)(?=[0-9A-Za-z]{0,10}[0-9])(?=[0-9A-Za-z]{0,10}[A-Z])[0-9A-Za-z]{11}(?!\w)",
    "cell": r"(?<!\w)(?:8[0-9a-f]{14}|6[0-9]{17})(?!\w)",
    "number": r"(?<![\w.+-])(?:(?:\+|00)[1-9][0-9]{7,14}|0[1-9](?:[ .-]?[0-9]{2}){4})(?![\w])",
}
_ANY: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))


def discreet(text: str) -> str:
    """The text, with the kind of thing in the place of whatever is somebody's."""
    return _ANY.sub(lambda found: f"[{found.lastgroup}]", text)


def indiscretions(text: str) -> Iterator[tuple[str, str]]:
    """What it says of somebody: its kind, and itself."""
    for found in _ANY.finditer(text):
        yield str(found.lastgroup), found.group()
