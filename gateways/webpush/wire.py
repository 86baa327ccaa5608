"""The way to push services: one session, no cookies, no redirections, answers read only as far as they are of use."""

import ssl
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

from aiohttp import (
    ClientConnectorCertificateError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    TraceConfig,
    TraceRequestHeadersSentParams,
)
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from gateways.contract import Outcome, Receipt, Trouble
from gateways.webpush.hosts import PublicOnly

_MOST_BYTES: Final = 2_048  # of an answer; a sentence of reasons is under 500
_IDLE_S: Final = (
    15.0  # shorter than any service keeps a silent connection: what is written to a closed one is unknown
)
_NAMES_S: Final = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's answer, its body cut."""

    status: int
    body: str
    location: str
    retry_after: str


@dataclass(slots=True)
class _Fate:
    written: bool = False


class Wire:
    """A session for one event loop, made by `open`, with at most `pool` connections."""

    def __init__(self, pool: int, timeout_s: float, local: frozenset[str]) -> None:
        self._pool = pool
        self._timeout = ClientTimeout(total=timeout_s)
        self._local = local
        self._session: ClientSession | None = None

    async def open(self) -> None:
        """Connects nowhere yet."""
        if self._session is None:
            trace = TraceConfig()
            trace.on_request_headers_sent.append(_mark)
            self._session = ClientSession(
                connector=TCPConnector(
                    limit=self._pool,
                    limit_per_host=0,
                    resolver=PublicOnly(ThreadedResolver(), self._local),
                    ttl_dns_cache=_NAMES_S,
                    keepalive_timeout=_IDLE_S,
                ),
                cookie_jar=DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                headers={"User-Agent": "alertd"},
                trace_configs=[trace],
            )

    async def close(self) -> None:
        """May be called twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer | Receipt:
        """The answer; where there was none, a receipt without a reference: `retry` if nothing was written, or `unknown`."""
        if self._session is None:
            return Receipt("", Outcome.RETRY, "closed", trouble=Trouble.CONNECTION)
        fate = _Fate()
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
                trace_request_ctx=fate,
            ) as response:
                return await _read(response)
        except (ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return _lost(error, written=fate.written)


async def _mark(_: ClientSession, context: SimpleNamespace, __: TraceRequestHeadersSentParams) -> None:
    """Just before the first byte of the request is written."""
    context.trace_request_ctx.written = True


async def _read(response: ClientResponse) -> Answer:
    """The status is the answer: a body that never ends, or breaks off, changes nothing about it."""
    body = bytearray()
    with suppress(ClientError, OSError):
        while len(body) < _MOST_BYTES and (some := await response.content.read(_MOST_BYTES)):
            body += some
    if not response.content.at_eof():
        response.close()
    headers = response.headers
    text = " ".join(body[:_MOST_BYTES].decode("utf-8", "replace").split())
    return Answer(response.status, text, headers.get("Location", ""), headers.get("Retry-After", ""))


def _lost(error: Exception, *, written: bool) -> Receipt:
    detail = (str(error) or type(error).__name__)[:300]
    if written:
        late = isinstance(error, TimeoutError)
        code = "no answer in time" if late else "torn"
        return Receipt("", Outcome.UNKNOWN, code, detail, trouble=Trouble.CONNECTION)
    trouble = Trouble.TLS if _about_tls(error) else Trouble.CONNECTION
    return Receipt("", Outcome.RETRY, str(trouble), detail, trouble=trouble)


def _about_tls(error: Any) -> bool:
    return isinstance(error, ssl.SSLError | ClientConnectorCertificateError)
