"""The switchboard: what a person on the telephone hears next, in a call that we made and in one that is made to us.

In a call of ours 1 confirms, 2 says it again. Calling back reads the public alerts of the last 24 hours that the number was to
be told of, whether or not anybody picked up. Anybody can have another's number shown: so a stranger hears what a subscriber
without alerts hears, a group's messages are never read, and nobody is let go by a call to us: whoever asks for that is called
back, and decides there. The store away, a sentence is said all the same, and a key that confirms is not lost.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import structlog

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import FRENCH
from alertd.clock import DAY, Clock
from alertd.deliver.render import Renderer, Spoken
from alertd.deliver.routes import Routes
from alertd.deliver.service import Written
from alertd.errors import Unavailable
from alertd.keys import Keyring, delivery_key
from alertd.model import Channel, EndpointState, Wording, subscriber_of
from alertd.stations import audit, stations, throttle
from alertd.store import Database, Row, reach
from alertd.subscribe.quiet_calls import STOPPING, ask_to_stop
from gateways.contract import Outcome, Question, Receipt, Speech

STORE_S: Final = 3.0
"""How long the store may take: whoever listens hears nothing meanwhile."""
REPEATS: Final = 3
"""How often a call says the same again."""
READ: Final = 5
"""Alerts that a caller is read, the newest."""
CONFIRM, AGAIN, STOP = "1", "2", "9"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said next, and what the key tells of a delivery of ours."""

    speech: Speech
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Any node's: what it writes stands in nobody's books in particular."""

    db: Database
    clock: Clock
    catalogue: Catalogue
    keyring: Keyring
    renderer: Renderer
    routes: Routes

    async def answer(self, gateway: str, question: Question) -> Said:
        """What to say, and what to keep before it is said. Never raises for the store's sake."""
        receipts = _receipts(question)
        try:
            async with asyncio.timeout(STORE_S):
                said = await (self._ours(question) if question.reference else self._theirs(gateway, question))
        except (Unavailable, TimeoutError):
            log.warning("store_unavailable", action="say_so", gateway=gateway)
            said = self._end("confirmed" if receipts else "away", question.locale)
        return Said(said, receipts)

    async def _ours(self, question: Question) -> Speech:
        """In a call that we made; the delivery's key proves whose it is, and a provider's signature whose the key press."""
        row = await self._delivery(question.reference)
        if row is None:
            return self._end("goodbye", question.locale)
        spoken = await self.renderer.spoken(row["message_id"], row["locale"], Wording(row["wording"]))
        stopping = spoken.thread.startswith(STOPPING)
        if question.key == STOP and stopping:
            return await self._let_go(row)
        if question.key == CONFIRM and not stopping:
            return self._end("confirmed", row["locale"])
        return self._again(question, row["locale"], spoken)

    def _again(self, question: Question, locale: str, spoken: Spoken) -> Speech:
        """Once more, a few times at the most; to a machine twice, and without keys."""
        if question.machine:
            return Speech(spoken.text, locale, times=2)
        said = int(question.place) if question.place.isascii() and question.place.isdecimal() else 0
        if said >= REPEATS:
            return self._end("goodbye", locale)
        return Speech(spoken.text, locale, spoken.prompt, CONFIRM + AGAIN + STOP, place=str(said + 1))

    async def _let_go(self, row: Row) -> Speech:
        """This number is called no more, by any station; what else its person has stays."""
        endpoint = row["endpoint_id"]
        async with self.db.transaction() as tx:
            if await tx.execute("endpoints.close", json.dumps([endpoint]), EndpointState.STOPPED):
                await reach.derive(tx, [subscriber_of(endpoint)])
                said = {"channel": Channel.VOICE.word, "by": "call"}
                await audit.append(
                    tx, self.clock, None, "resident", "endpoint.stop", f"endpoint:{endpoint}", said
                )
        return self._end("stopped", row["locale"])

    async def _theirs(self, gateway: str, question: Question) -> Speech:
        """In a call to us, of whoever the network says it is."""
        if question.place == STOPPING:
            return await self._asked_to_stop(question)
        if question.key == STOP:
            return self._ask("stop_sure", question.locale, STOP, STOPPING)
        if not question.place and not await self._welcome(gateway, question.caller):
            return self._end("later", FRENCH)
        said = int(question.place) if question.place.isascii() and question.place.isdecimal() else 0
        return await self._read_out(question, said)

    async def _read_out(self, question: Question, said: int) -> Speech:
        if said > REPEATS:
            return self._end("goodbye", question.locale)
        heard = await self._recent(question.caller)
        if not heard:
            return self._ask("none", FRENCH, AGAIN + STOP, str(said + 1), "menu")
        locale = heard[0]["locale"]
        told = [
            await self.renderer.spoken(row["message_id"], locale, Wording(row["wording"])) for row in heard
        ]
        text = "\n".join([self._phrase("recent", locale), *(each.text for each in told)])
        return Speech(text, locale, self._phrase("menu", locale), AGAIN + STOP, place=str(said + 1))

    async def _asked_to_stop(self, question: Question) -> Speech:
        """The same words to whoever calls: what a stranger asks for concerns nobody."""
        if question.key != STOP:
            return self._end("goodbye", question.locale)
        for endpoint in await self._endpoints(question.caller):
            if Channel(endpoint["channel"]) is Channel.VOICE:
                await self._call_back(endpoint["id"])
        return self._end("stop_asked", question.locale)

    async def _call_back(self, endpoint: int) -> None:
        rows = await self.db.fetch("calls.station", endpoint)
        if not rows:
            return
        station = await stations.by_id(self.db, rows[0]["station_id"])
        async with self.db.transaction() as tx:
            written = await ask_to_stop(tx, self, station, endpoint)
        if isinstance(written, Written):
            self.db.ring(written.bell)

    async def _delivery(self, reference: str) -> Row | None:
        for number in self.keyring.numbers(reference):
            rows = await self.db.fetch("calls.delivery", *delivery_key(number))
            if rows:
                return rows[0]
        return None

    async def _endpoints(self, caller: str) -> Sequence[Row]:
        if not caller:
            return ()
        words = (Channel.VOICE.word, Channel.SMS.word)
        hashes = [one for word in words for one in self.keyring.address_hashes(word, caller)]
        return await self.db.fetch("calls.endpoints", b"".join(hashes))

    async def _recent(self, caller: str) -> list[Row]:
        """The newest word of each alert, the newest alert first."""
        endpoints = [row["id"] for row in await self._endpoints(caller)]
        if not endpoints:
            return []
        since = self.clock.now_ms() - DAY
        rows = await self.db.fetch("calls.recent", json.dumps(endpoints), since)
        newest: dict[int, Row] = {}
        for row in rows:
            newest.setdefault(row["alert_id"], row)
        return list(newest.values())[:READ]

    async def _welcome(self, gateway: str, caller: str) -> bool:
        """Five calls at once, then one in a quarter of an hour, of one number; sixty, then one in two seconds, of all."""
        whose = sha256(caller.encode()).hexdigest()[:24]
        buckets = (
            throttle.Bucket(f"call:{whose}", 1 / throttle.LONGEST_S, 5),
            throttle.Bucket(f"calls:{gateway}", 1 / 2, 60),
        )
        async with self.db.transaction() as tx:
            return not max([await throttle.take(tx, self.clock, each) for each in buckets])

    def _ask(self, key: str, locale: str, keys: str, place: str, prompt: str = "") -> Speech:
        said = self._phrase(prompt, locale) if prompt else ""
        return Speech(self._phrase(key, locale), locale or FRENCH, said, keys, place)

    def _end(self, key: str, locale: str) -> Speech:
        return Speech(self._phrase(key, locale), locale or FRENCH)

    def _phrase(self, key: str, locale: str) -> str:
        return self.catalogue.phrase(locale or FRENCH, f"voice.{key}")


def _receipts(question: Question) -> tuple[Receipt, ...]:
    """That a person confirmed is certain without the store, and outlives its absence."""
    if not question.reference or question.key != CONFIRM:
        return ()
    return (Receipt(question.reference, Outcome.SEEN, "key 1", provider_ref=question.provider_ref),)
