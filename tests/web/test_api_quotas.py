"""Daily quotas of informations: what the API tells of them."""

from collections.abc import AsyncIterator

import pytest
from api_house import House, opened

from alertd.stations import quotas


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock) as house:
        yield house


async def decide(house, deliveries):
    """The station's own quota."""
    async with house.desk.db.transaction() as tx:
        await quotas.decide(tx, house.station, deliveries)


async def test_the_api_tells_what_is_left_and_refuses_what_goes_beyond(house):
    """Two of three deliveries released: the next two are refused until midnight, four on any day; danger is not asked."""
    await decide(house, 3)
    for number in (1, 2):
        await house.call("POST", f"{house.path}/subscribers", house.person(number), key="people")
    content = house.alert(level="info")
    _, told, _ = await house.call("POST", f"{house.path}/alerts/preview", content)
    assert (told["quota"]["per_day"], told["quota"]["left"]) == (3, 3)
    content["preview_digest"] = told["preview_digest"]
    assert (await house.call("POST", f"{house.path}/alerts", content))[0] == 201
    status, refused, response = await house.call(
        "POST", f"{house.path}/alerts/preview", house.alert(level="info")
    )
    assert (status, refused["code"]) == (429, "quota_exceeded")
    assert 0 < int(response.headers["Retry-After"]) <= 25 * 3600
    await decide(house, 1)
    status, refused, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert(level="info"))
    assert (status, refused["code"]) == (409, "quota_exceeded")
    status, told, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    assert (status, told["quota"]) == (200, None)
