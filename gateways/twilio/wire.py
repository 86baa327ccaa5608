"""Calls of Twilio's API on kept connections, and how far one had come when it broke.

Twilio's own library takes any `AsyncHttpClient`; this one is ours, because the library's forgets the time-out, gives no
headers with an error (Retry-After) and repeats a POST after a lost answer: a second SMS. Until the request begins to be
written, nothing left (`Unsent`). From then on nobody can tell (`Lost`).
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

from gateways.contract import Trouble

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


class Unsent(Exception):
    """Twilio could not be spoken to, and nothing of the request was written."""

    def __init__(self, trouble: Trouble | None, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.trouble = trouble
        self.code = code
        self.detail = detail[:300]


class Lost(Exception):
    """The request began to be written, and no answer was read."""


@dataclass(slots=True)
class _Start:
    """When a request must have begun to be written, on the loop's clock, and whether it has."""

    until: float
    written: bool = False


class Wire(AsyncHttpClient):  # type: ignore[misc] # the library has no types
    """The connections to one account, at most `connections` of them. `timeout_s` bounds each call as a whole."""

    def __init__(self, credentials: Credentials, *, timeout_s: float, connections: int) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=timeout_s)
        self._credentials = credentials
        self._timeout_s = timeout_s
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the session; nobody is called."""
        if self._session is None:
            self._session = _session(self._connections)

    async def close(self) -> None:
        """Close every connection. May be called twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, url: str) -> Response:
        """Ask. Raises `Unsent`, `Lost`."""
        return await self._call("GET", url, None, _Start(float("inf")))

    async def post(self, url: str, form: bytes, until: float) -> Response:
        """Order, unless the loop's clock passes `until` before it begins to be written. Raises `Unsent`, `Lost`."""
        return await self._call("POST", url, form, _Start(until))

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
        return await self._call(method, url, form, _Start(float("inf")))

    async def _call(self, method: str, url: str, form: bytes | None, start: _Start) -> Response:
        if self._session is None:
            raise Unsent(Trouble.CONNECTION, "closed")
        headers = {"Authorization": self._credentials.header}
        if form is not None:
            headers["Content-Type"] = FORM
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._session.request(
                    method,
                    URL(url, encoded=True),
                    data=form,
                    headers=headers,
                    allow_redirects=False,
                    trace_request_ctx=start,
                ) as response,
            ):
                return Response(response.status, await _read(response), response.headers)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            if start.written:
                raise Lost(_sentence(error)) from error
            raise _unsent(error) from error


def _session(connections: int) -> aiohttp.ClientSession:
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_about_to_write)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=_IDLE_S),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "alertd"},
        auto_decompress=False,
        trace_configs=[trace],
    )


async def _about_to_write(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
    """The last moment before the first byte: a process that froze must not go on with what is too late."""
    start: _Start = context.trace_request_ctx
    if asyncio.get_running_loop().time() > start.until:
        raise Unsent(None, "too late")
    start.written = True


async def _read(response: aiohttp.ClientResponse) -> str:
    """The whole body, to its announced end; one that is too long is none."""
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > MOST_BYTES:
            response.close()
            return ""
    return body.decode(errors="replace")


def _unsent(error: Exception) -> Unsent:
    about_tls = isinstance(error, aiohttp.ClientSSLError | ssl.SSLError)
    trouble = Trouble.TLS if about_tls else Trouble.CONNECTION
    return Unsent(trouble, trouble.value, _sentence(error))


def _sentence(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"{type(error).__name__}: {error}"[:300]
