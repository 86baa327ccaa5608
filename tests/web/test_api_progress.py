"""Progress as server-sent events: at once, on change, to the end."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse
from api_house import House, opened

from alertd.clock import MINUTE
from alertd.deliver.fan_out import FanOut
from alertd.web.api.streams import MOST_PER_KEY


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock) as house:
        yield house


async def listen(house: House, alert: int, key: str = "danger") -> ClientResponse:
    headers = {"Authorization": f"Bearer {house.keys[key]}"}
    return await house.client.get(f"/api/v1/alerts/{alert}/progress", headers=headers)


async def next_event(response: ClientResponse) -> tuple[str, dict]:
    """The next event's name and data; comments and `retry` are passed over."""
    fields = {}
    while line := (await asyncio.wait_for(response.content.readline(), 30)).decode():
        name, _, value = line.rstrip("\n").partition(": ")
        if not line.strip() and "event" in fields:
            return fields["event"], json.loads(fields["data"])
        fields[name] = value
    return "", {}


async def fan_out(house: House) -> None:
    work = FanOut(house.desk.db, house.desk.routes, 1)
    while await work.step():
        pass


async def test_from_the_first_event_to_the_last(house):
    """The first event comes at once, the next when the books change; closed and drained, the stream says so and ends."""
    alert = await house.released()
    async with await listen(house, alert["id"]) as stream:
        assert stream.content_type == "text/event-stream"
        assert await next_event(stream) == ("progress", alert)
        await fan_out(house)
        name, told = await next_event(stream)
        assert (name, told["planned"]) == ("progress", 0)
        await house.call("POST", f"/api/v1/alerts/{alert['id']}/end")
        await fan_out(house)
        seen = []
        while (event := await next_event(stream))[0] == "progress":
            seen.append(event[1])
        assert event == ("end", {})
        assert (seen[-1]["state"], seen[-1]["planned"]) == ("ended", 0)
        assert await stream.content.read() == b""


async def test_an_alert_that_is_over(house):
    """An alert that is over is told once, and the stream ends."""
    alert = await house.released()
    await house.call("POST", f"/api/v1/alerts/{alert['id']}/cancel")
    await fan_out(house)
    async with await listen(house, alert["id"]) as stream:
        assert (await next_event(stream))[1]["state"] == "cancelled"
        assert await next_event(stream) == ("end", {})


async def test_a_bounded_number(house):
    """A key follows five alerts at once; the sixth waits until one is closed, and other keys do not notice."""
    alert = await house.released()
    streams = [await listen(house, alert["id"]) for _ in range(MOST_PER_KEY)]
    refused = await listen(house, alert["id"])
    assert (refused.status, (await refused.json())["code"]) == (429, "too_many_streams")
    assert "Retry-After" in refused.headers
    other = await listen(house, alert["id"], "info")
    assert other.status == 200
    for stream in (*streams, other):
        stream.close()


async def test_the_server_stops(house):
    """When the server stops, streams end instead of holding it."""
    alert = await house.released()
    async with await listen(house, alert["id"]) as stream:
        await next_event(stream)
        async with asyncio.timeout(60):
            await house.client.server.close()
        assert await stream.content.read() == b""


async def test_expired_is_over(house, clock):
    """An alert past its end that nobody ended is over too, once the store says so."""
    alert = await house.released()
    clock.advance(200 * MINUTE)
    async with house.desk.db.transaction() as tx:
        await tx.execute("alerts.expire", alert["id"])
    await fan_out(house)
    async with await listen(house, alert["id"]) as stream:
        assert (await next_event(stream))[1]["state"] == "expired"
        assert await next_event(stream) == ("end", {})
