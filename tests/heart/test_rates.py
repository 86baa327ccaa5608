"""What becomes of messages by gateway and range of numbers, on both engines, and what nobody may learn from it."""

import pytest
from heart.town import HOME, Town

from alertd.clock import DAY
from alertd.deliver.rates import Rate, Rates, read
from alertd.model import Channel, Level
from alertd.subscribe.addresses import prefix_of
from gateways.contract import Outcome

SMS = Channel.SMS


async def counted(town: Town, most: int = 50_000) -> list[Rate]:
    """The last count, made now."""
    await Rates(town.db, town.clock, most).count()
    return await read(town.db)


def gateway(town: Town) -> str:
    """Who speaks for SMS in the town."""
    return town.node.lines[SMS].sender.gateway


async def test_what_arrived_and_was_seen_is_counted_in_fives(town):
    """Twelve were written to, one has seen it, one is unreachable: rounded down, and one to four are not told apart."""
    for _ in range(12):
        await town.person()
    town.provider.usual = Outcome.DELIVERED
    town.provider.plays("+33639980004", Outcome.SEEN)
    town.provider.plays("+33639980008", Outcome.FAILED)
    await town.release()
    await town.run()
    name = gateway(town)
    assert await counted(town) == [Rate(SMS, name, prefix, 10, 10, None) for prefix in ("", "+33639")]


async def test_whoever_writes_again_and_again_to_a_few_does_not_learn_their_range(town):
    """Three people and five messages are fifteen deliveries, but fewer than five addresses: their range has no figure."""
    for _ in range(3):
        await town.person()
    town.provider.usual = Outcome.DELIVERED
    for _ in range(5):
        await town.release(level=Level.INFO, topic="council")
        await town.run()
    whole, by_range = await counted(town)
    assert (whole.prefix, whole.handed) == ("", 15)
    assert by_range == Rate(SMS, gateway(town), "+33639", None, None, None)


async def test_only_what_left_counts_and_only_of_late(town):
    """What is still queued was handed to nobody; after a week nothing is told of a message."""
    for _ in range(6):
        await town.person()
    await town.release()
    await town.spread()
    assert await counted(town) == []
    await town.run()
    assert [rate.handed for rate in await counted(town)] == [5, 5]
    town.clock.advance(8 * DAY)
    assert await counted(town) == []


async def test_a_country_s_alert_does_not_make_the_count_endless(town):
    """As many deliveries as are read at most: of the message that goes beyond, the first."""
    for _ in range(25):
        await town.person()
    await town.release()
    await town.run()
    assert [rate.handed for rate in await counted(town, most=10)] == [10, 10]


async def test_one_node_counts_for_all(town):
    """A second node finds a fresh count, and leaves it."""
    await town.person()
    await town.release()
    await town.run()
    await Rates(town.db, town.clock).step()
    assert await read(town.db) == [Rate(SMS, gateway(town), prefix, None, 0, 0) for prefix in ("",)] + [
        Rate(SMS, gateway(town), "+33639", None, None, None)
    ]
    await town.person()
    await town.release()
    await town.run()
    before = await town.db.fetch("rates.all", 10)
    await Rates(town.db, town.clock).step()
    assert [tuple(row) for row in await town.db.fetch("rates.all", 10)] == [tuple(row) for row in before]


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+33639980102", "+33639"),
        ("+262692123456", "+262692"),
        ("+590690123456", "+590690"),
        ("+68987123456", "+68987"),  # Polynésie: eight digits
        ("+687751234", "+687"),  # Nouvelle-Calédonie: six
        ("+508551234", "+508"),  # Saint-Pierre-et-Miquelon: six
        ("+14155550100", "+1415"),
        ("+4915112345678", "+49151"),
    ],
)
def test_a_range_leaves_a_million_numbers_to_choose_from(number, prefix):
    """The country and at most three digits, and never so many that fewer than six are left out."""
    assert prefix_of(Channel.SMS, number) == prefix
    assert len(number) - len(prefix) >= 6


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PUSH, Channel.DISPLAY])
def test_other_addresses_have_no_range(channel):
    """A domain would often name its owner."""
    assert prefix_of(channel, "maire@martin.example") == ""


async def test_an_endpoint_keeps_its_range_and_no_more(town):
    """As it was enrolled, by SMS and by voice; a mailbox has none."""
    person = await town.person(HOME, sms=1, voice=1, email=1)
    rows = await town.db.fetch("people.prefixes", person)
    assert [(row["channel"], row["prefix"]) for row in rows] == [
        (Channel.SMS, "+33639"),
        (Channel.EMAIL, ""),
        (Channel.VOICE, "+33700"),
    ]
