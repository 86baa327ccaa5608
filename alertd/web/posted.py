"""A posted form, as text that can be kept; or the one sentence that says it could not be read."""

import warnings
from typing import Any, Final

from aiohttp import ClientError, web
from aiohttp.helpers import parse_mimetype
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict, MultiMapping

from alertd.errors import Malformed

_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LOOKED: Final = web.RequestKey("form_looked_at", bool)
_SENTENCE: Final = "Ce formulaire n'a pas pu être lu : revenez en arrière et recommencez."


def unreadable() -> Malformed:
    """The error for what is no form of ours."""
    return Malformed("form_unreadable", _SENTENCE)


async def form(request: web.Request) -> MultiMapping[Any]:
    """The fields of a form, files too; none where the body is of another kind.

    Our pages are in UTF-8, so a browser answers in it (https://html.spec.whatwg.org/#form-submission-encoding):
    another announced encoding is nobody's, and some of them make characters that neither store nor page can hold.

    :raises Malformed: `form_unreadable`.
    """
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise unreadable()
    try:
        await _look_at_the_beginning(request)
        fields = await request.post()
        "".join(text for pair in fields.items() for text in pair if isinstance(text, str)).encode()
    except (ValueError, LookupError, RuntimeError, ClientError, HttpProcessingError) as error:
        raise unreadable() from error
    return MultiDict((name, plain(value)) for name, value in fields.items())


async def _look_at_the_beginning(request: web.Request) -> None:
    """A form in parts begins with its first one. aiohttp would look for it line by line, through as much as somebody sends, and let
    nobody else have a turn meanwhile: four seconds for a megabyte of empty lines.

    :raises ValueError: it does not.
    """
    if request.content_type != "multipart/form-data" or _LOOKED in request:
        return
    request[_LOOKED] = True
    boundary = parse_mimetype(request.headers["Content-Type"]).parameters.get("boundary", "")
    first = await request.content.readline()
    if first.rstrip() not in {f"--{boundary}".encode(), f"--{boundary}--".encode()}:
        raise ValueError("something stands before the first part")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        request.content.unread_data(
            first
        )  # nothing else puts it back (https://github.com/aio-libs/aiohttp/issues/3260)


def plain(value: Any) -> Any:
    """A text without the signs that turn the direction of reading: pasted along unseen, they would show the rest of an SMS
    backwards (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing). Files are left alone.
    """
    return value.translate(_TURNING) if isinstance(value, str) else value
