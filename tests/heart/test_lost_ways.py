"""A way that died is told by another of its person's, once, and by no call."""

from heart.town import SMS, mailbox, phone

from alertd.clock import DAY, HOUR
from alertd.model import EndpointState, endpoint_id
from alertd.subscribe import lost_ways
from gateways.contract import Outcome


async def announced(town):
    await lost_ways.announce(town.db, town.desk, "https://alerte.example", 100)
    await town.run()


async def test_whose_number_died_reads_it_in_a_letter_once(town):
    """The provider's word about the number; the letter names what died and where to mend it; who has no other way is not told."""
    await town.person(email=1)
    await town.person()
    for number in (1, 2):
        town.provider.plays(phone(number), Outcome.REFUSED)
    await town.release(channels=frozenset({SMS}))
    await town.run()
    before = len(town.provider.ledger)
    for _ in range(2):
        await announced(town)
    [told] = town.provider.ledger[before:]
    assert told.address == mailbox(1)
    assert "SMS n'arrivent plus" in told.text
    assert "https://alerte.example/s/bras-sur-meuse/mes-choix" in told.text
    town.clock.advance(DAY + HOUR)
    await announced(town)
    assert len(town.provider.ledger) == before + 1


async def test_many_that_die_at_once_are_not_written_to_at_once(town):
    """What a person stopped, and whoever nobody has any more, is no loss; of a whole town two hundred a round."""
    one = await town.person(email=1)
    await town.do("heart.set_endpoint", endpoint_id(one, 0), int(EndpointState.STOPPED))
    await announced(town)
    assert town.provider.ledger == []
    assert lost_ways.SLICE * lost_ways.SLICES == 200
