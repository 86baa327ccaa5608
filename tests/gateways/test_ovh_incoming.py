"""What people answer is asked of OVHcloud: each SMS once, none lost, however many there are and whatever breaks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ovh_peer import OvhPeer
from peers import LENT, NOW_MS, Case
from test_ovh_daemon import chosen, released, state

from alertd.clock import SECOND
from alertd.daemon import running
from alertd.model import State
from gateways.contract import Inbound, NotKept, Receipt, Surroundings
from gateways.http import Lost
from gateways.loader import load
from gateways.ovh import OvhGateway
from gateways.ovh.incoming import Incoming

OURS = "+33639989999"
HOUR = 3_600_000


class Kept:
    """Whoever keeps what a driver reports; away for as long as `away` is set."""

    def __init__(self) -> None:
        self.words: list[Receipt | Inbound] = []
        self.away = False

    async def __call__(self, gateway: str, words: Sequence[Receipt | Inbound]) -> None:
        assert gateway == "ovh"
        if self.away:
            raise NotKept("the store is away")
        self.words += words


class House:
    """A driver aimed at the peer, whose hour is `now`."""

    def __init__(self, peer: OvhPeer) -> None:
        self.peer, self.kept, self.now = peer, Kept(), NOW_MS

    def gateway(self, **changes: Any) -> OvhGateway:
        lent = LENT | {"now_ms": lambda: self.now, "report": self.kept}
        made = load("ovh", "ovh", self.peer.options(5.0) | {"sender": OURS} | changes, Surroundings(**lent))
        assert isinstance(made, OvhGateway)
        return made

    def answers(self, identifier: int, text: str, at_ms: int | None = None) -> None:
        """Somebody answers, now unless told otherwise."""
        at = datetime.fromtimestamp((self.now if at_ms is None else at_ms) / 1000, UTC).isoformat()
        letter = {"id": identifier, "sender": "+33639980001", "message": text, "creationDatetime": at}
        self.peer.incoming[identifier] = letter | {"tag": "ref", "credits": 0}

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.kept.words if isinstance(word, Inbound)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with OvhPeer() as peer:
        await peer.play(Case.ACCEPT)
        yield House(peer)


@pytest.fixture
async def incoming(house: House) -> AsyncIterator[Incoming]:
    """The asking alone, by hand."""
    gateway = house.gateway()
    await gateway._api.open()
    assert gateway._incoming is not None
    yield gateway._incoming
    await gateway.close()


async def all_of(incoming: Incoming) -> int:
    """Look until there is nothing more; how many rounds."""
    for rounds in range(1, 200):
        if not await incoming.look():
            return rounds
    raise AssertionError("it never comes to rest")


async def test_an_answer_is_read_whole_and_brought_once(house: House, incoming: Incoming) -> None:
    """Who wrote, to which number, what, OVHcloud's key of it; a second look brings nothing."""
    house.answers(7, "Stop svp")
    await all_of(incoming)
    assert house.kept.words == [Inbound("+33639980001", OURS, "Stop svp", "7")]
    await all_of(incoming)
    assert len(house.kept.words) == 1


async def test_what_was_written_while_the_house_was_closed_is_found(house: House, incoming: Incoming) -> None:
    """A new start looks a week back, in the order of writing; what is older is over."""
    house.answers(3, "yesterday", NOW_MS - 24 * HOUR)
    house.answers(2, "six days ago", NOW_MS - 6 * 24 * HOUR)
    house.answers(1, "long ago", NOW_MS - 8 * 24 * HOUR)
    await all_of(incoming)
    assert house.texts == ["six days ago", "yesterday"]


async def test_what_is_dated_before_the_last_look_is_not_missed(house: House, incoming: Incoming) -> None:
    """Clocks differ: an SMS that is listed half an hour after its date is found."""
    await all_of(incoming)
    house.now += 24 * HOUR
    await all_of(incoming)
    house.answers(9, "late", house.now - HOUR // 2)
    await all_of(incoming)
    assert house.texts == ["late"]


async def test_a_storm_is_read_in_slices(house: House, incoming: Incoming) -> None:
    """Hundreds of answers: fifty at a time, in order, none twice; a list too long for one answer is asked for by halves."""
    house.peer.too_many = 100
    for n in range(1, 331):
        house.answers(n, f"{n}", NOW_MS - (331 - n) * 60_000)
    assert await all_of(incoming) > 6
    assert house.texts == [f"{n}" for n in range(1, 331)]


async def test_what_nobody_could_keep_is_read_again(house: House, incoming: Incoming) -> None:
    """Neither the store nor the spool takes it: it is not counted as brought."""
    house.answers(7, "STOP")
    house.kept.away = True
    with pytest.raises(NotKept):
        await all_of(incoming)
    house.kept.away = False
    await all_of(incoming)
    assert house.texts == ["STOP"]


async def test_a_right_that_is_missing_loses_nothing(house: House, incoming: Incoming) -> None:
    """Refused today, asked again tomorrow from where it stood."""
    house.answers(7, "STOP")
    await house.peer.play(Case.CREDENTIALS)
    with pytest.raises(Lost):
        await all_of(incoming)
    await house.peer.play(Case.ACCEPT)
    await all_of(incoming)
    assert house.texts == ["STOP"]


@pytest.mark.parametrize(
    "letter", [{}, {"sender": 5, "message": "STOP"}, {"sender": "+33639980001"}, ["STOP"]]
)
async def test_rubbish_is_passed_over(house: House, incoming: Incoming, letter: Any) -> None:
    """What is no SMS stands before no other."""
    house.answers(7, "rubbish")
    house.answers(8, "STOP")
    house.peer.nonsense[7] = letter
    await all_of(incoming)
    assert house.texts == ["STOP"]


async def test_a_name_is_not_asked_for(house: House) -> None:
    """Nobody can answer a name: no call is spent on it."""
    gateway = house.gateway(sender="MAIRIE")
    await gateway.open()
    await gateway.close()
    assert gateway._incoming is None
    assert house.peer.asked == []


async def test_a_stop_reaches_the_books_of_a_running_node(tmp_path: Path, clock: Any) -> None:
    """The node asks, ends the subscription and answers, through the same account."""
    async with OvhPeer() as peer:
        settings = chosen(tmp_path, peer)
        options = settings.gateways["operateur"].options
        options |= {"sender": OURS, "incoming_s": 5}
        number = await peer.play(Case.ACCEPT)
        at = datetime.fromtimestamp(clock.now_ms() / 1000 + 1, UTC).isoformat()
        async with running(settings, clock) as daemon:
            alert = await released(daemon, number)
            await state(daemon, alert, State.ACCEPTED)
        peer.incoming[5] = {"id": 5, "sender": number, "message": "ARRET", "creationDatetime": at}
        clock.advance(60 * SECOND)
        async with running(settings, clock) as daemon, asyncio.timeout(60):
            while len(peer.jobs) < 2:
                await daemon.desk.db.wait("progress", 0.05)
            assert peer.jobs[1]["receivers"] == [number]
            assert peer.jobs[1]["message"].startswith("Forêt ne vous écrira plus.")
            assert not await daemon.desk.db.fetch("subscribers.list_page", 1, 0, 10)
