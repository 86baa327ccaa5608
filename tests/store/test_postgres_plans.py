"""What PostgreSQL reads to answer: the ways on which the speed of a large alert rests (docs/performance.md)."""

import json

import asyncpg
import pytest

from alertd.store.statements import load

ADD = load("postgres")["deliveries.add"].sql
FOREIGN = load("postgres")["owners.foreign"].sql
COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped"
)
TO_TWO = (1, 0, json.dumps([1, 2]), 0, 1, 0, 1, 0, None, 1, 0, 1, 0)
"""Message 1, ring 0, two people, and how they are queued (see `deliveries.add`)."""


@pytest.fixture
async def connection(postgres_url):
    """To a database in which nothing has been counted yet, as just after a release."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def queue(connection):
    """Twenty thousand deliveries of one message at sender 7, and statistics of them."""
    await connection.execute(
        "INSERT INTO message (id, kind, station_id, mode, act, level, lane, deliver_by, created_at) "
        "VALUES (1, 'event', 1, 0, 'alert', 0, 1, 9, 1)"
    )
    await connection.execute(
        "INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at) "
        "SELECT 1, n, 0, 7, 1, 0, 1, 0, 1 FROM generate_series(1, 20000) n"
    )
    await connection.execute("ANALYZE delivery")


async def test_the_key_of_reach_holds_all_that_matching_asks_of_a_place(connection):
    """Every column stands in its index, one that is added later included: no place is read from the table."""
    of_table, of_key = [
        {row["attname"] for row in await connection.fetch(COLUMNS.format(name))}
        for name in ("reach", "reach_pkey")
    ]
    assert of_key == of_table


async def test_a_slice_of_fan_out_never_reads_the_whole_message(connection):
    """Whether somebody has a delivery already is looked up by its key, also without statistics: no join with all there are."""
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {ADD}", *TO_TWO))
    assert "Anti Join" not in plan
    assert "(endpoint_id = e.id)" in plan


async def test_what_stands_in_an_own_account_s_queue_is_walked_in_the_queue_s_order(connection):
    """Also with statistics of a queue that is most of what there is: for no empty lane are all deliveries read."""
    await connection.execute("SET enable_bitmapscan = off")
    await queue(connection)
    asked = (7, json.dumps(["bras-sur-meuse"]), json.dumps([0, 1, 2, 3, 4]), 50)
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {FOREIGN}", *asked))
    assert "sender_id_lane_message_id" in plan
    assert "_pkey on delivery" not in plan


@pytest.mark.parametrize(
    ("asked", "values"),
    [("deliveries.stranded", (7, -1, 1_000)), ("deliveries.foreign", (7, 1, 1, 1_000))],
)
async def test_a_queue_that_is_given_on_is_walked_and_not_sorted(connection, asked, values):
    """A slice of a long queue costs what is given on: a removed account's is empty before anybody waits for it, and so is what stands in
    an own account's for others.
    """
    await queue(connection)
    sql = load("postgres")[asked].sql
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql}", *values))
    assert "Sort  (" not in plan
    assert "sender_id_lane_message_id" in plan
