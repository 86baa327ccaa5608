"""What drivers that call have in common: addresses at which a call asks for more, numbers that are shown, long texts."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

MOST_PLACE: Final = 60
FRENCH: Final = "fr"
KEYS: Final = frozenset("0123456789*#")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_WITHHELD: Final = "+266696687"  # "anonymous" on a telephone's keys, as some networks write it


def asking(callbacks: str, reference: str, place: str, locale: str) -> str:
    """The address at which a call that speaks `locale` asks for what follows `place`."""
    return f"{callbacks}{quote(reference, safe='')}?{urlencode({'place': place, 'locale': locale})}"


def asked(url: str, most: int = MOST_PLACE) -> dict[str, str]:
    """What such an address holds, each as far as `most` characters; nothing of one that is none, or has far more."""
    try:
        said = parse_qs(urlsplit(url).query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0][:most] for name, values in said.items()}


def referred(url: str, callbacks: str) -> str:
    """Our own delivery's key in the address that a provider called, nothing where there is none."""
    address = url.partition("?")[0]
    behind = address.removeprefix(callbacks) if callbacks and address.startswith(callbacks) else ""
    return behind if _REFERENCE.fullmatch(behind) else ""


def shown(text: str) -> str:
    """The number that a network shows of a caller, in E.164; nothing of one that is withheld, or no number."""
    return text if text.isascii() and _NUMBER.fullmatch(text) and text != _WITHHELD else ""


def language(locale: str) -> str:
    """`nl` for `nl-BE`, `nl_BE` and `NL`."""
    return re.split(r"[-_]", locale, maxsplit=1)[0].lower()


def in_parts(text: str, most: int) -> Iterator[str]:
    """The text in pieces of at most so many characters, cut behind a sentence where there is one, else behind a word."""
    rest = text.strip()
    while len(rest) > most:
        end = max(rest.rfind(mark, 0, most) for mark in (". ", "! ", "? ", "\n"))
        end = end if end > 0 else rest.rfind(" ", 0, most)
        cut = end + 1 if end > 0 else most
        yield rest[:cut]
        rest = rest[cut:].lstrip()
    if rest:
        yield rest
