"""Who was reached and who was not, where: in large cells, in fives, and of fewer than five nothing."""

from heart.town import FAR, HOME

import zones
from alertd.issue.reached import ReachedCell, mapped, reached
from alertd.issue.reading import alert, progress
from alertd.model import Level, Target
from alertd.subscribe import groups
from gateways.contract import Outcome


def prefix(place):
    return zones.cell(*place) >> zones.COARSE_SHIFT


async def cells(town, released):
    event = mapped(await alert(town.desk, released.alert_id), await progress(town.desk, released.alert_id))
    return await reached(town.desk, event)


async def test_people_are_counted_in_large_cells_as_they_are_reached(town):
    """Twelve at home and three afar: nobody at first, then all but who is refused; a person of two numbers counts once."""
    for _ in range(11):
        await town.person(HOME)
    await town.person(HOME, sms=2)
    for _ in range(3):
        await town.person(FAR)
    released = await town.release(target=Target(station=True))
    await town.spread()
    home, far = prefix(HOME), prefix(FAR)
    assert await cells(town, released) == (ReachedCell(home, 10, 0), ReachedCell(far, -1, 0))
    await town.run()
    assert await cells(town, released) == (ReachedCell(home, 10, 10), ReachedCell(far, -1, 0))


async def test_those_who_are_not_reached_are_seen_as_such(town):
    """Refused by the provider, they stay with those who were not."""
    for _ in range(6):
        await town.person(HOME)
    town.provider.usual = Outcome.REFUSED
    released = await town.release()
    await town.run()
    assert await cells(town, released) == (ReachedCell(prefix(HOME), 5, 0),)


async def test_a_zone_shows_its_own_places_alone(town):
    """Who has a second place outside the zone is not shown there."""
    for _ in range(5):
        await town.person(HOME, FAR)
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 600)))
    await town.run()
    assert await cells(town, released) == (ReachedCell(prefix(HOME), 5, 5),)


async def test_a_group_is_on_no_map(town):
    """A class, the elected: where they live is no one's business."""
    person = await town.person(HOME)
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Conseil")
        await groups.put(tx, group, [person])
    released = await town.release(target=Target(groups=(group,)), level=Level.INFO, topic="mairie")
    view, books = await alert(town.desk, released.alert_id), await progress(town.desk, released.alert_id)
    assert mapped(view, books) is None
