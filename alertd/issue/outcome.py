"""What a preview has become: asked when an answer was lost, so that whatever was sent is sent no second time."""

from alertd.issue.desk import Desk
from alertd.issue.release import released_before
from alertd.model import Actor


async def outcome(desk: Desk, actor: Actor, digest: str) -> int | None:
    """The alert that this preview released, counts down, or asked a second person for; None: none of it.

    A countdown that somebody stopped counts, too: what was stopped is not begun anew by a telephone that tries again.
    """
    rows = await desk.db.fetch("previews.one", digest)
    if not rows or rows[0]["station_id"] != actor.station_id:
        return None
    if rows[0]["event_id"] is not None:
        return (await released_before(desk, rows[0])).alert_id
    for query in ("countdowns.of_digest", "approvals.by_digest"):
        if found := await desk.db.fetch(query, digest):
            return int(found[0]["alert_id"])
    return None
