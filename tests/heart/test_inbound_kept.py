"""What people write to us is kept sealed, once each, and goes the way of receipts: through the spool, applied later."""

import pytest
from heart.far_end import bring, heed
from heart.test_receipts_spool import Absence, replay
from heart.troubled_store import TroubledStore

from alertd.clock import DAY, MINUTE, SECOND
from alertd.deliver import inbound
from alertd.deliver.raws import Raw
from alertd.deliver.spool import Spool
from gateways.contract import Callback, Inbound, Outcome, Receipt

STOP = Inbound("+33639980001", "+33639980999", "Stop svp", "SM1")


def brought(town, *words, gateway="operator"):
    """A callback in which a driver read these words."""
    callback = Callback("POST", "https://example.org/rappels/operator", {}, b"Body=Stop+svp")
    return Raw.of(gateway, town.clock.now_ms(), callback, words)


async def kept(town):
    return await town.db.fetch("heart_inbound.all")


async def taken(town, most=100):
    async with town.db.transaction() as tx:
        return await inbound.take(tx, town.desk.keyring, most)


async def test_an_sms_is_kept_sealed_and_read_again(town):
    """Neither the number nor the words can be read in the store; whoever heeds it gets them as they were written."""
    await bring(town, brought(town, STOP))
    await heed(town)
    (row,) = await kept(town)
    assert b"Stop" not in bytes(row["content"])
    assert b"3998" not in bytes(row["content"])
    assert row["received_at"] == town.clock.now_ms()
    assert await inbound.waits(town.db)
    (letter,) = await taken(town)
    assert (letter.gateway, letter.inbound) == ("operator", STOP)
    assert await taken(town) == []
    assert not await inbound.waits(town.db)


async def test_a_repeated_callback_counts_once(town):
    """The same key of the same gateway is one SMS, before and after it was heeded; another gateway's is another."""
    await bring(town, brought(town, STOP), brought(town, STOP))
    await heed(town)
    assert len(await taken(town)) == 1
    await bring(town, brought(town, STOP), brought(town, STOP, gateway="second"))
    await heed(town)
    assert [letter.gateway for letter in await taken(town)] == ["second"]


async def test_without_a_key_the_same_words_within_a_minute_count_once(town):
    """A provider that gives no key of its own repeats itself within seconds, perhaps across the full minute; what is said
    minutes later is said again.
    """
    town.clock.advance(-town.clock.now_ms() % MINUTE + 50 * SECOND)
    nameless = Inbound(STOP.sender, STOP.to, STOP.text)
    await bring(town, brought(town, nameless), brought(town, nameless))
    await heed(town)
    town.clock.advance(20 * SECOND)
    await bring(town, brought(town, nameless))
    await heed(town)
    assert len(await kept(town)) == 1
    town.clock.advance(2 * MINUTE)
    await bring(town, brought(town, nameless))
    await heed(town)
    rows = await kept(town)
    assert len(rows) == 2
    assert all("3998" not in row["provider_ref"] for row in rows)


async def test_receipts_and_sms_of_one_callback_are_both_heard(town):
    """One call may tell of a delivery and bring an SMS."""
    await town.person()
    await town.release()
    await town.run()
    (message,) = town.provider.ledger
    await bring(town, brought(town, Receipt(message.reference, Outcome.DELIVERED), STOP))
    await heed(town)
    assert {state.word for state in await town.states()} == {"delivered"}
    assert len(await kept(town)) == 1


async def test_an_endless_text_is_cut(town):
    """A text is kept up to ten segments, numbers up to forty characters."""
    await bring(town, brought(town, Inbound("+" + "3" * 90, "4" * 90, "é" * 9_000, "SM2")))
    await heed(town)
    (letter,) = await taken(town)
    said = letter.inbound
    assert (len(said.sender), len(said.to), len(said.text)) == (40, 40, 1_600)


async def test_what_came_while_the_store_was_away_is_there_when_it_is_back(town, tmp_path):
    """An SMS waits in the spool as receipts do."""
    absence = Absence()
    spool = Spool(TroubledStore(town.db, absence), town.desk.keyring, tmp_path / "one.receipts")
    await spool.keep(brought(town, STOP))
    assert b"Stop" not in spool.path.read_bytes()
    absence.away = False
    await replay(spool)
    await heed(town)
    assert [letter.inbound for letter in await taken(town)] == [STOP]


@pytest.mark.parametrize(("heeded", "left"), [(True, 0), (False, 1)])
async def test_an_sms_is_dropped_after_thirty_days(town, heeded, left):
    """What was heeded is purged after thirty days; what was not stays."""
    await bring(town, brought(town, STOP))
    await heed(town)
    if heeded:
        await taken(town)
    town.clock.advance(30 * DAY)
    await inbound.purge(town.db, town.clock.now_ms())
    assert len(await kept(town)) == 1
    town.clock.advance(1)
    await inbound.purge(town.db, town.clock.now_ms())
    assert len(await kept(town)) == left
