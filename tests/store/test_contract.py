"""What a Database promises, on both engines. The statements are in `queries/contract.sql`."""

import json

import pytest
from store.contract import keys, put

from alertd.clock import HOUR
from alertd.errors import Unavailable
from alertd.store import NotUnique

LARGE = [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 0]


async def test_what_is_committed_is_read(db):
    """Leaving a transaction commits it; rows are read by name and by position."""
    async with db.transaction() as tx:
        assert await tx.execute("contract.put", "a", "1") == 1
    (row,) = await db.fetch("contract.all")
    assert (row["key"], row[1], list(row.keys())) == ("a", "1", ["key", "value"])


async def test_a_reader_does_not_see_what_is_not_committed(db):
    """Reads beside a writer see the last commit, and do not wait for it."""
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
        assert await keys(db) == []
        assert [row["key"] for row in await tx.fetch("contract.all")] == ["a"]


async def test_an_exception_rolls_everything_back(db):
    """An exception that leaves a transaction leaves nothing of it behind, and is the caller's own."""
    with pytest.raises(LookupError, match="mine"):
        await put_and_fail(db, LookupError("mine"))
    assert await keys(db) == []


async def put_and_fail(db, error):
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
        raise error


async def test_a_time_out_of_the_callers_is_not_the_stores(db):
    """A caller's own TimeoutError or OSError inside a transaction is not taken for the store's."""
    for error in (TimeoutError("mine"), ConnectionResetError("mine")):
        with pytest.raises(type(error), match="mine"):
            await put_and_fail(db, error)


async def test_a_key_that_is_taken_is_not_unique(db):
    """A second row with the same key is NotUnique, names its table, and keeps the engine's words."""
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
    with pytest.raises(NotUnique) as refusal:
        await put(db, "b", "a")
    assert refusal.value.table == "setting"
    assert refusal.value.__cause__ is not None
    assert await keys(db) == ["a"]


async def test_a_failed_statement_that_is_swallowed_does_not_commit_the_rest(db):
    """A transaction in which a statement failed cannot be continued or committed: nothing of it is stored."""
    with pytest.raises(RuntimeError, match="leave it"):
        await put_and_swallow(db)
    assert await keys(db) == []


async def put_and_swallow(db):
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
        with pytest.raises(NotUnique):
            await tx.execute("contract.put", "a", "2")
        with pytest.raises(RuntimeError, match="leave it"):
            await tx.execute("contract.put", "b", "2")


async def test_a_missing_row_that_is_referred_to_is_a_bug(db):
    """Foreign keys hold; breaking one is a bug, not an answer."""
    with pytest.raises(Exception, match=r"(?i)foreign key") as refusal:
        async with db.transaction() as tx:
            await tx.execute("contract.add_role", 1, 1)
    assert not isinstance(refusal.value, NotUnique | Unavailable)


@pytest.mark.parametrize("query", ["contract.wrong", "contract.no_such_name"])
async def test_a_wrong_statement_is_a_bug(db, query):
    """A mistake in SQL, or in a statement's name, is raised as it is."""
    with pytest.raises(Exception, match=r"nowhere|no_such_name") as refusal:
        await db.fetch(query)
    assert not isinstance(refusal.value, Unavailable)


@pytest.mark.parametrize("arguments", [(), ("a",), ("a", "b", "c")])
async def test_a_wrong_number_of_arguments_is_a_bug(db, arguments):
    """Too few or too many arguments are refused, and never read as null."""
    with pytest.raises(Exception, match="argument") as refusal:
        await db.fetch("contract.swapped", *arguments)
    assert not isinstance(refusal.value, Unavailable)


async def test_arguments_go_by_number(db):
    """$1 is the first argument wherever it stands in the text."""
    (row,) = await db.fetch("contract.swapped", "one", "two")
    assert (row["first"], row["second"]) == ("one", "two")


async def test_the_rows_a_statement_changed_are_counted(db):
    """Changed rows are counted, behind a WITH and with RETURNING too; a read changes none."""
    async with db.transaction() as tx:
        await tx.execute_many("contract.put", [("a", "1"), ("b", "1"), ("c", "1")])
        assert await tx.execute("contract.change", "2", "b") == 2
        assert await tx.execute("contract.change_with", "3", "b") == 2
        assert await tx.execute("contract.change", "3", "z") == 0
        assert await tx.execute("contract.put_and_return", "d", "4") == 1
        assert await tx.execute("contract.all") == 0
    assert [row["value"] for row in await db.fetch("contract.all")] == ["1", "3", "3", "4"]


async def test_a_statement_may_write_and_answer(db):
    """A RETURNING is fetched, and what it wrote is committed."""
    async with db.transaction() as tx:
        (row,) = await tx.fetch("contract.put_and_return", "a", "1")
        assert (row["key"], row["value"]) == ("a", "1")
    assert await keys(db) == ["a"]


async def test_many_rows_are_written_or_none(db):
    """Of many rows of which one is refused, none is stored; no rows at all are no error."""
    async with db.transaction() as tx:
        await tx.execute_many("contract.put", [])
    with pytest.raises(NotUnique):
        async with db.transaction() as tx:
            await tx.execute_many("contract.put", [("a", "1"), ("b", "2"), ("a", "3")])
    assert await keys(db) == []


async def test_integers_of_64_bits_come_back_exact(db):
    """Ids and cells use all 64 bits, sign included."""
    async with db.transaction() as tx:
        await tx.execute_many("contract.add_node", [(n, str(n), "boot", -n - 1) for n in LARGE])
    assert [(row["id"], row["seen_at"]) for row in await db.fetch("contract.nodes")] == [
        (n, -n - 1) for n in sorted(LARGE)
    ]


async def test_bytes_and_nothing_come_back_as_they_were(db):
    """Bytes of every value are bytes again, and null is None."""
    every = bytes(range(256))
    async with db.transaction() as tx:
        await tx.execute_many("contract.add_receipt", [(1, every, None), (2, b"", 5)])
    rows = await db.fetch("contract.receipts")
    assert [(row["raw"], row["applied_at"]) for row in rows] == [(every, None), (b"", 5)]


async def test_a_list_is_passed_as_json_text(db):
    """A JSON list of integers beyond 2^53 arrives whole and in order."""
    rows = await db.fetch("contract.listed", json.dumps(LARGE))
    assert [(row["position"], row["number"]) for row in rows] == list(enumerate(LARGE))
    assert await db.fetch("contract.listed", "[]") == []


async def test_an_object_is_passed_as_json_text(db):
    """A JSON object arrives by its keys, large numbers exact."""
    rows = await db.fetch("contract.mapped", json.dumps({"b": LARGE[0], "a": LARGE[1]}))
    assert [(row["word"], row["number"]) for row in rows] == [("a", LARGE[1]), ("b", LARGE[0])]


async def test_texts_in_a_json_list_are_not_changed(db):
    """Accents, quotes and empty texts survive the way through JSON."""
    words = ["é", 'a"b', "", "NULL", "0042"]
    assert [row["word"] for row in await db.fetch("contract.texts", json.dumps(words))] == words


async def test_sql_sees_the_clock_that_is_moved(db, clock):
    """`now_ms()` starts at the clock's time and is moved with it."""
    before = await now(db)
    assert 0 <= before - clock.now_ms() < HOUR
    clock.advance(24 * HOUR)
    assert 24 * HOUR <= await now(db) - before < 25 * HOUR
    async with db.transaction() as tx:
        assert (await tx.fetch("contract.now"))[0]["now"] - before >= 24 * HOUR


async def now(db):
    return (await db.fetch("contract.now"))[0]["now"]
