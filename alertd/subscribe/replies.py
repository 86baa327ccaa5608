"""Replies: what people write back is read, acted on, and answered at most a few times a day; a robot is not answered for long.

Nobody is answered who has no endpoint, but for a station's word: numbers are easily forged, and every answer would cost, and
trouble, a stranger.
Nor short codes, names, and numbers that are our own. What is not understood is answered once a day, and not at all where
anything else was answered that day: an answer to our answer is never answered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.catalogue.replies import Meaning
from alertd.clock import DAY
from alertd.deliver import endpoints, inbound
from alertd.deliver.inbound import Letter
from alertd.deliver.service import House, Limit, Note, Purpose, Written, allowed, service
from alertd.model import Channel, EndpointState, Mode
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take
from alertd.subscribe import by_word, stops
from alertd.subscribe.addresses import read_phone
from alertd.subscribe.stops import Writer

SLICE: Final = 10
"""SMS acted on in one transaction: a storm of STOPs comes while its alert still goes out, and on SQLite one writes at a time."""
ANSWERED: Final = Limit("reply", burst=4, every_ms=DAY // 4)
"""Answers to one number: four at once, four a day."""
UNRECOGNISED: Final = Limit("unrecognised", burst=1, every_ms=DAY)
_NAMED: Final = 3  # stations that an answer names; there may be many
_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_BARE: Final = re.compile(r"[0-9]{9,15}")
_HOME: Final = "FR"
_HOMES: Final = (_HOME, "RE", "GP", "GF", "MQ", "YT")
"""Whose numbers are written with a zero and nine figures, no two alike: 0692... is of La Réunion, 0690... of Guadeloupe."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    phrase: str
    blanks: Mapping[str, str] = field(default_factory=dict)
    purpose: Purpose = Purpose.NOTICE
    station_id: int = 0
    limit: Limit = ANSWERED


