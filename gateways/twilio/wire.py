"""Calls of Twilio's API.

Twilio's own library takes any `AsyncHttpClient`; this one is ours, because the library's forgets the time-out, gives no
headers with an error (Retry-After) and repeats a POST after a lost answer: a second SMS.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from gateways.http import NEVER, Dates, Http

MOST_BYTES: Final = 262_144  # a page of twenty messages is about 25,000
FORM: Final = "application/x-www-form-urlencoded"
_IDLE_S: Final = 10.0  # a kept connection that the far end is about to close would leave a message in doubt


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens the account: its SID and auth token, or an API key's SID and secret."""

    user: str
    secret: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of Authorization."""
        return aiohttp.encode_basic_auth(self.user, self.secret)


class Wire(AsyncHttpClient):  # type: ignore[misc] # the library has no types
    """The connections to one account, at most `connections` of them. `timeout_s` bounds each call as a whole."""

    def __init__(
        self, credentials: Credentials, *, timeout_s: float, connections: int, dates: Dates | None
    ) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=timeout_s)
        self._credentials = credentials
        self._http = Http(
            timeout_s=timeout_s, connections=connections, idle_s=_IDLE_S, most_bytes=MOST_BYTES, dates=dates
        )

    async def open(self) -> None:
        """Make the session; nobody is called."""
        await self._http.open()

    async def close(self) -> None:
        """Close every connection. May be called twice."""
        await self._http.close()

    async def get(self, url: str) -> Response:
        """Ask. Raises `Unsent`, `Lost`."""
        return await self._call("GET", url, None)

    async def post(self, url: str, form: bytes, until: float) -> Response:
        """Order, unless the loop's clock passes `until` before it begins to be written. Raises `Unsent`, `Lost`."""
        return await self._call("POST", url, form, until)

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - the library's own, which say its version
        auth: tuple[str, str] | None = None,  # noqa: ARG002 - ours are lent when the wire is made
        timeout: float | None = None,  # noqa: ARG002 - one time-out holds for all calls
        allow_redirects: bool = False,  # noqa: ARG002 - never: the credentials would follow
    ) -> Response:
        """What Twilio's library calls, where it is used. Raises `Unsent`, `Lost`."""
        url = f"{uri}?{urlencode(params, doseq=True)}" if params else uri
        form = urlencode(data, doseq=True).encode() if data else None
        return await self._call(method, url, form)

    async def _call(self, method: str, url: str, form: bytes | None, until: float = NEVER) -> Response:
        headers = {"Authorization": self._credentials.header}
        if form is not None:
            headers["Content-Type"] = FORM
        answer = await self._http.call(method, url, headers, form, until=until)
        return Response(answer.status, (answer.body or b"").decode(errors="replace"), answer.headers)
