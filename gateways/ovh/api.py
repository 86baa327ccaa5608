"""Signed calls of OVHcloud's API, and how far one had come when it broke.

Until the request begins to be written, nothing left (`Unsent`). From then on nobody can tell (`Lost`). Signature:
https://docs.ovhcloud.com/fr/guides/manage-operate/api/first-steps
"""

import asyncio
import hashlib
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from yarl import URL

from gateways.contract import Trouble
from gateways.ovh.verdict import Answer, read

MOST_BYTES: Final = 65_536
_DRIFT_S: Final = 3600.0  # how long a measured difference of clocks is trusted
_IDLE_S: Final = 5.0  # a kept connection that the far end is about to close would leave a message in doubt


@dataclass(frozen=True, slots=True)
class Keys:
    """The three keys of an account."""

    application: str = field(repr=False)
    secret: str = field(repr=False)
    consumer: str = field(repr=False)


class Unsent(Exception):
    """The API could not be spoken to, and nothing of the request was written."""

    def __init__(self, trouble: Trouble | None, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.trouble = trouble
        self.code = code
        self.detail = detail[:200]


class Lost(Exception):
    """The request began to be written, and no answer was read."""


@dataclass(slots=True)
class _Wire:
    """One request. `until` is when it must have begun, on the loop's clock."""

    until: float
    written: bool = False


class Api:
    """One account. `base_url` has no slash at its end; `now_ms` is our clock, whose drift is measured."""

    def __init__(
        self, base_url: str, keys: Keys, *, timeout_s: float, connections: int, now_ms: Callable[[], int]
    ) -> None:
        self._base = base_url
        self._keys = keys
        self._timeout_s = timeout_s
        self._connections = connections
        self._now_ms = now_ms
        self._session: aiohttp.ClientSession | None = None
        self._drift: tuple[float, int] | None = (
            None  # (until when on the loop's clock, seconds to add to ours)
        )
        self._measuring = asyncio.Lock()

    async def open(self) -> None:
        """Make the session; nobody is called."""
        if self._session is None:
            self._session = _session(self._connections)

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str) -> Answer:
        """Ask. Raises `Unsent`, `Lost`."""
        return await self._call("GET", path, b"", float("inf"))

    async def post(self, path: str, body: Mapping[str, Any], until: float) -> Answer:
        """Order, unless the loop's clock passes `until` before it begins to be written. Raises `Unsent`, `Lost`."""
        return await self._call("POST", path, json.dumps(body, separators=(",", ":")).encode(), until)

    async def _call(self, method: str, path: str, body: bytes, until: float) -> Answer:
        """Once, and once more with the clocks compared anew where the timestamp alone was refused."""
        answer = await self._signed(method, path, body, until)
        if not answer.about_the_clock:
            return answer
        self._drift = None
        return await self._signed(method, path, body, until)

    async def _signed(self, method: str, path: str, body: bytes, until: float) -> Answer:
        url = self._base + path
        headers = await self._sign(method, url, body)
        return await self._request(method, url, body, headers, _Wire(until))

    async def _sign(self, method: str, url: str, body: bytes) -> dict[str, str]:
        timestamp = str(self._now_ms() // 1000 + await self._server_ahead())
        keys = self._keys
        parts = (keys.secret, keys.consumer, method, url, body.decode(), timestamp)
        signature = hashlib.sha1("+".join(parts).encode(), usedforsecurity=False).hexdigest()
        return {
            "X-Ovh-Application": keys.application,
            "X-Ovh-Consumer": keys.consumer,
            "X-Ovh-Timestamp": timestamp,
            "X-Ovh-Signature": f"$1${signature}",
        }

    async def _server_ahead(self) -> int:
        """Seconds by which OVHcloud's clock is ahead of ours; measured by one, while the others wait."""
        loop = asyncio.get_running_loop()
        async with self._measuring:
            if self._drift is None or loop.time() > self._drift[0]:
                self._drift = (loop.time() + _DRIFT_S, await self._measure())
            return self._drift[1]

    async def _measure(self) -> int:
        try:
            answer = await self._request("GET", f"{self._base}/auth/time", b"", {}, _Wire(float("inf")))
        except Lost as error:
            raise Unsent(Trouble.CONNECTION, "no time", str(error)) from error
        if not answer.good or not isinstance(answer.said, int) or not 0 < answer.said < 2**40:
            raise Unsent(Trouble.PROVIDER, f"no time {answer.status}")
        return answer.said - self._now_ms() // 1000

    async def _request(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], wire: _Wire
    ) -> Answer:
        if self._session is None:
            raise Unsent(Trouble.CONNECTION, "closed")
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._session.request(
                    method,
                    URL(url, encoded=True),
                    data=body or None,
                    headers={"Content-Type": "application/json", **headers} if body else headers,
                    allow_redirects=False,
                    trace_request_ctx=wire,
                ) as response,
            ):
                return await _read(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            if wire.written:
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
    wire: _Wire = context.trace_request_ctx
    if asyncio.get_running_loop().time() > wire.until:
        raise Unsent(None, "too late")
    wire.written = True


async def _read(response: aiohttp.ClientResponse) -> Answer:
    """The whole body, to its announced end; one that is too long is none."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) > MOST_BYTES:
            response.close()
            return Answer(response.status, None)
    return read(response.status, bytes(body), response.headers.get("Retry-After", ""))


def _unsent(error: Exception) -> Unsent:
    about_tls = isinstance(error, aiohttp.ClientSSLError | ssl.SSLError)
    trouble = Trouble.TLS if about_tls else Trouble.CONNECTION
    return Unsent(trouble, trouble.value, _sentence(error))


def _sentence(error: Exception) -> str:
    return (
        "no answer in time" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"[:200]
    )