@dataclass(frozen=True, slots=True)
class Replies:
    """One node's reading of what people write. `public_url` is where an answer sends them; `per_day` strangers a station
    takes by a word.
    """

    db: Database
    house: House
    public_url: str
    per_day: int = 500

    async def step(self) -> bool:
        """Act on a slice; False when there was nothing. Looks without a lock before it takes one."""
        if not await inbound.waits(self.db):
            return False
        async with self.db.transaction() as tx:
            await take(tx, "enrolment")  # as in `enrol`: whoever changes a person's subscriptions takes turns
            senders = await tx.fetch("senders.all")
            letters = await inbound.take(tx, self.house.keyring, SLICE)
            bells = {bell for letter in letters for bell in [await self._heed(tx, letter, senders)] if bell}
        for bell in bells:
            self.db.ring(bell)
        return bool(letters)

    async def _heed(self, tx: Transaction, letter: Letter, senders: Sequence[Row]) -> str:
        """Act on one, and answer; the bell of the answer, empty without one."""
        joined = await self._joined(tx, letter, senders)
        if joined is not None:
            return joined
        writer = await self._writer(tx, letter, senders)
        if writer is None:
            log.info("inbound_stranger", action="pass_over", gateway=letter.gateway, inbound=letter.id)
            return ""
        await endpoints.hear(tx, [writer.endpoint_id])
        meaning = self.house.catalogue.replies.meant(letter.inbound.text)
        answer = await self._act(tx, writer, meaning, handled=letter.inbound.handled)
        log.info("inbound_heeded", action=meaning.value, gateway=letter.gateway, inbound=letter.id)
        if answer is None or letter.inbound.handled:
            return ""
        return await self._answer(tx, writer, answer, letter.gateway)

    async def _joined(self, tx: Transaction, letter: Letter, senders: Sequence[Row]) -> str | None:
        """Let in whoever texts a station's word; the bell of the welcome, None where it is no such word."""
        book, number = self.house.catalogue.replies, _person_s(letter, senders)
        if number is None or book.meant(letter.inbound.text) is not Meaning.UNKNOWN:
            return None
        texted = by_word.Texted(number, book.bare(letter.inbound.text), f"inbound:{letter.id}")
        station = await by_word.meant(tx, texted)
        if station is None:
            return None
        writer = await self._writer(tx, letter, senders)
        if not (writer and await self._has(tx, writer, station.id)):
            if not await by_word.join(tx, self.house, station, texted, self.per_day):
                return None
            writer = await self._writer(tx, letter, senders)
        log.info("inbound_heeded", action="join", gateway=letter.gateway, inbound=letter.id)
        link = f"{self.public_url}/s/{station.slug}"
        welcome = _Answer("service.welcome", {"link": link}, station_id=station.id)
        return await self._answer(tx, writer, welcome, letter.gateway) if writer else None

    @staticmethod
    async def _has(tx: Transaction, writer: Writer, station_id: int) -> bool:
        """Whether the station writes to this number already: what was chosen there stays."""
        return writer.listens and any(one.id == station_id for one in await stops.stations(tx, writer))

    async def _writer(self, tx: Transaction, letter: Letter, senders: Sequence[Row]) -> Writer | None:
        """Whose number it is; nobody's where it is not a person's, or is our own."""
        number = _person_s(letter, senders)
        if number is None:
            return None
        hashes = self.house.keyring.address_hashes(Channel.SMS.word, number)
        ours = _senders(letter, senders)
        return await stops.find(tx, hashes, Mode.LIVE, f"inbound:{letter.id}", ours)

    async def _act(
        self, tx: Transaction, writer: Writer, meaning: Meaning, *, handled: bool
    ) -> _Answer | None:
        if writer.state is EndpointState.DEAD:
            return None
        match meaning:
            case Meaning.STOP:
                return await self._stop(tx, writer, whole=handled)
            case Meaning.START:
                return await self._start(tx, writer)
            case Meaning.HELP:
                return await self._help(tx, writer)
            case Meaning.UNKNOWN if writer.listens:
                return _Answer("service.unrecognised", limit=UNRECOGNISED)
        return None

    async def _stop(self, tx: Transaction, writer: Writer, *, whole: bool) -> _Answer:
        """Who has stopped already is told so again, within the limit: perhaps the first answer was lost."""
        station = (await stops.stop(tx, self.house.clock, writer, whole=whole)).station
        if station is None:
            return _Answer("service.stop_all", purpose=Purpose.FAREWELL)
        return _Answer("service.stop_station", {}, Purpose.FAREWELL, station.id)

    async def _start(self, tx: Transaction, writer: Writer) -> _Answer | None:
        names = await stops.start(tx, self.house.clock, writer)
        if names:
            return _Answer("service.start", {"stations": _names(names)})
        return _Answer("service.start_nothing", {"link": self.public_url}) if writer.listens else None

    async def _help(self, tx: Transaction, writer: Writer) -> _Answer | None:
        """Who writes, how to stop, where to read. Who has stopped may ask, too, and is not told to stop."""
        names = [one.name for one in await stops.stations(tx, writer)]
        if not names or not writer.listens:
            return _Answer("service.help_stopped", {"link": self.public_url}, Purpose.FAREWELL)
        blanks = {"stations": _names(names), "link": self.public_url}
        return _Answer("service.help", blanks, Purpose.FAREWELL)

    async def _answer(self, tx: Transaction, writer: Writer, answer: _Answer, gateway: str) -> str:
        if answer.limit is not UNRECOGNISED:
            await allowed(tx, self.house.clock, writer.endpoint_id, UNRECOGNISED)  # taken: see above
        note = Note(
            answer.phrase,
            answer.blanks,
            answer.purpose,
            station_id=answer.station_id,
            within_ms=DAY // 2,
            through=gateway,
            actor=stops.ACTOR,
            limit=answer.limit,
        )
        written = await service(tx, self.house, writer.endpoint_id, note)
        if isinstance(written, Written):
            return written.bell
        log.info("inbound_unanswered", action="keep_silent", reason=written.value)
        return ""


def _person_s(letter: Letter, senders: Sequence[Row]) -> str | None:
    """The number of a person who wrote; None where it is no person's, or our own."""
    own = {_digits(row["name"]) for row in senders} | {_digits(letter.inbound.to)}
    number = number_of(letter.inbound.sender)
    return None if number is None or _digits(number) in own else number


def _senders(letter: Letter, senders: Sequence[Row]) -> tuple[int, ...]:
    """The senders that were written to: those of the gateway that bear the number or the name, else all of the gateway."""
    there = [row for row in senders if row["gateway"] == letter.gateway and row["channel"] == Channel.SMS]
    named = [row for row in there if _digits(row["name"]) == _digits(letter.inbound.to)]
    return tuple(row["id"] for row in named or there)


def number_of(sender: str) -> str | None:
    """The writer's number; some operators leave out its plus, or write it as at home. None for a short code or a name."""
    if _E164.fullmatch(sender):
        return read_phone(sender, _HOME).e164 or sender
    written = [("+" + sender, _HOME), *((sender, region) for region in _HOMES)]
    for text, region in written if _BARE.fullmatch(sender) else ():
        phone = read_phone(text, region)
        if phone.valid or phone.fiction:
            return phone.e164
    return None


def _names(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")


def _digits(name: str) -> str:
    """A number however it is written; a name as it is, in small letters."""
    digits = re.sub(r"[\s().+-]", "", name).removeprefix("00")
    return digits if digits.isdigit() else name.strip().lower()
