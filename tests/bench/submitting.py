"""SMPP: messages a second to an SMSC in a process of its own, beside a bare window that was written by hand.

The bare one writes the same bytes, made before, and counts the answers: it knows no message, no time and no fault.
"""

import asyncio
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from bench import children
from bench.measure import figure, median_ms, table
from bench.terms import Terms

from gateways.contract import Message, Outcome, Receipt, Surroundings
from gateways.loader import load

MESSAGES, QUICK_MESSAGES = 20_000, 1_000
WINDOW: Final = 200
SLICE: Final = 1_000
OURS, BARE = "alertd, one bind", "a bare window, the same bytes"
_HEAD: Final = struct.Struct(">IIII")
_TEXT: Final = "Bras-sur-Meuse : crue de la Meuse. Montez à l'étage, ne prenez pas la voiture. https://a.fr/"


async def run(terms: Terms) -> dict[str, Any]:
    """Messages a second of each, in one run."""
    count = QUICK_MESSAGES if terms.places < 100_000 else MESSAGES
    messages = [_message(n) for n in range(count)]
    async with children.module("bench.smsc") as smsc:
        port = int(await children.line(smsc))
        ours_ms, accepted = await _ours(port, messages, terms.repeats)
        bare_ms, answered = await _bare(port, count, terms.repeats)
    if accepted != count or answered != count:
        raise RuntimeError(f"{accepted} accepted and {answered} answered of {count}")
    return {"messages": count, "a second": {OURS: count / ours_ms * 1000, BARE: count / bare_ms * 1000}}


def report(figures: Mapping[str, Any]) -> str:
    """The table, and what the driver costs beside the bare window."""
    a_second = figures["a second"]
    rows = {name: [figure(rate), figure(rate / a_second[BARE])] for name, rate in a_second.items()}
    return table("submit_sm", ["messages/s", "of a bare window"], rows)


async def _ours(port: int, messages: Sequence[Message], repeats: int) -> tuple[float, int]:
    async def report(_: str, __: Sequence[Any]) -> None:
        """This SMSC reports nothing."""

    options = {"host": "127.0.0.1", "port": port, "tls": False, "system_id": "bench", "window": WINDOW}
    gateway = load("bench", "smpp", options, Surroundings(report=report))
    await gateway.open()

    async def work() -> int:
        slices = (messages[start : start + SLICE] for start in range(0, len(messages), SLICE))
        return sum([_is_taken(receipt) for each in slices async for receipt in gateway.send(each)])

    try:
        return await median_ms(work, repeats)
    finally:
        await gateway.close()


async def _bare(port: int, count: int, repeats: int) -> tuple[float, int]:
    running = asyncio.get_running_loop()
    body = b"\0\0\0\0\1\1" + b"33639980001\0" + bytes(3) + b"\0\0" + bytes((1, 0, 0, 0, len(_TEXT)))
    pdus = [_HEAD.pack(16 + len(body) + len(_TEXT), 4, 0, n) + body + b"x" * len(_TEXT) for n in range(count)]
    transport, window = await running.create_connection(_Bare, "127.0.0.1", port)

    async def work() -> int:
        return await window.speak(pdus)

    try:
        return await median_ms(work, repeats)
    finally:
        transport.close()


class _Bare(asyncio.Protocol):
    """As many written as were answered, by what was read at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def speak(self, pdus: Sequence[bytes]) -> int:
        self._pdus, self._at, self._answered, self._rest = pdus, WINDOW, 0, b""
        self._done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._transport.write(b"".join(pdus[:WINDOW]))
        return await self._done

    def data_received(self, data: bytes) -> None:
        data, at, answered = self._rest + data, 0, 0
        while len(data) - at >= 16 and len(data) - at >= (length := _HEAD.unpack_from(data, at)[0]):
            at, answered = at + length, answered + 1
        self._rest = data[at:]
        self._transport.write(b"".join(self._pdus[self._at : self._at + answered]))
        self._at, self._answered = self._at + answered, self._answered + answered
        if self._answered == len(self._pdus):
            self._done.set_result(self._answered)


def _message(n: int) -> Message:
    return Message(f"ref{n:08d}", f"+33639{n:06d}", f"{_TEXT}{n:08d}", "danger", "fr", expires_in_s=3_600)


def _is_taken(receipt: Receipt) -> bool:
    return receipt.outcome is Outcome.ACCEPTED
