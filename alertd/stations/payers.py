"""Who pays an organisation's SMS and calls: itself, its commune, or nobody, and then there are none but of a granted danger."""

from typing import Final

from alertd.catalogue import Catalogue
from alertd.errors import NotAllowed, Refused
from alertd.model import Channel, Content, Level, Station
from alertd.stations.organisations import check_danger, granted, is_organisation
from alertd.store.database import Database, Transaction

NOBODY: Final = "nobody"
STATION: Final = "station"
COMMUNE: Final = "commune"
PAYERS: Final = (NOBODY, STATION, COMMUNE)
BY_KIND: Final = {"association": NOBODY}
"""A club writes by notification and e-mail until somebody says who pays for more; all others pay their own."""
PAID: Final = frozenset({Channel.SMS, Channel.VOICE})


async def own(store: Database | Transaction, station: Station) -> str | None:
    """What was decided of this station itself; None: as its kind has."""
    found = (await store.fetch("organisations.payer", station.id))[0]["sms_paid_by"]
    return None if found is None else str(found)


async def payer(store: Database | Transaction, station: Station) -> str:
    """Who pays: nobody, station or commune."""
    if not is_organisation(station):
        return STATION
    return await own(store, station) or BY_KIND.get(station.kind, STATION)


async def decide(tx: Transaction, station: Station, wanted: str | None) -> None:
    """None: as its kind has. :raises Refused: `payer_invalid`."""
    if wanted is not None and (wanted not in PAYERS or not is_organisation(station)):
        raise Refused("payer_invalid", "Dites qui paie : personne, l'organisation, ou la commune.")
    await tx.execute("organisations.set_payer", station.id, wanted)


async def unpaid(store: Database | Transaction, station: Station) -> frozenset[Channel]:
    """The channels that nobody pays for here."""
    return PAID if await payer(store, station) == NOBODY else frozenset()


async def closed(store: Database | Transaction, station: Station) -> frozenset[Channel]:
    """Those by which nothing at all would come to whoever joins: nobody pays, and no danger was granted."""
    found = await unpaid(store, station)
    return frozenset() if found and await granted(store, station) else found


async def check_may(
    store: Database | Transaction, catalogue: Catalogue, station: Station, content: Content
) -> None:
    """All that an organisation may not send. :raises NotAllowed: `danger_not_granted`, `channel_unpaid`."""
    await check_danger(store, catalogue, station, content)
    await check_paid(store, station, content)


async def check_paid(store: Database | Transaction, station: Station, content: Content) -> None:
    """A danger is never held back by a bill. :raises NotAllowed: `channel_unpaid`."""
    if content.level is Level.DANGER or not content.channels & PAID or not is_organisation(station):
        return
    if await payer(store, station) == NOBODY:
        raise NotAllowed(
            "channel_unpaid",
            "Personne ne paie ici les SMS et les appels : écrivez par notification et e-mail, ou demandez à la mairie.",
        )
