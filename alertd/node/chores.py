"""What is forgotten now and then, by whichever node gets to it."""

from typing import Final

from alertd.clock import DAY
from alertd.deliver import inbound, provider_names, raws, service
from alertd.issue import attachments, retention
from alertd.issue.desk import Desk
from alertd.stations import ceremonies, sessions, throttle
from alertd.subscribe import departures, follow, join, lost_ways, stops
from alertd.subscribe.forget import forget
from alertd.watch import silent_probe

EVERY_S: Final = 600.0


async def purge(desk: Desk) -> None:
    """Previews that can release nothing any more, nor answer a repeated click; log-ins that are over; raw receipts, SMS and
    the words of service messages after thirty days; what nobody proved, stays that are over, where people were who let
    themselves be followed; silent probes after a week; to whom an alert went, long after its end.
    """
    public_url = desk.settings.http.public_url
    async with desk.db.transaction() as tx:
        if not await tx.fetch("chores.lead", "purge"):
            return  # another node is at it
        await tx.execute("previews.purge", desk.clock.now_ms() - DAY)
        await attachments.purge(tx, desk.clock.now_ms())
        for over in (sessions.forget, ceremonies.forget, throttle.forget):
            await over(tx, desk.clock)
    await raws.purge(desk.db, desk.clock.now_ms())
    await inbound.purge(desk.db, desk.clock.now_ms())
    await service.forget(desk.db, desk.clock.now_ms())
    await forget(desk.db, desk.clock)
    await join.forget(desk.db, desk.clock.now_ms())
    await follow.forget(desk.db, desk.clock)
    await lost_ways.announce(desk.db, desk, public_url, desk.settings.limits.codes_per_station_day)
    await stops.forget(desk.db, desk.clock)
    await departures.forget(desk.db, desk.clock)
    await provider_names.purge(desk.db, desk.clock.now_ms())
    await silent_probe.forget(desk.db, desk.clock.now_ms())
    await retention.forget(desk)
