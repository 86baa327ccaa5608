"""What is wrong with the settings, in sentences that an administrator can act on."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from alertd.settings import address_faults
from alertd.settings.masks import MASK, SECRET_NAME, masked, masked_url
from alertd.settings.options import ANY, options

EXPECTED: Final = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text between quotes",
    "bool_type": "true or false",
    "tuple_type": 'a list, such as ["a", "b"]',
    "dict_type": "a table",
    "model_type": "a table",
    "path_type": "a path between quotes",
}
KINDS: Final = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    list: "list",
    dict: "table",
}
NAME_ITSELF: Final = "[key]"
"""Ends the place of a fault in the name of an entry: pydantic's word, no option's."""

SHOWN_CHARS: Final = 60
MOST_SENTENCES: Final = 20

Place = tuple[str | int, ...]


def sentences(error: ValidationError, origins: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    """One sentence for each thing wrong, the first twenty; `origins` are the environment's variables by path."""
    for one in error.errors()[:MOST_SENTENCES]:
        place = _place(one)
        origin = origins.get(tuple(map(str, place)))
        yield f"{_where(place)}{f' (from {origin})' if origin else ''}{_what(one)}"


def _place(one: ErrorDetails) -> Place:
    """The steps to what is wrong, in the words of the file."""
    place = one["loc"]
    return place[:-1] if place and place[-1] == NAME_ITSELF else place


def _where(place: Place) -> str:
    """`[http] port`, `[gateways.ovh] driver`, `[http]`, `[http] trusted_proxies, entry 1`; nothing for a rule between sections, which
    says its place.
    """
    if len(place) > 1 and isinstance(place[-1], int):
        return f"{_where(place[:-1])}, entry {place[-1] + 1}"
    *section, key = place or ("",)
    if section:
        return f"[{'.'.join(map(str, section))}] {key}"
    return f"[{key}]" if key else ""


def _what(one: ErrorDetails) -> str:
    kind, place = one["type"], _place(one)
    if kind == "extra_forbidden":
        return f": there is no such option.{_suggestion(place)}"
    if kind == "missing":
        return ": is required and is not there."
    if kind == "value_error":
        return f"{': ' if place else ''}{one['ctx']['error']}."
    found = f"the name {one['input']!r}" if place != one["loc"] else _found(place, one["input"])
    rule = EXPECTED.get(kind) or one["msg"].removeprefix("Input should be ")
    if kind in EXPECTED or rule != one["msg"]:
        return f": found {found}, expected {rule}."
    wrong = address_faults.fault(str(one.get("ctx", {}).get("pattern", "")), one["input"])
    return f": found {found}. {wrong or _description(place) or one['msg']}"


def _description(place: Place) -> str:
    """What the option is for: says more than the pattern that the value does not match."""
    return next((o.description for o in options() if len(o.path) == len(place) and _fits(o.path, place)), "")


def _found(place: Place, value: Any) -> str:
    """The value and its kind; never a secret, nor a driver's options, which may hold one."""
    shown = _shown(place, value)
    return f"{shown} ({KINDS.get(type(value), type(value).__name__)})"


def _shown(place: Place, value: Any) -> str:
    of_url = bool(place) and place[-1] == "url"
    if of_url and isinstance(value, str):
        return repr(masked_url(value))[:SHOWN_CHARS]
    if of_url or any(SECRET_NAME.search(str(step)) or step == "options" for step in place):
        return MASK
    return repr(masked(value))[:SHOWN_CHARS]


def _suggestion(place: Place) -> str:
    """The nearest right key: in the same table first, then anywhere."""
    known = [option.path for option in options()]
    wrong = str(place[-1])
    beside = {path[len(place) - 1] for path in known if len(path) >= len(place) and _fits(path, place[:-1])}
    if near := get_close_matches(wrong, beside - {ANY}, n=1):
        return f" Did you mean {near[0] if len(place) > 1 else _where((near[0],))}?"
    elsewhere = {path[-1]: path for path in known}
    if near := get_close_matches(wrong, elsewhere, n=1, cutoff=0.8):
        return f" Did you mean {_where(elsewhere[near[0]])}?"
    return f" Known here: {', '.join(sorted(beside - {ANY}))}."


def _fits(path: tuple[str, ...], table: Place) -> bool:
    return all(known in {ANY, str(step)} for known, step in zip(path, table, strict=False))
