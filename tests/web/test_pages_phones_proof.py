"""A telephone that has joined is proven by a notification of its own, and changes its address by its own key."""

import re

from web.phones_house import PATH, arrive, gateway, get, house, live, one, phone, post, standing, told

from alertd.clock import DAY, MINUTE
from alertd.deliver.service import opened
from alertd.keys import delivery_number
from alertd.model import EndpointState
from alertd.subscribe import phones

__all__ = ["gateway", "house", "live"]


async def test_the_page_waits_until_the_phone_confirms(house, desk, gateway):
    """Pending, then done, with the way out; an invented code and one of yesterday are told the same."""
    _, _, where = await post(house, {"subscription": phone()})
    assert "Encore un instant" in (await get(house, where))[1]
    await arrive(desk, where)
    async with told(gateway, where, b"delivered", house) as response:
        assert response.status == 200
    assert await standing(desk) == EndpointState.ACTIVE
    status, page = await get(house, where)
    assert (status, "C'est fait" in page) == (200, True)
    leaving = re.search(r"/partir/\w{11}", page)[0]
    assert "Ne plus recevoir Forêt" in (await get(house, leaving))[1]
    desk.clock.advance(DAY + MINUTE)
    for path in (where, f"{PATH}/telephone/00000000000"):
        assert (await get(house, path))[0] == 404


async def test_a_test_that_never_arrives_is_said_to_be_lost(house, clock):
    """After ten minutes nobody waits for it: the person is told to begin again."""
    _, _, where = await post(house, {"subscription": phone()})
    clock.advance(11 * MINUTE)
    assert "L'essai n'est pas arrivé" in (await get(house, where))[1]


async def test_another_s_code_opens_no_test(house, desk):
    """The code of an alert's delivery, or of leaving, is no test."""
    await post(house, {"subscription": phone()})
    endpoint = (await one(desk, "endpoints"))["id"]
    for number in (delivery_number(0, endpoint), delivery_number(7, endpoint)):
        assert (await get(house, f"{PATH}/telephone/{desk.keyring.code(number)}"))[0] == 404


async def test_a_forged_acknowledgement_is_answered_as_a_late_one(house, desk, gateway):
    """Nobody learns which message there was; nothing is kept of what we did not write, and nothing twice."""
    _, _, where = await post(house, {"subscription": phone()})
    await arrive(desk, where)
    genuine = gateway._acknowledgements.path(where.rpartition("/")[2])
    gone = gateway._acknowledgements.path(desk.keyring.code(delivery_number(99, 1 << 8)))
    answers = []
    for path in (genuine[:-1] + "x", "/rappels/navigateurs/00000000000.", gone):
        async with house.post(path, data=b"delivered") as response:
            answers.append((response.status, await response.read()))
    assert answers == [(200, b"")] * 3
    assert await standing(desk) == EndpointState.PENDING
    for _ in range(5):
        for word in (b"delivered", b"seen", b"x" * 2_000, b"y" * 2_000):
            async with house.post(genuine, data=word) as response:
                assert response.status == 200
    assert len(await desk.db.fetch("contract.receipts")) == 4, "gone's, two words, and one that is none"


async def test_the_browser_changes_its_address_by_its_own_key(house, desk):
    """The key of the page that confirmed; a forged one, one for leaving and a foreign service change nothing."""
    _, _, where = await post(house, {"subscription": phone(1)})
    key = re.search(r'data-renewal="([^"]+)"', (await get(house, where))[1])[1]
    before = bytes((await one(desk, "endpoints"))["address"])
    assert key == f"{PATH}/adresse/{phones.renewal(desk.keyring, (await one(desk, 'endpoints'))['id'])}"
    assert (await post(house, phone(2), key[:-1] + ("A" if key[-1] != "A" else "B")))[0] == 404
    assert (await post(house, phone(2, "evil.example"), key))[0] == 422
    assert (await post(house, "not json", key))[0] == 422
    assert bytes((await one(desk, "endpoints"))["address"]) == before
    assert (await post(house, phone(2), key))[0] == 204
    assert bytes((await one(desk, "endpoints"))["address"]) != before


async def test_who_has_only_notifications_is_sent_the_link_by_one(house, desk):
    """This phone's own subscription asks: a notification leads to the page; a browser that nobody has is told the same."""
    own = phone()
    assert (await post(house, {"subscription": own}))[0] == 303
    endpoint = (await one(desk, "endpoints"))["id"]
    async with desk.db.transaction() as tx:
        await tx.execute("endpoints.confirm", endpoint, desk.clock.now_ms())
        await tx.execute("subscribers.show", endpoint >> 8)
    before = len(await desk.db.fetch("heart.messages"))
    ask = f"{PATH}/mes-choix"
    async with house.post(ask, data={"subscription": phone()}) as answer:
        stranger = await answer.text()
    assert len(await desk.db.fetch("heart.messages")) == before
    async with house.post(ask, data={"subscription": own}) as answer:
        assert await answer.text() == stranger
    message = (await desk.db.fetch("heart.messages"))[-1]
    letter = opened(message, desk.keyring)
    assert letter.path.startswith(f"{PATH}/moi/")
    code = desk.keyring.code(delivery_number(message["id"], endpoint))
    status, page = await get(house, f"{PATH}/moi/{code}")
    assert (status, "un navigateur" in page) == (200, True)
    async with house.post(ask, data={"subscription": "{}"}) as answer:
        assert answer.status == 422
