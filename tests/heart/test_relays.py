"""Those who may answer for a commune hear at once that it is asked to relay, and once."""

from heart.town import EMAIL, HOME, mayor_of

from alertd.clock import HOUR
from alertd.issue import relaying, relays
from alertd.issue.preview import preview
from alertd.issue.relaying import Wish
from alertd.model import Level, Role, Target
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation
from alertd.subscribe import contacts


async def valley(town):
    """A community with two communes, each with a mayor and an agent who can be told by e-mail."""
    async with town.db.transaction() as tx:
        made = []
        for slug, kind in (("cdc", "intercommunality"), ("amont", "commune"), ("aval", "commune")):
            parent = made[0].slug if made else None
            made.append(
                await stations.add(tx, town.clock, NewStation(slug, slug, *HOME, kind=kind, parent=parent))
            )
            for role in (Role.MAYOR, Role.AGENT):
                one = await operators.add(tx, town.clock, login=f"{slug}-{role.word}", name=slug)
                await operators.set_role(tx, one.id, made[-1].id, role)
                address = f"{role.word}@{slug}.example"
                await contacts.give(tx, town.clock, town.desk.keyring, "cli", one.login, EMAIL, address)
    return made


async def test_the_mayors_asked_are_told_at_once_and_once(town):
    """A letter to each mayor who is asked, none to agents; none for what was withdrawn before anybody was told."""
    cdc, up, down = await valley(town)
    head, terms = mayor_of(cdc), {"level": Level.WARNING, "topic": "flood", "target": Target(station=True)}
    for minutes, asked in ((60, {up.id, down.id}), (30, {up.id})):
        shown = await preview(town.desk, head, cdc, town.content(**terms))
        relay = await relaying.ask(town.desk, head, cdc, shown.digest, Wish(frozenset(asked), minutes))
    await relaying.withdraw(town.desk, head, cdc, relay)
    for _ in range(2):
        await relays.step(town.desk)
        await town.run()
    letters = [sent for sent in town.provider.ledger if sent.address.endswith(".example")]
    assert sorted(sent.address for sent in letters) == ["mayor@amont.example", "mayor@aval.example"]
    assert "cdc vous demande de relayer avant" in letters[0].text
    assert all(one.told for one in await relays.answers(town.db, await relays.one(town.db, cdc.id, relay)))
    town.clock.advance(HOUR)
    assert await relays.waiting(town.desk, up) == 0
