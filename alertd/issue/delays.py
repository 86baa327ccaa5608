"""Which channels of an alert wait for a silence: decided at the preview, shown there, and frozen into what is released."""

from dataclasses import replace

from alertd.clock import SECOND
from alertd.deliver.routes import SHARED, first
from alertd.issue.desk import Desk
from alertd.issue.write import deliver_by
from alertd.model import Channel, Content, Level, Station
from alertd.stations import silence
from alertd.stations.silence import Delays


async def delayed(desk: Desk, station: Station, content: Content) -> Content:
    """The content with its station's delays as they can run: none without a notification that could be acknowledged, none
    that would end when nothing may be sent any more.
    """
    if not _may_wait(desk, station, content):
        return replace(content, silence={})
    found = await silence.policy(desk.db, station, content.level, desk.settings.silence)
    return replace(content, silence=_in_time(desk, content, found.delays))


def _may_wait(desk: Desk, station: Station, content: Content) -> bool:
    return (
        content.level is not Level.DANGER
        and Channel.PUSH in content.channels
        and first(desk.routes, station.mode, Channel.PUSH, danger=False, owners=SHARED) is not None
    )


def _in_time(desk: Desk, content: Content, delays: Delays) -> dict[Channel, int]:
    now = desk.clock.now_ms()
    start, last = max(content.onset or now, now), deliver_by(desk, content)
    return {
        channel: seconds
        for channel, seconds in delays.items()
        if channel in content.channels and start + seconds * SECOND < last
    }
