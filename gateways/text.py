"""What an SMS can carry: the GSM 7-bit alphabet, its segments, and the nearest text that fits it.

Alphabet and extension table: 3GPP TS 23.038, section 6.2.1. Lengths: 140 octets hold 160 septets or 70 UTF-16
units; in a message of several segments each gives 6 octets to the concatenation header (TS 23.040, 9.2.3.24.1),
which leaves 153 and 67. Pure: no I/O, nothing kept between calls.

A text is measured exactly as it stands. An `é` typed as `e` and a combining accent is not in the alphabet:
bring a text to Unicode's NFC before sending it (`gsm_safe` does).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Encoding = Literal["gsm7", "ucs2"]

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"  # 0x00
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"  # 0x10; 0x1B is the escape to the extension table, no character
    " !\"#¤%&'()*+,-./"  # 0x20
    "0123456789:;<=>?"  # 0x30
    "¡ABCDEFGHIJKLMNO"  # 0x40
    "PQRSTUVWXYZÄÖÑÜ§"  # 0x50
    "¿abcdefghijklmno"  # 0x60
    "pqrstuvwxyzäöñüà"  # 0x70
)
"""The default alphabet: a character's place in this string is its septet."""

EXTENSION: Final[Mapping[str, int]] = MappingProxyType(
    {
        "\f": 0x0A,
        "^": 0x14,
        "{": 0x28,
        "}": 0x29,
        "\\": 0x2F,
        "[": 0x3C,
        "~": 0x3D,
        "]": 0x3E,
        "|": 0x40,
        "€": 0x65,
    }
)
"""Characters that cost two septets: the escape 0x1B, then this one."""

_SEPTETS: Final = dict.fromkeys(BASIC.replace("\x1b", ""), 1) | dict.fromkeys(EXTENSION, 2)
_SEPTET_EACH: Final = re.compile("[" + re.escape(BASIC.replace("\x1b", "")) + "]*")
_ROOM: Final[Mapping[Encoding, tuple[int, int]]] = {
    "gsm7": (160, 153),
    "ucs2": (70, 67),
}  # alone, one of several

_EQUIVALENTS: Final[Mapping[str, str]] = {
    "'": "‘’‛ʼʻʽʹˈˊˋ′´`❛❜",
    '"': "«»“”„‟″ʺˮ❝❞〝〞",
    "-": "‐‑‒–—―−⁃•",
    "/": "÷⁄∕⧸",
    "\\": "∖⧵⧹",
    "|": "∣⏐",
    "<": "‹",
    ">": "›",
    ",": "‚、",
    ".": "·。",
    ";": "⁏",
    ":": "ː˸∶꞉",
    "!": "ǃ",
    "^": "ˆ",
    "*": "⁎∗",
    "~": "˜˷∼",
    "_": "‗",
    "x": "×",
    "oe": "œ",
    "OE": "Œ",
    "l": "ł",
    "L": "Ł",
    "d": "đ",
    "D": "Đ",
    "i": "ı",
    "u": "µμ",
    "->": "→",
    "<-": "←",
    "<=": "≤",
    ">=": "≥",
    "+/-": "±",
    " ": "\t",
    "\n": "\x85\u2028\u2029",
    "": "\u00ad\u200b\u200c\u2060\ufeff",  # they show nothing, and one of them costs ninety characters
}
_FOLDS: Final = {char: plain for plain, chars in _EQUIVALENTS.items() for char in chars}
_GUILLEMETS: Final = re.compile("«[ \u00a0\u202f]?|[ \u00a0\u202f]?»")  # French puts a space inside them


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs as an SMS.

    `units` are septets (gsm7) or UTF-16 units (ucs2), concatenation headers left out. `unsafe` are the
    characters, each once and as they come, that keep the text out of GSM-7; empty when it is gsm7.
    """

    encoding: Encoding
    units: int
    segments: int
    unsafe: tuple[str, ...]


def measure(text: str) -> Measure:
    """Measure a text as it stands; an empty one is one segment, as it would be billed."""
    encoding, costs = _costs(text)
    unsafe = tuple(dict.fromkeys(char for char in text if char not in _SEPTETS))
    return Measure(encoding, sum(costs), len(_cuts(costs, _ROOM[encoding])), unsafe)


def segments(text: str) -> int:
    """How many segments an operator bills for this text; at least one."""
    if _SEPTET_EACH.fullmatch(text):
        alone, several = _ROOM["gsm7"]
        return 1 if len(text) <= alone else -(-len(text) // several)
    encoding, costs = _costs(text)
    return len(_cuts(costs, _ROOM[encoding]))


def split(text: str) -> tuple[str, ...]:
    """Cut a text into its segments; joined, they are the text.

    Neither a character of the extension table nor a surrogate pair is cut in two: a phone that shows the
    first half before the second arrives would show rubbish.
    """
    encoding, costs = _costs(text)
    ends = _cuts(costs, _ROOM[encoding])
    return tuple(text[start:end] for start, end in zip([0, *ends], ends, strict=False))


def gsm_safe(text: str) -> str:
    """Fold a text towards GSM-7 by accepted equivalents (ê to e, ’ to ', œ to oe); keep what has none.

    Never costs more: where folding would take another segment (seventy ellipses), the text comes back as it was.
    """
    folded = unicodedata.normalize("NFC", "".join(_fold(unicodedata.normalize("NFC", text))))
    return folded if segments(folded) <= segments(text) else text


def _costs(text: str) -> tuple[Encoding, list[int]]:
    """Each character's own units, in the encoding that the whole text needs."""
    try:
        return "gsm7", [_SEPTETS[char] for char in text]
    except KeyError:
        return "ucs2", [1 + (char > "\uffff") for char in text]


def _cuts(costs: list[int], room: tuple[int, int]) -> list[int]:
    """Where each segment ends, as an index of characters."""
    alone, several = room
    if sum(costs) <= alone:
        return [len(costs)]
    ends, used = [], 0
    for index, cost in enumerate(costs):
        if used + cost > several:
            ends.append(index)
            used = 0
        used += cost
    return [*ends, len(costs)]


def _fold(text: str) -> Iterator[str]:
    before = ""
    for char in _GUILLEMETS.sub('"', text):
        plain = char if char in _SEPTETS else _equivalent(char, before)
        before = plain[-1:] or before
        yield plain


def _equivalent(char: str, before: str) -> str:
    """The GSM-7 form of one character, given the one written before it; the character itself where there is none."""
    if char in _FOLDS:
        return _FOLDS[char]
    if char in "°º":  # "n°" reads "no"; but "30°" must not read "300"
        return "o" if before.isalpha() else "deg"
    category = unicodedata.category(char)
    if category == "Cc":
        return ""
    if category.startswith("M"):  # an accent left over on a letter that was folded
        return "" if before in _SEPTETS else char
    if category == "No" and before.isdigit():  # "2½" must not read "21/2"
        return char
    return _decomposed(char)


def _decomposed(char: str) -> str:
    """A letter without its accents, a compatibility form (full width, ligature, no-break space) in plain characters."""
    parts = (part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    plain = "".join(_FOLDS.get(part, part) for part in parts)
    return plain if plain and all(part in _SEPTETS for part in plain) else char
