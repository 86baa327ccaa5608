"""What is wrong with a body or a query, by pydantic's kind of finding: a sentence that names the field and says what to do.

The kinds: https://docs.pydantic.dev/latest/errors/validation_errors/. What was received is not repeated.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from alertd.errors import Refused
from alertd.web.api.bodies import LANGUAGE, LINK, LOCALE

MOST_FIELDS: Final = 20
"""Errors told at once: enough to mend a form, too few to answer a flood with a flood."""

_OBJECT: Final = "must be a JSON object, between braces."
_WHOLE: Final = "must be a whole number."
_MOMENT: Final = "must be a moment that exists, such as 2027-01-31T18:00:00+01:00."

_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "is missing: give it.",
    "extra_forbidden": "is not known here: check how it is spelt, or leave it out.",
    "none_required": "must be left out here.",
    "model_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": "must be a JSON list, between brackets.",
    "string_type": "must be text, in quotes.",
    "bool_type": "must be true or false, without quotes.",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": "must be a number, without quotes.",
    "literal_error": "must be {expected}.",
    "greater_than": "must be greater than {gt}.",
    "greater_than_equal": "must be {ge} or more.",
    "less_than_equal": "must be {le} or less.",
    "string_too_short": "must not be empty: it has {min_length} character or more.",
    "string_too_long": "is too long: shorten it to {max_length} characters or fewer.",
    "too_short": "must not be empty: it holds {min_length} or more.",
    "too_long": "holds too many: {max_length} at most.",
    "value_error": "cannot be used: {error}.",
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
}
_PATTERNS: Final[Mapping[str, str]] = {
    LINK: "must be a link that begins with https:// and holds no blank and no accent.",
    LOCALE: "must be a language as in fr, en or pt-BR.",
    LANGUAGE: "must be a language as in fr, en or pt-BR: two small letters, then perhaps a country.",
}
_OTHERWISE: Final = "cannot be used as it is: compare it with /api/v1/openapi.json."


def invalid(code: str, error: ValidationError) -> Refused:
    """Pydantic's findings as ours."""
    found = error.errors(include_input=False, include_url=False)[:MOST_FIELDS]
    fields = {path(one["loc"]): sentence(one["type"], path(one["loc"]), one.get("ctx", {})) for one in found}
    message = "Some of what was sent cannot be used: `fields` says what to mend."
    return Refused(code, message, fields=fields)


def sentence(kind: str, field: str, context: Mapping[str, Any]) -> str:
    """What to do about one finding; literals are written as JSON has them."""
    if kind == "string_pattern_mismatch":
        said = _PATTERNS.get(context["pattern"], _OTHERWISE)
    else:
        said = _SENTENCES.get(kind, _OTHERWISE).format_map(context)
    if kind == "literal_error":
        said = said.replace("True", "true").replace("'", '"')
    return f"`{field}` {said}"


def path(location: tuple[int | str, ...]) -> str:
    """Where it is in the body: `texts.fr.headline`; the body itself is `body`."""
    return ".".join(str(step)[:100] for step in location if step != "[key]") or "body"
