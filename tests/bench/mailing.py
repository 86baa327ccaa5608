"""E-mail: a mass mailing to a relay that takes everything, beside two bare loops that hand over one prebuilt letter.

Ours writes every letter for its reader: two personal links in text and HTML, a way out in the headers, an envelope of
its own. All have the same connections; the sink is another process.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiosmtplib
from bench import children
from bench.aims import Aim, at_least
from bench.measure import figure, median_ms, table
from bench.terms import Terms

from gateways.contract import Gateway, Message, Outcome, Surroundings
from gateways.loader import load
from gateways.smtp.compose import Letterhead, compose

LETTERS, QUICK_LETTERS = 8_000, 400
WIDTH: Final = 4
NOW_MS: Final = 1_767_225_600_000
HEAD: Final = Letterhead("alertes@commune.example")
OURS, RAW, LIBRARY = "alertd", "bare loop, raw", "bare loop, aiosmtplib"
SITE: Final = "https://alerte.commune.example"


async def run(terms: Terms) -> dict[str, Any]:
    """Letters a second of each, in one run."""
    count = QUICK_LETTERS if terms.places < 100_000 else LETTERS
    async with children.module("bench.mail_sink") as sink:
        port = int(await children.line(sink))
        batch = [_letter(n) for n in range(count)]
        mail = compose(batch[0], batch[0].address, HEAD, NOW_MS)
        options = {
            "host": "127.0.0.1",
            "port": port,
            "tls": "none",
            "from_address": HEAD.address,
            "bounce_address": "retours@commune.example",
            "pool": WIDTH,
        }
        gateway = load("courriel", "smtp", options, Surroundings(now_ms=lambda: NOW_MS, lasting_key=_key))
        await gateway.open()
        try:
            began = time.process_time()
            ours = await _rate(lambda: _ours(gateway, batch), terms.repeats, count)
            spent = (time.process_time() - began) / (terms.repeats + 1) / count
            rates = {
                OURS: ours,
                RAW: await _rate(lambda: _all(_raw, port, mail, count), terms.repeats, count),
                LIBRARY: await _rate(lambda: _all(_library, port, mail, count), terms.repeats, count),
            }
        finally:
            await gateway.close()
    return {
        "letters": count,
        "bytes of one": len(mail),
        "letters/s": rates,
        "µs of processor time": spent * 1_000_000,
    }


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """What was asked for."""
    rates = figures["letters/s"]
    return [
        at_least("letters a second, one process", 4_000, rates[OURS]),
        at_least("letters a second, times a bare loop over aiosmtplib", 1.0, rates[OURS] / rates[LIBRARY]),
    ]


def report(figures: Mapping[str, Any]) -> str:
    """The table, with what each is to the raw loop."""
    rates = figures["letters/s"]
    rows = {name: [figure(rate), figure(rate / rates[RAW])] for name, rate in rates.items()}
    told = table(f"letters of {figures['bytes of one']} bytes", ["a second", "times raw"], rows)
    return f"{told}\n\n{figure(figures['µs of processor time'])} µs of processor time a letter of ours"


def _letter(n: int) -> Message:
    code, leaving = f"d{n:010d}", f"p{n:010d}"
    text = "Crue de la Rivière. Montez à l’étage, coupez le courant, pas de voiture. " * 8
    links = f"{SITE}/a/{code} {SITE}/partir/{leaving}"
    return Message(
        reference=code,
        address=f"habitant{n}@peer.example",
        text=f"{text}\n\n{links}\n",
        html=f"<!doctype html><html><body><p>{text}</p><p>{links}</p></body></html>",
        level="info",
        locale="fr",
        expires_in_s=3600,
        subject="[Forêt-sur-Eau] Crue de la Rivière",
        sender_name="Mairie de Forêt-sur-Eau",
        thread="alert-7",
        headers={"List-Unsubscribe": f"<{SITE}/partir/{leaving}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        personal=(code, leaving),
    )  # fmt: skip


def _key(purpose: str) -> bytes:
    return hashlib.sha384(purpose.encode()).digest()


async def _rate(work: Callable[[], Awaitable[int]], repeats: int, count: int) -> float:
    taken_ms, accepted = await median_ms(work, repeats)
    if accepted != count:
        raise RuntimeError(f"{accepted} of {count} letters were taken")
    return count / taken_ms * 1000


async def _ours(gateway: Gateway, batch: list[Message]) -> int:
    accepted, most = 0, gateway.capabilities.batch
    for start in range(0, len(batch), most):
        async for receipt in gateway.send(batch[start : start + most]):
            accepted += receipt.outcome is Outcome.ACCEPTED
    return accepted


_Bare = Callable[[int, bytes, int], Awaitable[int]]


async def _all(bare: _Bare, port: int, mail: bytes, count: int) -> int:
    return sum(await asyncio.gather(*(bare(port, mail, count // WIDTH) for _ in range(WIDTH))))


async def _raw(port: int, mail: bytes, count: int) -> int:
    """The least that two waits a letter can cost: answers are counted, not read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(b"EHLO bench.example\r\n")
    while (await reader.readline())[3:4] == b"-":
        pass
    for _ in range(count):
        writer.write(b"MAIL FROM:<a@commune.example>\r\nRCPT TO:<habitant@peer.example>\r\nDATA\r\n")
        for _ in range(3):
            await reader.readline()
        writer.write(mail + b".\r\n")
        await reader.readline()
    writer.close()
    await writer.wait_closed()
    return count


async def _library(port: int, mail: bytes, count: int) -> int:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    async with client:
        for _ in range(count):
            await client.sendmail(HEAD.address, ["habitant@peer.example"], mail)
    return count
