"""`Idempotency-Key`: asking twice does once, and is answered the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from api_house import House, opened

from alertd.clock import HOUR, MINUTE
from alertd.web.api import idempotency


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock) as house:
        yield house


async def drafts(house: House) -> int:
    return len((await house.call("GET", f"{house.path}/alerts"))[1]["alerts"])


async def test_the_same_request_again(house):
    """The same request under the same key gets the same status and bytes, and is done once."""
    path, content = f"{house.path}/alerts", house.alert()
    first = await house.call("POST", path, content, **{"Idempotency-Key": "a key"})
    second = await house.call("POST", path, content, **{"Idempotency-Key": "a key"})
    assert first[0] == second[0] == 201
    assert await first[2].read() == await second[2].read()
    assert first[2].content_type == second[2].content_type == "application/json"
    assert await drafts(house) == 1


async def test_a_refusal_again(house):
    """A refusal is repeated like any answer, as the problem that it was."""
    path, content = f"{house.path}/alerts", house.alert(topic="dragons")
    answers = [await house.call("POST", path, content, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [status for status, _, _ in answers] == [422, 422]
    assert answers[0][1] == answers[1][1]
    assert answers[1][2].content_type == "application/problem+json"


@pytest.mark.parametrize("other", ["body", "path"])
async def test_another_request(house, other):
    """Another request under the same key is refused: 422, and nothing is done."""
    path, content = f"{house.path}/alerts", house.alert()
    await house.call("POST", path, content, **{"Idempotency-Key": "k"})
    changed = house.alert(url="https://bras.example") if other == "body" else content
    where = path if other == "body" else f"{path}/preview"
    status, told, _ = await house.call("POST", where, changed, **{"Idempotency-Key": "k"})
    assert (status, told["code"]) == (422, "idempotency_mismatch")
    assert await drafts(house) == 1


async def test_doubles_at_the_same_moment(house):
    """Of doubles that come together one is done; the others hear that it is under way, or its answer."""
    path, content = f"{house.path}/alerts", house.alert()
    calls = (house.call("POST", path, content, **{"Idempotency-Key": "k"}) for _ in range(8))
    answers = await asyncio.gather(*calls)
    assert {status for status, _, _ in answers} <= {201, 409}
    assert {told["code"] for status, told, _ in answers if status == 409} <= {"idempotency_under_way"}
    assert len({told["id"] for status, told, _ in answers if status == 201}) == 1
    assert await drafts(house) == 1


async def test_one_key_for_each_caller(house):
    """Two callers may use the same word: each has its own answers."""
    path, content = f"{house.path}/alerts", house.alert()
    _, first, _ = await house.call("POST", path, content, key="danger", **{"Idempotency-Key": "k"})
    _, second, _ = await house.call("POST", path, content, key="draft", **{"Idempotency-Key": "k"})
    assert first["id"] != second["id"]


async def test_a_day_later(house, clock):
    """After twenty-four hours the key is free for another request, and the old answer is gone."""
    path = f"{house.path}/alerts"
    for word in ("k", "old"):
        await house.call("POST", path, house.alert(), **{"Idempotency-Key": word})
    clock.advance(24 * HOUR)
    status, _, _ = await house.call("POST", path, house.alert(), **{"Idempotency-Key": "k"})
    assert status == 201
    assert await house.desk.db.fetch("idempotency.find", 4, "old") == []
    assert len(await house.desk.db.fetch("idempotency.find", 4, "k")) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "é", "a\tb"])
async def test_keys_that_are_none(house, key):
    """A key that is empty, too long or not visible ASCII is refused: 400."""
    status, told, _ = await house.call(
        "POST", f"{house.path}/alerts", house.alert(), **{"Idempotency-Key": key}
    )
    assert (status, told["code"]) == (400, "invalid_idempotency_key")


async def test_a_request_whose_process_died(house, clock):
    """A claim that never got its answer refuses the same request for a minute, then lets it through."""
    path, content = f"{house.path}/alerts", house.alert(expires_at="2026-03-02T12:00:00Z")
    first = await house.call("POST", path, content, **{"Idempotency-Key": "k"})
    digest = (await house.desk.db.fetch("idempotency.find", 4, "k"))[0]["request_hash"]
    now = clock.now_ms()
    async with house.desk.db.transaction() as tx:  # as a process leaves it that is killed before it answers
        await tx.fetch("idempotency.claim", 4, "dead", digest, now, now - HOUR, now - HOUR)
    status, told, _ = await house.call("POST", path, content, **{"Idempotency-Key": "dead"})
    assert (status, told["code"]) == (409, "idempotency_under_way")
    clock.advance(MINUTE)
    status, told, _ = await house.call("POST", path, content, **{"Idempotency-Key": "dead"})
    assert (status, told["state"]) == (201, "draft")
    assert told["id"] != first[1]["id"]


async def test_a_request_that_broke(house, clock):
    """A request that broke, or was told to come back, is not remembered: the same one may come again at once."""
    request = _Request()
    worked = []

    async def breaks() -> idempotency.Kept:
        raise RuntimeError

    async def busy() -> idempotency.Kept:
        return idempotency.Kept(status, "{}")

    async def works() -> idempotency.Kept:
        worked.append(1)
        return idempotency.Kept(201, '{"id":1}')

    with pytest.raises(RuntimeError):
        await idempotency.once(request, 4, house.desk.db, clock, breaks)
    for status in (503, 429):
        assert (await idempotency.once(request, 4, house.desk.db, clock, busy)).status == status
    for _ in range(2):
        assert (await idempotency.once(request, 4, house.desk.db, clock, works)).status == 201
    assert worked == [1]


class _Request:
    """A request as far as its key and bytes."""

    method, raw_path, headers = "POST", "/x", {idempotency.HEADER: "k"}

    async def read(self) -> bytes:
        return b"{}"
