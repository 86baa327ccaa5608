"""What people answered by SMS, asked of OVHcloud every so often: its calls are not signed, so none is believed.

Identifiers of a span of time are listed, then each SMS is read, in their order, and brought once: what is read again after a
restart is known by its identifier. What nobody could keep is read again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from gateways.contract import Inbound, NotKept, Report
from gateways.http import Lost, Unsent
from gateways.ovh.api import Api
from gateways.ovh.verdict import number

HOUR_MS: Final = 3_600_000
BACK_MS: Final = 7 * 24 * HOUR_MS
"""How far a new start looks back: a STOP that was written while the house was closed is a STOP."""
OVERLAP_MS: Final = HOUR_MS
"""Clocks differ, and an SMS may be listed later than it is dated."""
SPAN_MS: Final = 24 * HOUR_MS
LEAST_MS: Final = 60_000
TOGETHER: Final = 50
"""SMS read in one round, and kept together."""
REMEMBERED: Final = 20_000


class Incoming:
    """One account's answers. `to` is the number that was written to, empty for OVHcloud's own short numbers."""

    def __init__(
        self, gateway: str, api: Api, path: str, to: str, report: Report, now_ms: Callable[[], int]
    ) -> None:
        self._gateway, self._api, self._path, self._to = gateway, api, path, to
        self._report, self._now_ms = report, now_ms
        self._since = now_ms() - BACK_MS
        self._span = SPAN_MS
        self._brought: OrderedDict[str, None] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    def watch(self, every_s: float) -> None:
        """Look now, and again every so many seconds, until `close`."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch(every_s))

    async def close(self) -> None:
        """Look no more. May be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def look(self) -> bool:
        """One round; True when there is more at once. Raises `Unsent`, `Lost`, `NotKept`."""
        now, until = self._now_ms(), self._since + self._span
        listed = await self._listed(None if until >= now else until)
        if listed is None:
            self._span = max(LEAST_MS, self._span // 2)
            return self._span > LEAST_MS
        new = [each for each in listed if each not in self._brought][:TOGETHER]
        await self._bring(new)
        if len(new) == TOGETHER:
            return True
        self._since, self._span = max(self._since, min(until, now - OVERLAP_MS)), SPAN_MS
        return until < now

    async def _watch(self, every_s: float) -> None:
        while True:
            with suppress(Unsent, Lost, NotKept):  # whether OVHcloud can be reached is told by the probe
                while await self.look():
                    pass
            await asyncio.sleep(every_s)

    async def _listed(self, until: int | None) -> list[str] | None:
        """Identifiers, oldest first; None where there are more than an answer may hold."""
        query = f"creationDatetime.from={_date(self._since)}"
        query += f"&creationDatetime.to={_date(until)}" if until else ""
        answer = await self._api.get(f"{self._path}/incoming?{query}")
        if not answer.good:
            raise Lost(answer.word or str(answer.status))
        if not isinstance(answer.said, list):
            return None
        return sorted(filter(None, map(number, answer.said)), key=int)

    async def _bring(self, new: list[str]) -> None:
        words = [word for each in new if (word := await self._read(each))]
        if words:
            await self._report(self._gateway, words)
        self._brought.update(dict.fromkeys(new))
        while len(self._brought) > REMEMBERED:
            self._brought.popitem(last=False)

    async def _read(self, identifier: str) -> Inbound | None:
        """None where it is there no more, or is none."""
        answer = await self._api.get(f"{self._path}/incoming/{identifier}")
        if answer.status == 404:
            return None
        if not answer.good:
            raise Lost(answer.word or str(answer.status))
        said: dict[str, Any] = answer.said if isinstance(answer.said, dict) else {}
        sender, text = said.get("sender"), said.get("message")
        if not isinstance(sender, str) or not isinstance(text, str):
            return None
        return Inbound(sender, self._to, text, identifier)


def _date(moment_ms: int) -> str:
    return quote(datetime.fromtimestamp(moment_ms // 1000, UTC).isoformat(), safe="")
