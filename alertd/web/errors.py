"""Errors as RFC 9457 says them: `application/problem+json`, with our stable code and the fields to mend."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from alertd.errors import AlertdError, TooOften

BROKEN = "Something went wrong here. It has been logged; try again, and tell the administrator if it stays."


def problem(error: AlertdError) -> web.Response:
    """The answer for an error that a program meets: status, code, sentence, and a sentence for each field."""
    return problem_response(error.status, error.code, error.message, error.fields, headers=retry_after(error))


def problem_response(
    status: int,
    code: str,
    detail: str,
    fields: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """A problem document; `type` stays about:blank since `code` is what programs switch on (RFC 9457, 4.2.1)."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "fields": fields or {},
    }
    return web.json_response(
        document, status=status, content_type="application/problem+json", headers=headers
    )


def retry_after(error: AlertdError) -> dict[str, str]:
    """`Retry-After` in whole seconds for whoever came too often; nothing for other errors."""
    if not isinstance(error, TooOften):
        return {}
    return {"Retry-After": str(max(1, round(float(error.detail.get("retry_after_s", 60)))))}
