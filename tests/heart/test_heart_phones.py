"""A phone joins: unseen until it confirms its test, then reached; it may change its mind, its address, and go."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from heart.far_end import report
from heart.town import CIRCLE, HOME, PUSH, build, settings

from alertd.clock import DAY, HOUR, MINUTE
from alertd.deliver import routes, service
from alertd.deliver.service import Letter, post
from alertd.errors import Conflict, Missing, Refused
from alertd.keys import delivery_number, endpoint_context
from alertd.model import EndpointState, Level, Mode, State, Target
from alertd.subscribe import topics
from alertd.subscribe.forget import forget
from alertd.subscribe.nouns import At, Enrolment
from alertd.subscribe.phones import join, renew
from alertd.subscribe.prepare import Setting, prepare
from gateways.contract import Outcome
from gateways.subscription import encoded

TEST = Letter("Bras-sur-Meuse", "Ceci est un essai.", f"/s/bras-sur-meuse/telephone/{service.CODE}", "essai")


@pytest.fixture
async def town(db, clock):
    town = await build(db, clock, settings(channels=("push", "sms")))
    yield town
    await town.books()


def browser(number, host="push.example.org"):
    """A browser's subscription, with keys of its own."""
    point = (
        generate_private_key(SECP256R1())
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    keys = {"p256dh": encoded(point), "auth": encoded(b"sixteen bytes !!")}
    return json.dumps({"endpoint": f"https://{host}/{number}", "keys": keys})


def wish(town, subscription, **more):
    return Enrolment(
        ((PUSH, subscription),), "page", town.clock.now_ms(), **({"places": (At(*HOME),)} | more)
    )


async def asked(tx, town, subscription, **more):
    """What the page hands over of a phone."""
    setting = Setting.of(town.station, await topics.load(town.db), town.clock.now_ms(), fiction=True)
    ready = prepare(wish(town, subscription, **more), setting)
    return await join(tx, town.clock, town.desk.keyring, town.station, ready, ready.addresses[0])


async def joined(town, subscription, **more):
    """What a phone asks for, and the test on its way; the endpoint, and the test's reference."""
    sender = routes.first(town.desk.routes, Mode.LIVE, PUSH, danger=False, owners=routes.SHARED)
    async with town.db.transaction() as tx:
        one = await asked(tx, town, subscription, **more)
        to = (one.endpoint_id, town.node.id)
        until = town.clock.now_ms() + 10 * MINUTE
        message = await post(tx, town.desk.keyring, town.station, sender, TEST, to, until)
    await town.run()
    return one, town.desk.keyring.code(delivery_number(message, one.endpoint_id))


async def endpoint(town, id_):
    return next(row for row in await town.db.fetch("people.all_endpoints") if row["id"] == id_)


async def reach(town):
    return [tuple(row) for row in await town.db.fetch("people.reach_of", town.station.id)]


async def test_a_phone_is_unseen_until_it_confirms_its_test(town):
    """It is told one thing alone, the test; what it confirms makes it active, and the next alert finds it."""
    one, reference = await joined(town, browser(1))
    [test] = town.provider.ledger
    assert (test.subject, test.text, test.reference) == ("Bras-sur-Meuse", "Ceci est un essai.", reference)
    assert test.url.endswith(f"/s/bras-sur-meuse/telephone/{reference}")
    assert one.pending
    assert await reach(town) == []
    await report(town, (reference, Outcome.DELIVERED))
    row = await endpoint(town, one.endpoint_id)
    assert (row["state"], row["proven_at"] is not None) == (EndpointState.ACTIVE, True)
    await town.release(channels=frozenset({PUSH}), target=Target(zone=CIRCLE))
    await town.run()
    assert [message.level for message in town.provider.ledger] == ["info", "danger"]


async def test_only_the_phone_itself_proves_it(town):
    """That the push service has the test, or says anything else, proves nothing."""
    one, reference = await joined(town, browser(1))
    for outcome in (Outcome.ACCEPTED, Outcome.FAILED):
        await report(town, (reference, outcome))
        assert (await endpoint(town, one.endpoint_id))["state"] == EndpointState.PENDING
    await report(town, (reference, Outcome.SEEN))
    assert (await endpoint(town, one.endpoint_id))["state"] == EndpointState.ACTIVE


async def test_a_phone_that_comes_back_is_the_same_person(town):
    """Its last word replaces the one before: no second person, no second endpoint, no wider wish."""
    phone = browser(1)
    one, reference = await joined(town, phone, min_level=Level.INFO)
    await report(town, (reference, Outcome.DELIVERED))
    elsewhere = At(HOME[0] + 0.02, HOME[1])
    again, _ = await joined(town, phone, min_level=Level.WARNING, places=(elsewhere,), locale="de")
    assert again == replace(one, pending=False)
    [person] = await town.db.fetch("people.all_subscribers")
    [subscription] = await town.db.fetch("people.all_subscriptions")
    assert (person["locale"], subscription["min_level"]) == ("de", Level.WARNING)
    now = town.clock.now_ms()
    assert [row["ended_at"] > now for row in await town.db.fetch("people.all_places")] == [False, True]


async def test_an_unproven_phone_that_comes_back_is_still_unproven(town):
    """Asking twice proves nothing, and what was asked first is not kept beside."""
    phone = browser(1)
    one, _ = await joined(town, phone)
    town.clock.advance(MINUTE)
    again, _ = await joined(town, phone, places=())
    assert again == one
    assert await reach(town) == []
    assert len(await town.db.fetch("people.all_subscribers")) == 1


async def test_a_new_address_takes_the_place_of_the_old_one(town):
    """The same endpoint, so that threads under way follow; the old address is free, a dead one lives again."""
    one, reference = await joined(town, browser(1))
    await report(town, (reference, Outcome.DELIVERED), (reference, Outcome.REFUSED))
    assert (await endpoint(town, one.endpoint_id))["state"] == EndpointState.DEAD
    new = browser(2)
    for _ in range(2):
        async with town.db.transaction() as tx:
            await renew(tx, town.clock, town.desk.keyring, one.endpoint_id, new)
    row = await endpoint(town, one.endpoint_id)
    assert row["state"] == EndpointState.ACTIVE
    context = endpoint_context(one.endpoint_id, PUSH)
    assert json.loads(town.desk.keyring.open(bytes(row["address"]), row["key_id"], context)) == json.loads(
        new
    )
    await town.release(channels=frozenset({PUSH}), target=Target(zone=CIRCLE))
    await town.run()
    assert json.loads(town.provider.ledger[-1].address)["endpoint"] == "https://push.example.org/2"


async def test_an_address_belongs_to_one_person(town):
    """Another's cannot be taken by a new address, nor anything be given to who is not there."""
    one, _ = await joined(town, browser(1))
    taken = browser(2)
    await joined(town, taken)
    async with town.db.transaction() as tx:
        with pytest.raises(Conflict, match="autre personne"):
            await renew(tx, town.clock, town.desk.keyring, one.endpoint_id, taken)
        with pytest.raises(Missing):
            await renew(tx, town.clock, town.desk.keyring, 99 << 8, browser(3))
        with pytest.raises(Refused):
            await renew(tx, town.clock, town.desk.keyring, one.endpoint_id, "{}")


async def test_who_never_proved_is_forgotten_after_a_day(town):
    """Nothing of the person stays; who confirmed stays."""
    kept, reference = await joined(town, browser(1))
    await report(town, (reference, Outcome.DELIVERED))
    await joined(town, browser(2))
    assert await forgotten(town) == 0
    town.clock.advance(DAY + MINUTE)
    assert await forgotten(town) == 1
    assert [row["id"] for row in await town.db.fetch("people.all_endpoints")] == [kept.endpoint_id]
    assert len(await town.db.fetch("people.all_subscribers")) == 1


async def test_a_stay_that_is_over_is_forgotten_a_day_later(town):
    """Until then an end or a correction still reaches the tourist."""
    _, reference = await joined(town, browser(1), valid_until=town.clock.now_ms() + HOUR)
    await report(town, (reference, Outcome.DELIVERED))
    town.clock.advance(DAY)
    assert await forgotten(town) == 0
    town.clock.advance(2 * HOUR)
    assert await forgotten(town) > 0
    for table in ("subscribers", "endpoints", "places", "subscriptions", "reach"):
        assert await town.db.fetch(f"people.all_{table}") == []


async def test_a_test_that_is_too_late_does_not_leave(town):
    """After ten minutes nobody is waiting for it."""
    sender = routes.first(town.desk.routes, Mode.LIVE, PUSH, danger=False, owners=routes.SHARED)
    async with town.db.transaction() as tx:
        one = await asked(tx, town, browser(1))
        to = (one.endpoint_id, town.node.id)
        await post(tx, town.desk.keyring, town.station, sender, TEST, to, town.clock.now_ms() + MINUTE)
    town.clock.advance(2 * MINUTE)
    await town.run()
    assert town.provider.ledger == []
    [row] = await town.deliveries()
    assert State(row["state"]) is State.EXPIRED


async def forgotten(town):
    """How many subscriptions ended."""
    before = len(await town.db.fetch("people.all_subscriptions"))
    await forget(town.db, town.clock)
    return before - len(await town.db.fetch("people.all_subscriptions"))
