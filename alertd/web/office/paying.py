"""Who pays an organisation's SMS and calls: decided by its commune's mayor."""

from aiohttp import web

from alertd.stations import payers
from alertd.web.office.organisations import PATH, deciding, enter


async def pay(request: web.Request) -> web.StreamResponse:
    """From now on; in the audit of the organisation. :raises Refused: `payer_invalid`."""
    rooms, here, child, typed = await deciding(request)
    wanted = str(typed.get("payer", ""))[:20]
    async with rooms.db.transaction() as tx:
        await payers.decide(tx, child, wanted)
        await enter(rooms, tx, here, child, "station.sms", {"paid_by": wanted})
    raise web.HTTPSeeOther(f"{PATH}/{child.id}")
