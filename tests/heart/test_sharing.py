"""Neighbours who signed: a danger near the border is for the followers of both; a community's zone for those of its communes."""

from heart.town import CIRCLE, EMAIL, FAR, HOME, build, mayor_of, phone, settings
from heart.writing import OURS, subscribed, write

import zones
from alertd.clock import HOUR
from alertd.issue import across
from alertd.issue.preview import preview
from alertd.issue.release import end, release
from alertd.model import Act, Level, Role, Target
from alertd.stations import operators, sharing, stations
from alertd.stations.stations import NewStation
from alertd.store import reach
from alertd.subscribe import contacts
from alertd.subscribe.leave import leave


async def sign(town):
    """Both mayors have signed; the sharing's id."""
    async with town.db.transaction() as tx:
        await sharing.propose(tx, town.clock, town.station, town.neighbour.id, "operator:a")
        number = (await tx.fetch("sharing.of_station", town.station.id, 1))[0]["id"]
        await sharing.sign(tx, town.clock, town.neighbour, number, "operator:b")
    return number


async def mayor_with_mail(town, station):
    async with town.db.transaction() as tx:
        one = await operators.add(tx, town.clock, login=f"maire-{station.slug}", name="Maire")
        await operators.set_role(tx, one.id, station.id, Role.MAYOR)
        address = f"maire@{station.slug}.example"
        await contacts.give(tx, town.clock, town.desk.keyring, "cli", one.login, EMAIL, address)


async def both(town, person, station):
    """A person of one station follows another too."""
    async with town.db.transaction() as tx:
        await tx.execute("heart.follow", station.id, person)
        await reach.derive(tx, [person])


async def test_a_danger_near_the_border_reaches_the_followers_of_both_each_once(town):
    """Without the sharing the preview counts who is left out, in fives; signed, they are warned, and their mayor is told."""
    await mayor_with_mail(town, town.neighbour)
    ours = [await town.person() for _ in range(2)]
    theirs = [await town.person(station=town.neighbour) for _ in range(7)]
    everywhere = await town.person(station=town.neighbour, places=())
    elsewhere = await town.person(FAR, station=town.neighbour)
    two = await town.person()
    await both(town, two, town.neighbour)
    shown = await town.preview()
    assert (shown.people, shown.border.shared) == (3, ())
    assert [(one.station, one.people) for one in shown.border.unreached] == [("Voisine", 5)]
    number = await sign(town)
    shown = await town.preview()
    assert (shown.people, shown.endpoints) == (11, {0: 11})
    assert (shown.border.shared, shown.border.unreached) == (("Voisine",), ())
    released = await town.release()
    await across.step(town.desk)
    await town.run()
    assert await town.people_of(released) == {*ours, *theirs, everywhere, two}
    assert len(await town.deliveries(released)) == 11
    told = [sent for sent in town.provider.ledger if sent.address == "maire@voisine.example"]
    assert ["Bras-sur-Meuse a prévenu aussi vos abonnés" in sent.text for sent in told] == [True]
    for changes in ({"level": Level.WARNING}, {"target": Target(station=True)}):
        assert (await town.preview(**changes)).people == 3
    async with town.db.transaction() as tx:
        await sharing.end(tx, town.clock, town.neighbour, number, "operator:b")
    assert (await town.preview()).people == 3
    ended = await town.end(released)
    await town.run()
    assert await town.people_of(ended) == {*ours, *theirs, everywhere, two}
    assert elsewhere not in await town.people_of(ended)


async def test_a_neighbour_s_danger_says_to_new_people_whom_they_follow_and_once(town):
    """Who was taken over from the neighbour's list is told that the neighbour signed them up, not who speaks; and not again."""
    await sign(town)
    await town.person(proven=False)
    theirs = await town.person(station=town.neighbour, proven=False)
    await town.release()
    await town.run()
    ours, first = (town.provider.to(phone(number))[-1].text for number in (1, 2))
    assert "Bras-sur-Meuse vous a inscrit" in ours
    assert first.startswith("Bras-sur-Meuse: ")
    assert "Voisine vous a inscrit à ses alertes. Pour partir: " in first
    assert "Bras-sur-Meuse vous a inscrit" not in first
    shown = await preview(town.desk, mayor_of(town.neighbour), town.neighbour, town.content())
    assert not shown.greeting
    own = await release(town.desk, mayor_of(town.neighbour), town.neighbour, shown.digest)
    await town.run()
    assert theirs in await town.people_of(own)
    assert "vous a inscrit" not in town.provider.to(phone(2))[-1].text


async def test_an_update_and_who_left_meanwhile(town):
    """It is for the followers of both again; who left the neighbour before it was their turn hears nothing more."""
    await sign(town)
    one, two = [await town.person(station=town.neighbour) for _ in range(2)]
    released = await town.release()
    await town.run()
    far = Target(zone=zones.Circle(*FAR, 1_000))
    moved = await town.release(released.alert_id, target=far)
    await town.spread()
    assert await town.people_of(moved) == {one, two}
    async with town.db.transaction() as tx:
        await leave(tx, town.neighbour.id, one)
    await town.run()
    states = {row["endpoint_id"] >> 8: row["reason"] for row in await town.deliveries(moved)}
    assert states == {one: "erased", two: None}


async def test_a_stop_to_a_neighbour_s_danger_ends_what_brought_it(db, clock):
    """Who follows two stations, and answers a danger that came by the sharing of one, leaves that one."""
    town = await build(db, clock, settings({"name": OURS}))
    await sign(town)
    person = await town.person(station=town.neighbour)
    await both(town, person, town.training)
    await town.release()
    await town.run()
    (answer,) = await write(town, "STOP")
    assert answer.startswith("Voisine ne vous écrira plus.")
    assert [station for station, _ in await subscribed(town)] == [town.training.id]


async def test_a_community_s_zone_is_for_the_followers_of_its_communes(town):
    """At any level, each once; a commune that is another's is not meant, and a whole station is the community's own."""
    async with town.db.transaction() as tx:
        cdc = await stations.add(tx, town.clock, NewStation("cdc", "CDC", *HOME, kind="intercommunality"))
        made = [
            await stations.add(tx, town.clock, NewStation(slug, slug, *HOME, parent="cdc"))
            for slug in ("amont", "aval")
        ]
    people = [await town.person(station=one) for one in (cdc, *made)]
    await both(town, people[1], made[1])
    await town.person(station=town.neighbour)
    head, terms = (
        mayor_of(cdc),
        {"level": Level.INFO, "topic": "waste", "expires": town.clock.now_ms() + HOUR},
    )
    shown = await preview(town.desk, head, cdc, town.content(**terms, target=Target(zone=CIRCLE)))
    assert (shown.people, shown.border.shared) == (3, ("amont", "aval"))
    released = await release(town.desk, head, cdc, shown.digest)
    await town.run()
    assert await town.people_of(released) == set(people)
    ended = await end(town.desk, head, released.alert_id)
    await town.run()
    assert await town.people_of(ended) == set(people)
    assert (await town.message(ended))["act"] == Act.END
    shown = await preview(town.desk, head, cdc, town.content(**terms, target=Target(station=True)))
    assert shown.people == 1
