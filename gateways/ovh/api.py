"""Signed calls of OVHcloud's API: https://docs.ovhcloud.com/fr/guides/manage-operate/api/first-steps."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateways.contract import Trouble
from gateways.http import NEVER, Dates, Http, Lost, Unsent
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


class Api:
    """One account. `base_url` has no slash at its end; `now_ms` is our clock, whose drift is measured."""

    def __init__(
        self,
        base_url: str,
        keys: Keys,
        *,
        timeout_s: float,
        connections: int,
        now_ms: Callable[[], int],
        dates: Dates | None = None,
    ) -> None:
        self._base = base_url
        self._keys = keys
        self._http = Http(
            timeout_s=timeout_s, connections=connections, idle_s=_IDLE_S, most_bytes=MOST_BYTES, dates=dates
        )
        self._now_ms = now_ms
        self._drift: tuple[float, int] | None = (
            None  # (until when on the loop's clock, seconds to add to ours)
        )
        self._measuring = asyncio.Lock()

    async def open(self) -> None:
        """Make the session; nobody is called."""
        await self._http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    async def get(self, path: str) -> Answer:
        """Ask. Raises `Unsent`, `Lost`."""
        return await self._call("GET", path, b"", NEVER)

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
        return await self._request(method, url, body, headers, until)

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
            answer = await self._request("GET", f"{self._base}/auth/time", b"", {}, NEVER)
        except Lost as error:
            raise Unsent(Trouble.CONNECTION, "no time", str(error)) from error
        if not answer.good or not isinstance(answer.said, int) or not 0 < answer.said < 2**40:
            raise Unsent(Trouble.PROVIDER, f"no time {answer.status}")
        return answer.said - self._now_ms() // 1000

    async def _request(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], until: float
    ) -> Answer:
        sent = {"Content-Type": "application/json", **headers} if body else headers
        answer = await self._http.call(method, url, sent, body or None, until=until)
        told = answer.headers
        return read(answer.status, answer.body or b"", told.get("Retry-After", ""), told.get("Date", ""))
