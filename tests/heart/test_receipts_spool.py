"""While the store is away, what providers bring waits on a disk, sealed, and loses nothing when the store is back."""

import asyncio
import stat

import pytest
from heart.far_end import heed, raw
from heart.town import bounded
from heart.troubled_store import TroubledStore

from alertd.deliver.spool import Spool
from alertd.errors import Unavailable
from alertd.keys import Keyring
from alertd.model import State
from gateways.contract import Outcome

MOST = 64 * 1024 * 1024


class Absence:
    """The store is away for as long as `away` is set."""

    def __init__(self) -> None:
        self.away = True

    async def __call__(self, query: str) -> None:
        if self.away:
            raise Unavailable("store_unreachable", f"away before {query}")


@pytest.fixture
def absence() -> Absence:
    return Absence()


@pytest.fixture
def spool(town, absence, tmp_path) -> Spool:
    """A node's spool, in a folder of its own."""
    (tmp_path / "keys").mkdir()
    store = TroubledStore(town.db, absence)
    return Spool(store, town.desk.keyring, tmp_path / "keys" / "one.receipts")


async def sent(town, people=1):
    """So many people were sent an alert; their references."""
    for _ in range(people):
        await town.person()
    await town.release()
    await town.run()
    return [message.reference for message in town.provider.ledger]


async def replay(spool):
    """Bring all of it into the store; how many slices it took."""
    for slices in range(1_000):
        if not await spool.step():
            return slices
    raise AssertionError("it never comes to rest")


def delivered(town, reference):
    return raw(town, (reference, Outcome.DELIVERED))


async def kept(town):
    """How many raw receipts the store has."""
    return (await town.db.fetch("heart_receipts.kept"))[0]["n"]


async def test_a_store_that_is_there_keeps_what_comes_and_the_file_stays_away(town, spool, absence):
    """No file is made as long as the store takes everything; what waits together is kept together."""
    absence.away = False
    (reference,) = await sent(town)
    await bounded(asyncio.gather(*(spool.keep(delivered(town, reference)) for _ in range(30))))
    assert await kept(town) == 30
    assert not spool.path.exists()
    assert not await spool.step()


async def test_what_came_while_the_store_was_away_is_applied_when_it_is_back(town, spool, absence):
    """Thanked while the store is away; brought into it, applied, and the file is gone."""
    references = await sent(town, 3)
    for reference in references:
        await spool.keep(delivered(town, reference))
    assert await kept(town) == 0
    with pytest.raises(Unavailable):
        await spool.step()
    absence.away = False
    await replay(spool)
    await heed(town)
    assert await town.states() == {State.DELIVERED: 3}
    assert list(spool.path.parent.iterdir()) == []


async def test_the_hour_of_coming_is_kept(town, spool, absence):
    """What is replayed later keeps the time at which the provider brought it, and its gateway."""
    (reference,) = await sent(town)
    came = town.clock.now_ms()
    await spool.keep(delivered(town, reference))
    town.clock.advance(3_600_000)
    absence.away = False
    await replay(spool)
    (row,) = await town.db.fetch("heart_receipts.newest")
    assert (row["received_at"], row["gateway"]) == (came, "operator")


async def test_the_file_shows_nothing(town, spool):
    """Sealed lines, in a file of the daemon alone."""
    (reference,) = await sent(town)
    await spool.keep(delivered(town, reference))
    content = spool.path.read_bytes()
    assert content
    assert reference.encode() not in content
    assert b"operator" not in content
    assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600


async def test_a_new_life_of_the_node_replays_what_the_last_one_left(town, spool, absence):
    """The process ended with a full file: the next one reads it at its start."""
    (reference,) = await sent(town)
    await spool.keep(delivered(town, reference))
    absence.away = False
    await replay(Spool(spool.db, Keyring({1: b"k" * 32}), spool.path))
    await heed(town)
    assert await town.states() == {State.DELIVERED: 1}


@pytest.mark.parametrize("torn_by", [1, 20, 200])
async def test_a_torn_line_spoils_none_but_itself(town, spool, absence, torn_by):
    """A crash tore the last line; those before it and those written after it are replayed."""
    first, second, third = await sent(town, 3)
    await spool.keep(delivered(town, first))
    await spool.keep(delivered(town, second))
    spool.path.write_bytes(spool.path.read_bytes()[: -1 - torn_by])
    await spool.keep(delivered(town, third))
    absence.away = False
    await replay(spool)
    await heed(town)
    assert await town.states() == {State.DELIVERED: 2, State.ACCEPTED: 1}


async def test_a_crash_during_the_replay_repeats_some_and_changes_nothing(town, spool, absence):
    """The lines are in the store and the file is still there: replayed once more, each counts once."""
    references = await sent(town, 5)
    for reference in references:
        await spool.keep(delivered(town, reference))
    absence.away = False
    assert await spool.step()
    await replay(Spool(spool.db, town.desk.keyring, spool.path))
    assert await kept(town) == 10
    await heed(town)
    assert await town.states() == {State.DELIVERED: 5}


async def test_what_comes_during_a_replay_is_not_lost(town, spool, absence):
    """The store leaves again between two slices: what comes then waits its turn."""
    first, second = await sent(town, 2)
    await spool.keep(delivered(town, first))
    absence.away = False
    assert await spool.step()
    absence.away = True
    await spool.keep(delivered(town, second))
    absence.away = False
    await replay(spool)
    await heed(town)
    assert await town.states() == {State.DELIVERED: 2}


async def test_a_long_file_is_replayed_in_bounded_slices(town, spool, absence):
    """Two megabytes are not brought in one transaction."""
    (reference,) = await sent(town)
    await asyncio.gather(*(spool.keep(delivered(town, reference)) for _ in range(6_500)))
    assert spool.path.stat().st_size > 2_000_000
    absence.away = False
    assert await replay(spool) > 2
    assert await kept(town) == 6_500


async def test_a_full_spool_refuses(town, spool, absence):
    """Beyond its bound nothing is thanked for, and what was is still there."""
    first, second = await sent(town, 2)
    await spool.keep(delivered(town, first))
    spool.most_bytes = spool.path.stat().st_size + 100
    with pytest.raises(Unavailable) as refused:
        await spool.keep(delivered(town, second))
    assert refused.value.code == "spool_full"
    absence.away = False
    await replay(spool)
    await heed(town)
    assert await town.states() == {State.DELIVERED: 1, State.ACCEPTED: 1}


async def test_a_folder_that_cannot_be_written_refuses(town, spool):
    """Neither the store nor the disk takes it: the provider is asked to call again."""
    (reference,) = await sent(town)
    spool.path.mkdir()
    with pytest.raises(Unavailable) as refused:
        await spool.keep(delivered(town, reference))
    assert refused.value.code == "spool_unwritable"


async def test_the_bound_is_sixty_four_megabytes(spool):
    """Some hundred thousand receipts: the hours of an outage."""
    assert spool.most_bytes == MOST


async def test_who_is_refused_does_not_come_in_by_another_door(town, spool, absence):
    """What could not be kept is not kept later on someone else's turn either."""
    first, second = await sent(town, 2)
    spool.most_bytes = 0
    with pytest.raises(Unavailable):
        await spool.keep(delivered(town, first))
    absence.away = False
    await spool.keep(delivered(town, second))
    assert await kept(town) == 1
