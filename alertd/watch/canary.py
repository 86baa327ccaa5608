"""Canaries: now and then a test alert takes the whole way to reserved addresses: released, fanned out, claimed, rendered, handed
to a provider, its report. It goes as a warning, marked an exercise, of a hidden station; nothing of it is shown or counted.

One transaction releases it and notes which interval it is of, so that of several nodes one lets it fly.
"""

from contextlib import suppress
from typing import Final

import structlog

from alertd.clock import MINUTE, Clock
from alertd.errors import AlertdError, Unavailable
from alertd.issue.desk import Desk
from alertd.issue.write import Order, enter
from alertd.model import Act, Actor, Channel, Content, EndpointState, Level, Target, Text
from alertd.settings.canary import Canary as Terms
from alertd.stations import sending_switch, stations
from alertd.store import NotUnique
from alertd.watch.reserved import Way, lists, ways

TOPIC: Final = "mairie"
ACTOR: Final = "alertd"
LEAVES_MS: Final = 10 * MINUTE
"""A canary that did not leave within this does not leave any more: none ever stands before another."""
TEXT: Final = Text(
    "Canari: ceci est un essai automatique",
    "Message de surveillance d'alertd, sans destinataire parmi les habitants.",
    "Rien à faire.",
)

log = structlog.get_logger(__name__)


async def fly_due(desk: Desk) -> None:
    """Let those fly whose interval has begun. What goes wrong with them must not hold up anything else: an interval in which none
    flew is seen by whoever judges them.
    """
    if not await sending_switch.is_on(desk.db):
        return
    for together in lists([way for way in await ways(desk.db) if way.state is EndpointState.ACTIVE]):
        fire_at = slot(desk.clock, desk.settings.canary, together[0].channel)
        if all(way.fired_at is None or way.fired_at < fire_at for way in together):
            try:
                await fly(desk, together, fire_at)
            except Unavailable:
                raise
            except AlertdError:
                log.exception("canary_grounded", action="fly", channel=together[0].channel.word)


async def fly(desk: Desk, together: tuple[Way, ...], fire_at: int) -> None:
    """Release one alert to these, which are on one list; nothing where another node was quicker."""
    way = together[0]
    station = await stations.by_id(desk.db, way.station_id)
    actor = Actor(ACTOR, station.id, Level.WARNING)
    until = desk.clock.now_ms() + LEAVES_MS
    content = Content(
        Level.WARNING,
        TOPIC,
        Target(groups=(way.group_id,)),
        {"fr": TEXT},
        frozenset({way.channel}),
        until,
        deliver_by=until,
        exercise=True,
    )
    order = Order(
        Act.ALERT, station, content, len(together), len(together), (), actor, told=False, noted=False
    )
    with suppress(NotUnique):
        async with desk.db.transaction() as tx:
            alert_id, _ = await enter(desk, tx, order, None, None)
            (message,) = await tx.fetch("messages.of_alert", alert_id)
            await tx.execute("canary.mark", message["id"])
            await tx.execute("canary.end", alert_id)
            await tx.execute("canary.fly", way.group_id, fire_at, message["id"])
        desk.db.ring("fan_out")


def every_ms(terms: Terms, channel: Channel) -> int:
    """Between two by this channel."""
    return (terms.sms_every_minutes if channel is Channel.SMS else terms.every_minutes) * MINUTE


def slot(clock: Clock, terms: Terms, channel: Channel) -> int:
    """When the interval began that it is now, UTC ms: the same for every node."""
    every = every_ms(terms, channel)
    return clock.now_ms() // every * every
