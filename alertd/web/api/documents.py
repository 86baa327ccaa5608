"""From a request's bytes to a JSON object, without any of JSON's liberties.

Doubled keys, NaN, numbers beyond a computer's, half characters and depths that only an attack has are refused
here, once, so that nothing behind this door meets them.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

from aiohttp import web

from alertd.errors import AlertdError, Malformed, TooLarge

LARGEST_INTEGER: Final = 2**53
"""Beyond it programs disagree on what was written (RFC 8259, section 6)."""

_DEEPEST: Final = 16  # a collection of multipolygons in an alert's target is 12 deep
_NESTING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
"""A string that never ends is one to the end: looked for anew from each of its signs, a megabyte of them would take hours."""
_JSON_TYPE: Final = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json")


class WrongType(AlertdError):
    """The body is of a kind that is not read here."""

    status = 415


async def read(request: web.Request) -> dict[str, Any]:
    """The JSON object that a request carries; an empty body is an empty object.

    :raises WrongType: `wrong_content_type`: something else than JSON in UTF-8 is announced.
    :raises TooLarge: `too_large`.
    :raises Malformed: `malformed_json`, with what to look for.
    """
    raw = await body(request)
    if not raw:
        return {}
    if not _JSON_TYPE.fullmatch(request.content_type) or (request.charset or "utf-8").lower() != "utf-8":
        raise WrongType("wrong_content_type", "Send JSON in UTF-8 with Content-Type: application/json.")
    return parse(raw)


async def body(request: web.Request) -> bytes:
    """The request's bytes, read once and kept; `too_large` when they are more than the server takes."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge("too_large", "The body is larger than this server takes: send less at once.") from None


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`; Malformed for anything else."""
    _check_depth(raw)
    try:
        document = json.loads(
            raw.decode(),
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
        if b"\\u" in raw:
            json.dumps(document, ensure_ascii=False).encode()  # a lone surrogate cannot be stored or sent
    except UnicodeError:
        raise malformed("a character is cut in two: send well-formed UTF-8") from None
    except json.JSONDecodeError as error:
        raise malformed(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    if not isinstance(document, dict):
        raise malformed("a JSON object is expected, between braces")
    return document


def malformed(reason: str) -> Malformed:
    """The error for JSON that cannot be read, and why."""
    return Malformed("malformed_json", f"The body is not JSON that can be read: {reason}.")


def _check_depth(raw: bytes) -> None:
    depth = 0
    for token in _NESTING.finditer(raw):
        if token[0] in b"[{":
            depth += 1
        elif token[0] in b"]}":
            depth -= 1
        if depth > _DEEPEST:
            raise malformed(f"it is nested deeper than {_DEEPEST} levels")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise malformed("an object has the same key twice: which one is meant cannot be known")
    return members


def _constant(word: str) -> NoReturn:
    raise malformed(f"{word} is not a number")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise malformed("a number is too large")
    return number


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:
        raise malformed("a number is too large")
    return int(digits)
