"""A preview that lapsed while its dates were being chosen: the same message, previewed anew as of now."""

from alertd.issue.desk import Desk
from alertd.issue.preview import Preview, preview
from alertd.model import Actor, Station
from alertd.schedule.plans import moved
from alertd.stations import elections
from alertd.store.contents import loads


async def renewed(desk: Desk, actor: Actor, station: Station, digest: str) -> Preview:
    """What was shown under a digest of this station, its times counted from now. Raises as `preview`.

    What its author ticked for an electoral period that ran then stays ticked.
    """
    row, now = (await desk.db.fetch("previews.one", digest))[0], desk.clock.now_ms()
    content = loads(row["content"])
    again = moved(content, now - (content.onset or row["created_at"]))
    period = await elections.running(desk.db, station, now)
    ticked = period is not None and row["created_at"] >= period.starts
    return await preview(desk, actor, station, again, row["alert_id"], neutral=ticked)
