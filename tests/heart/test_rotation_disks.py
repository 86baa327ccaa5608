"""The end of a rotation waits for what waits on nodes' disks: callbacks that came while the store was away are sealed, too."""

from dataclasses import replace

import pytest
from heart.rotating import guard_of, resting, rotation, secret_in

from alertd.clock import MINUTE
from alertd.errors import Conflict
from alertd.keys import Keyring
from alertd.rotation import nodes


@pytest.fixture
async def town(db, clock):
    return await resting(db, clock)


@pytest.fixture
def path(tmp_path):
    return secret_in(tmp_path)


async def another(town, keyring, waiting):
    """A second node, `two`, that has looked at its disk; its id."""
    async with town.db.transaction() as tx:
        (row,) = await tx.fetch("nodes.start", 77, "two", "boot")
        await nodes.tell(tx, row["id"], keyring)
    await guard_of(town, keyring, row["id"], waiting).step()
    return row["id"]


async def refused(town, path, gone=()):
    """Whether the end of the rotation is refused for what may wait at that node."""
    try:
        await replace(rotation(town, path), gone=gone).finish()
    except Conflict as refusal:
        return refusal.code and "two" in refusal.message
    return False


async def test_what_waits_on_another_node_s_disk_holds_the_end_up(town, path):
    """Each node says whether callbacks wait there: while some do the old secret stays, although the node seals with the new one."""
    await rotation(town, path).turn()
    left = [3]
    node_id = await another(town, Keyring.load(path), lambda: left[0])
    assert await refused(town, path, gone=["two"])  # it runs: nobody may say that it is gone
    left[0] = 0
    await guard_of(town, Keyring.load(path), node_id, lambda: 0).step()
    assert not await refused(town, path)


@pytest.mark.parametrize("parted", [True, False])
async def test_a_node_that_does_not_run_is_believed_where_it_ended_its_work(town, path, parted):
    """One that was killed under the old secret may have kept something since its last word: a person says that it is gone for good."""
    node_id = await another(town, town.desk.keyring, lambda: 0)
    async with town.db.transaction() as tx:
        await tx.execute("nodes.part" if parted else "nodes.beat", node_id)
    town.clock.advance(2 * MINUTE)
    await rotation(town, path).turn()
    if not parted:
        assert await refused(town, path)
    assert not await refused(town, path, gone=[] if parted else ["two"])


async def test_a_node_s_last_word_is_of_its_disk(town, path):
    """What it kept before it ended its work holds the rotation up until it runs again; one of an older version never said."""
    await rotation(town, path).turn()
    left = [0]
    node_id = await another(town, Keyring.load(path), lambda: left[0])
    guard = guard_of(town, Keyring.load(path), node_id, lambda: left[0])
    left[0] = 5
    await guard.part()
    async with town.db.transaction() as tx:
        await tx.execute("nodes.part", node_id)
    assert await refused(town, path)
    assert nodes.Known.of("old", '{"seals": 2, "reads": {}}', 0, 1).holds_other(2)
