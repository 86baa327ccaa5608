"""The way to a provider that speaks HTTP: kept connections, and how far a request had come when it broke.

Until a request begins to be written nothing left (`Unsent`). From then on, without a whole answer, nobody can tell
(`Lost`). No redirection is followed (credentials and messages would go with it), no cookie kept, nothing decompressed.

Connections, names, TLS and the reading of answers are aiohttp's. A request is written here, as one piece: what aiohttp's
session does around each (an object for the request, one for its answer, a timer, a writer) costs three times as much as
all the rest (docs/performance.md).
"""

import asyncio
import math
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from gateways.contract import Trouble
from gateways.deadlines import Deadlines

_DETAIL: Final = 300  # characters
_ORIGINS: Final = 200
"""Origins that are kept at hand: a provider has one or two, push services a few dozen."""
_UNSPEAKABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What would end a header, and let its value write others: https://www.rfc-editor.org/rfc/rfc9110#section-5.5."""
_BROKEN: Final = (aiohttp.ClientError, aiohttp.EofStream, HttpProcessingError, OSError, ValueError)
"""What a call may end with; TimeoutError is an OSError."""
_PATIENT: Final = aiohttp.ClientTimeout()
_DATE_S: Final = 60.0
Dates = Callable[[str, float, str], None]
"""Told whose answer it was, seconds since its request was begun, and the Date that it bears."""
NEVER: Final = float("inf")
"""For a request that is never too late."""


