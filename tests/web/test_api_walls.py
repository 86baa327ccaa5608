"""One key, one station: what is another's is as unknown as what never was. And each key keeps a pace."""

from collections.abc import AsyncIterator

import pytest
from api_house import House, opened

from alertd.clock import MINUTE, SECOND
from alertd.settings import Settings
from alertd.settings.sections import Limits
from alertd.stations import api_keys, stations
from alertd.web.api.routes import ROUTES
from alertd.web.api.serve import PREFIX


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock, Settings(limits=Limits(api_requests_per_minute=60))) as house:
        yield house


def body_of(house: House, name: str, digest: str) -> object:
    """What each operation would take, were it one's own."""
    return {
        "preview_alert": house.alert(),
        "create_alert": {"preview_digest": digest},
        "update_alert": {"preview_digest": digest},
        "end_alert": {},
        "cancel_alert": {},
        "change_schedule": {"state": "paused"},
        "ask_commune": {"words": "Chien errant"},
        "enrol_subscriber": house.person(),
    }.get(name)


async def test_another_stations_things_are_unknown(house):
    """Every route that names something, with a key of another station, answers exactly as for a station or an alert that never was."""
    alert = await house.released()
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    await house.call("POST", f"{house.path}/subscribers", house.person(ref="x"), key="people")
    for route in (route for route in ROUTES if "{" in route.path):
        body = body_of(house, route.name, preview["preview_digest"])
        told = []
        for slug, alert_id in ((house.station.slug, alert["id"]), ("nowhere", 424242)):
            path = PREFIX + route.path.format(slug=slug, id=alert_id, ref="x")
            path += "?ref=x" if route.name == "remove_subscriber" else ""
            told.append((await house.call(route.method, path, body, key="elsewhere"))[:2])
        assert told[0] == told[1], route.name
        assert told[0][0] == 404, route.name
    _, after, _ = await house.call("GET", f"/api/v1/alerts/{alert['id']}")
    assert after == alert


async def test_another_stations_digest_and_alert_in_a_body(house):
    """A digest or an alert of another station, named in a body at home, is unknown too."""
    alert = await house.released()
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    home = f"/api/v1/stations/{house.elsewhere.slug}/alerts"
    status, told, _ = await house.call(
        "POST", home, {"preview_digest": preview["preview_digest"]}, key="elsewhere"
    )
    assert (status, told["code"]) == (409, "preview_unknown")
    status, told, _ = await house.call(
        "POST", f"{home}/preview", house.alert(alert=alert["id"]), key="elsewhere"
    )
    assert (status, told["code"]) == (404, "alert_unknown")


async def test_revoked_and_suspended(house, clock):
    """A key that was revoked, or whose station is suspended, opens nothing from then on."""
    assert (await house.call("GET", f"{house.path}/alerts", key="info"))[0] == 200
    async with house.desk.db.transaction() as tx:
        await api_keys.revoke(tx, clock, 2)
    assert (await house.call("GET", f"{house.path}/alerts", key="info"))[0] == 401
    async with house.desk.db.transaction() as tx:
        await stations.suspend(tx, house.station.id, clock.now_ms())
    assert (await house.call("GET", f"{house.path}/alerts", key="danger"))[0] == 401


async def test_each_key_keeps_its_pace(house, clock):
    """Beyond its requests a minute a key is answered 429 with the wait; others are not, and it may go on after it."""
    for _ in range(60):
        assert (await house.call("GET", f"{house.path}/alerts", key="info"))[0] == 200
    status, told, response = await house.call("GET", f"{house.path}/alerts", key="info")
    assert (status, told["code"], response.headers["Retry-After"]) == (429, "too_often", "1")
    assert (await house.call("GET", f"{house.path}/alerts", key="warning"))[0] == 200
    clock.advance(10 * SECOND)
    statuses = [(await house.call("GET", f"{house.path}/alerts", key="info"))[0] for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    clock.advance(MINUTE)
    assert (await house.call("GET", f"{house.path}/alerts", key="info"))[0] == 200
