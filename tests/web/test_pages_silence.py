"""What the preview page says of SMS that wait for a silence."""

import html

from web.pages_house import MAIRIE

from alertd.clock import DAY
from alertd.model import Channel, Level
from alertd.stations import silence
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment


async def equip(desk, station, people):
    """So many more people around the mairie, with a number and a telephone for notifications."""
    async with desk.db.transaction() as tx:
        await silence.decide(tx, station, Level.WARNING, {Channel.SMS: 120})
        for n in range(people):
            addresses = ((Channel.SMS, f"+336399870{n:02d}"), (Channel.PUSH, f"telephone-{n}"))
            enrolment = Enrolment(addresses, "accueil", desk.clock.now_ms() - DAY, places=(At(*MAIRIE),))
            await enrol(tx, desk.clock, desk.keyring, station, enrolment)


async def test_the_preview_tells_how_many_sms_at_least_and_at_most(mayor, desk, station):
    """Twelve without a notification, eight with one: twelve to twenty SMS, and how long they wait."""
    await equip(desk, station, 8)
    page = html.unescape((await mayor.previewed(level="warning", channels=["sms", "push"]))[0])
    assert "<dt>SMS</dt><dd>de 12 à 20</dd>" in page
    assert "Les SMS attendent 2\u00a0minutes pour qui a aussi une notification" in page


async def test_the_preview_says_nothing_of_it_where_nothing_waits(mayor, desk, station):
    """An emergency, or an alert without notification: one count, and no word of waiting."""
    await equip(desk, station, 8)
    for changes in (
        {"level": "danger", "channels": ["sms", "push"]},
        {"level": "warning", "channels": ["sms"]},
    ):
        page = html.unescape((await mayor.previewed(**changes))[0])
        assert "<dt>SMS</dt><dd>20</dd>" in page
        assert "attendent" not in page


async def test_fewer_than_five_that_wait_are_not_told_apart(mayor, desk, station):
    """Two of fourteen: the lower bound would say who has what."""
    await equip(desk, station, 2)
    page = html.unescape((await mayor.previewed(level="warning", channels=["sms", "push"]))[0])
    assert "<dt>SMS</dt><dd>14</dd>" in page
