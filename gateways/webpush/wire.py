"""The way to push services: names that lead to the public Internet, answers read only as far as they are of use."""

from dataclasses import dataclass
from typing import Final

from aiohttp.resolver import ThreadedResolver

from gateways.contract import Outcome, Receipt, Trouble
from gateways.http import NEVER, Dates, Http, Lost, Unsent
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


class Wire:
    """At most `pool` connections; `local` are names that may lead to this machine."""

    def __init__(self, pool: int, timeout_s: float, local: frozenset[str], dates: Dates | None) -> None:
        self._http = Http(
            timeout_s=timeout_s,
            connections=pool,
            idle_s=_IDLE_S,
            most_bytes=_MOST_BYTES,
            cut=True,
            accept="*/*",
            resolver=lambda: PublicOnly(ThreadedResolver(), local),
            names_s=_NAMES_S,
            dates=dates,
        )

    async def open(self) -> None:
        """Connects nowhere yet."""
        await self._http.open()

    async def close(self) -> None:
        """May be called twice."""
        await self._http.close()

    async def ask(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None = None,
        *,
        until: float = NEVER,
    ) -> Answer | Receipt:
        """The answer; where there was none, a receipt without a reference: `retry` if nothing was written, or `unknown`."""
        try:
            answer = await self._http.call(method, url, headers, body, until=until)
        except Unsent as error:
            return Receipt("", Outcome.RETRY, error.code, error.detail, trouble=error.trouble)
        except Lost as error:
            code = "no answer in time" if error.late else "torn"
            return Receipt("", Outcome.UNKNOWN, code, str(error), trouble=Trouble.CONNECTION)
        text = " ".join((answer.body or b"").decode("utf-8", "replace").split())
        headers_ = answer.headers
        return Answer(answer.status, text, headers_.get("Location", ""), headers_.get("Retry-After", ""))
