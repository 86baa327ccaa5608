"""A posted form, as text that can be kept; or the one sentence that says it could not be read."""

from typing import Any, Final

from aiohttp import ClientError, web
from multidict import MultiDict, MultiMapping

from alertd.errors import Malformed

_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
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
        fields = await request.post()
        "".join(text for pair in fields.items() for text in pair if isinstance(text, str)).encode()
    except (ValueError, LookupError, RuntimeError, ClientError) as error:
        raise unreadable() from error
    return MultiDict((name, plain(value)) for name, value in fields.items())


def plain(value: Any) -> Any:
    """A text without the signs that turn the direction of reading: pasted along unseen, they would show the rest of an SMS
    backwards (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing). Files are left alone.
    """
    return value.translate(_TURNING) if isinstance(value, str) else value