class Unsent(Exception):
    """The provider could not be spoken to, or it was too late to (then `trouble` is None): nothing was written."""

    def __init__(self, trouble: Trouble | None, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.trouble = trouble
        self.code = code
        self.detail = detail[:_DETAIL]


class Lost(Exception):
    """The request began to be written, and no whole answer was read. `late`: there was none in time."""

    def __init__(self, detail: str, *, late: bool = False) -> None:
        super().__init__(detail[:_DETAIL])
        self.late = late


UNFOUND: Final = "name not found"
"""The code of a request whose host has no address, or none that may be connected to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` are found whatever their case; `body` is None where it was longer than is read of one."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(slots=True)
class _Exchange:
    """A request as it is written, and what has come back of it; `body` is at most a piece longer than `most`."""

    text: bytes
    most: int
    begun: float = 0.0
    written: bool = False
    settled: bool = False
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def over(self, protocol: ResponseHandler) -> None:
        """Write the request to a connection in hand, and read its answer.

        The transport keeps what the line does not take at once: it is a few kilobytes.
        """
        transport = cast(
            "asyncio.Transport", protocol.transport
        )  # nothing was waited for since it was connected
        protocol.set_response_params(read_until_eof=True, auto_decompress=False)
        self.written, self.begun = True, asyncio.get_running_loop().time()
        transport.write(self.text)
        message, content = await protocol.read()
        while message.code < 200 and message.code != 101:  # on the way: "continue", early hints
            message, content = await protocol.read()
        self.status, self.headers = message.code, message.headers
        while not content.at_eof() and len(self.body) <= self.most:
            self.body += await content.readany()
        self.settled = content.at_eof()

    def answer(self, *, cut: bool) -> Answer:
        """What was read of one."""
        if cut:
            return Answer(self.status, self.headers, self.body[: self.most])
        return Answer(self.status, self.headers, self.body if len(self.body) <= self.most else None)


class Http:
    """Kept connections of one event loop, made by `open`: at most `connections`.

    `timeout_s` bounds a call, from waiting for a connection to the answer's end. A connection that was silent for
    `idle_s` is not used again: choose fewer seconds than the far end keeps one, or what is written to it is in doubt.
    Of an answer at most `most_bytes` are read: one that is longer, or breaks off, is none; but with `cut` the status is
    the answer, and the body as much as came of it. `resolver` is made with the connections; `names_s` is how long it is believed.
    `dates` is told the Date of one answer a minute.
    """

    def __init__(
        self,
        *,
        timeout_s: float,
        connections: int,
        idle_s: float,
        most_bytes: int,
        cut: bool = False,
        accept: str = "application/json",
        resolver: Callable[[], AbstractResolver] | None = None,
        names_s: int = 10,
        dates: Dates | None = None,
    ) -> None:
        self._deadlines = Deadlines(timeout_s)
        self._connections = connections
        self._idle_s = idle_s
        self._most_bytes = most_bytes
        self._cut = cut
        self._headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "alertd"}
        self._resolver = resolver
        self._names_s = names_s
        self._dates = dates
        self._date_at = 0.0
        self._connector: aiohttp.TCPConnector | None = None
        self._origins: dict[URL, aiohttp.ClientRequest] = {}

    async def open(self) -> None:
        """Connects nowhere yet."""
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=self._idle_s,
                resolver=self._resolver() if self._resolver else None,
                ttl_dns_cache=self._names_s,
            )

    async def close(self) -> None:
        """Close every connection, those in use too. May be called twice."""
        connector, self._connector = self._connector, None
        self._origins.clear()
        if connector is not None:
            await connector.close()

    async def call(
        self,
        method: str,
        url: str | URL,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        until: float = NEVER,
    ) -> Answer:
        """One request, unless the loop's clock passes `until` before it begins to be written. `url` is encoded already.

        Raises `Unsent`, `Lost`.
        """
        if self._connector is None:
            raise Unsent(Trouble.CONNECTION, "closed")
        exchange = _Exchange(b"", self._most_bytes)
        try:
            where = url if isinstance(url, URL) else URL(url, encoded=True)
            origin = self._origin(where)
            exchange.text = _written(method, where, origin, {**self._headers, **headers}, body)
            with self._deadlines.begin():
                await self._speak(self._connector, origin, exchange, until, again=method == "GET")
        except _BROKEN as error:
            if not (self._cut and exchange.status):
                raise _fault(error, written=exchange.written) from error
        if self._dates is not None:
            self._tell_date(self._dates, where, exchange)
        return exchange.answer(cut=self._cut)

    def _tell_date(self, dates: Dates, where: URL, exchange: _Exchange) -> None:
        """Not what a cache kept (Age): https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1."""
        now, headers = asyncio.get_running_loop().time(), exchange.headers
        if now >= self._date_at and (date := headers.get("Date")) and "Age" not in headers:
            self._date_at = now + _DATE_S
            dates(where.host or "", now - exchange.begun, date)

    def _origin(self, url: URL) -> aiohttp.ClientRequest:
        """What aiohttp is told of a scheme, a host and a port, to find a connection or to make one."""
        key = url.origin()
        if (origin := self._origins.get(key)) is None:
            while len(self._origins) >= _ORIGINS:
                del self._origins[next(iter(self._origins))]
            origin = aiohttp.ClientRequest("GET", key, loop=asyncio.get_running_loop())
            self._origins[key] = origin
        return origin

    async def _speak(
        self,
        connector: aiohttp.TCPConnector,
        origin: aiohttp.ClientRequest,
        exchange: _Exchange,
        until: float,
        *,
        again: bool,
    ) -> None:
        """Over one of the connections; where the far end had closed it, who only asks may ask again."""
        connection = await connector.connect(origin, [], _PATIENT)
        try:
            # A process that froze, or a message that waited in a queue, must not go on with what is too late.
            if asyncio.get_running_loop().time() > until:
                exchange.settled = True
                raise Unsent(None, "too late")
            await exchange.over(cast("ResponseHandler", connection.protocol))
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if exchange.status or not again:
                raise
        finally:
            # Kept for the next request only where nothing of this one is still to come.
            connection.release() if exchange.settled else connection.close()
        if not exchange.status:
            await self._speak(connector, origin, exchange, until, again=False)


def _written(
    method: str, url: URL, origin: aiohttp.ClientRequest, headers: Mapping[str, str], body: bytes | None
) -> bytes:
    """A request as one piece. :raises ValueError: a header holds what would end it."""
    lines = [f"{method} {url.raw_path_qs} HTTP/1.1", f"Host: {origin.headers['Host']}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None or method != "GET":
        lines.append(f"Content-Length: {len(body or b'')}")
    if _UNSPEAKABLE.search("\t".join(lines)):
        raise ValueError("a header holds a control character")
    return "\r\n".join((*lines, "", "")).encode() + (body or b"")


def finite(value: object) -> float | None:
    """A number of somebody's JSON as a float; None for what is none, nor any that can be counted with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _fault(error: Exception, *, written: bool) -> Unsent | Lost:
    if written:
        return Lost(_sentence(error), late=isinstance(error, TimeoutError))
    about_tls = isinstance(error, aiohttp.ClientSSLError | ssl.SSLError)
    trouble = Trouble.TLS if about_tls else Trouble.CONNECTION
    code = UNFOUND if isinstance(error, aiohttp.ClientConnectorDNSError) else trouble.value
    return Unsent(trouble, code, _sentence(error))


def _sentence(error: Exception) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
