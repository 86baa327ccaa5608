"""Subscribers over the API: their addresses and places come in, and never out."""

from collections.abc import AsyncIterator

import pytest
from api_house import House, opened


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock) as house:
        yield house


async def test_enrol_and_list(house):
    """A person enrolled is listed with the station's own ref and what was agreed, without address or place."""
    path = f"{house.path}/subscribers"
    person = house.person(
        7, topics=["fire", "flood"], min_level="warning", valid_until="2026-12-31T00:00:00Z"
    )
    status, told, _ = await house.call("POST", path, person, key="people")
    assert (status, told["ref"], told["declined"]) == (201, "person-7", [])
    _, page, response = await house.call("GET", path, key="people")
    one = page["subscribers"][0]
    assert (one["id"], one["ref"], one["channels"], one["places"]) == (
        told["id"],
        "person-7",
        {"sms": 1},
        {"home": 1},
    )
    assert (set(one["topics"]), one["min_level"], one["scope"]) == ({"fire", "flood"}, "warning", "places")
    assert (one["valid_until"], one["consent"]["source"]) == ("2026-12-31T00:00:00.000Z", "accueil")
    text = await response.text()
    assert "63998" not in text
    assert "49.2" not in text


async def test_the_same_ref_replaces(house):
    """A second body under the same ref replaces the first; the same one again changes nothing and is answered 200."""
    path = f"{house.path}/subscribers"
    await house.call("POST", path, house.person(1), key="people")
    moved = house.person(1, places=[], min_level="danger")
    statuses = [(await house.call("POST", path, moved, key="people"))[0] for _ in range(2)]
    _, page, _ = await house.call("GET", path, key="people")
    assert statuses == [201, 200]
    assert [(one["scope"], one["min_level"]) for one in page["subscribers"]] == [("everywhere", "danger")]


async def test_take_back(house):
    """A person is taken back by ref, in the query or in the path; a second time there is nobody."""
    path = f"{house.path}/subscribers"
    odd = "salle n°4 / étage"
    for number, ref in ((1, "person-1"), (2, odd)):
        await house.call("POST", path, house.person(number, ref=ref), key="people")
    status, told, _ = await house.call("DELETE", f"{path}?ref=person-1", key="people")
    assert (status, told) == (204, None)
    async with house.client.delete(
        path, params={"ref": odd}, headers={"Authorization": f"Bearer {house.keys['people']}"}
    ) as response:
        assert response.status == 204
    status, told, _ = await house.call("DELETE", f"{path}/person-1", key="people")
    assert (status, told["code"]) == (404, "subscriber_unknown")
    assert (await house.call("GET", path, key="people"))[1]["subscribers"] == []


async def test_take_back_by_path(house):
    """The ref may stand in the path."""
    path = f"{house.path}/subscribers"
    await house.call("POST", path, house.person(1), key="people")
    assert (await house.call("DELETE", f"{path}/person-1", key="people"))[0] == 204
    status, told, _ = await house.call("DELETE", path, key="people")
    assert (status, list(told["fields"])) == (422, ["ref"])


async def test_only_with_the_scope(house):
    """A key without `subscribers`, however grave its level, sees and changes nobody."""
    path = f"{house.path}/subscribers"
    for method, where in (
        ("POST", path),
        ("GET", path),
        ("DELETE", f"{path}?ref=x"),
        ("DELETE", f"{path}/x"),
    ):
        status, told, _ = await house.call(method, where, house.person() if method == "POST" else None)
        assert (status, told["code"]) == (403, "subscribers_not_allowed")


async def test_by_pages(house):
    """Subscribers come a page at a time until `next` is null."""
    path = f"{house.path}/subscribers"
    for number in range(3):
        await house.call("POST", path, house.person(number), key="people")
    _, first, _ = await house.call("GET", f"{path}?limit=2", key="people")
    _, second, _ = await house.call("GET", f"{path}?limit=2&after={first['next']}", key="people")
    refs = [one["ref"] for one in first["subscribers"] + second["subscribers"]]
    assert (refs, second["next"]) == (["person-0", "person-1", "person-2"], None)


async def test_what_was_done_is_in_the_audit(house):
    """Who was enrolled and taken back is in the audit, by id and key, without address."""
    path = f"{house.path}/subscribers"
    await house.call("POST", path, house.person(1), key="people")
    await house.call("DELETE", f"{path}/person-1", key="people")
    rows = await house.desk.db.fetch("audit.list_of_station", house.station.id, 1 << 60, 10)
    assert [(row["action"], row["actor"]) for row in rows] == [
        ("subscriber.remove", "key:5"), ("subscriber.enrol", "key:5"),
    ]  # fmt: skip
    assert "63998" not in str([list(row) for row in rows])
