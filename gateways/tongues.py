"""Words of one language within a text of another: a German call that quotes a French order says it with a French voice.

What is quoted stands between three characters of the private use area (https://www.unicode.org/faq/private_use.html), so
that it travels as text does; whoever shows the text instead of saying it leaves them out (`shown`).
"""

import re
from collections.abc import Iterator
from typing import Final

_OPEN, _OF, _CLOSE = "\ue010", "\ue011", "\ue012"
_MARKS: Final = re.compile(f"[{_OPEN}{_OF}{_CLOSE}]")
_QUOTED: Final = re.compile(
    f"{_OPEN}([A-Za-z]{{2,3}}(?:[-_][A-Za-z0-9]{{2,8}})*){_OF}([^{_OPEN}{_OF}{_CLOSE}]*){_CLOSE}"
)


def quoted(words: str, language: str) -> str:
    """The words, marked as those of `language` (BCP 47); nothing where there are none."""
    inner = _MARKS.sub("", words)
    return f"{_OPEN}{language}{_OF}{inner}{_CLOSE}" if inner else ""


def passages(text: str, language: str) -> Iterator[tuple[str, str]]:
    """What is said, in order, each with its language: `language` where nothing else is marked. None is blank."""
    pieces = _QUOTED.split(text)
    for plain, tongue, words in zip(pieces[::3], [*pieces[1::3], ""], [*pieces[2::3], ""], strict=True):
        for said, spoken in ((plain, language), (words, tongue)):
            if clean := shown(said).strip():
                yield clean, spoken


def shown(text: str) -> str:
    """The text without the marks."""
    return _MARKS.sub("", _QUOTED.sub(r"\2", text))
