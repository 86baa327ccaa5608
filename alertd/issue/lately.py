"""What went out lately: the same alert again within ten minutes is more often a second tap, or a colleague's, than a wish."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from alertd.clock import MINUTE
from alertd.errors import Conflict
from alertd.issue.desk import Desk
from alertd.model import Content, Station
from alertd.store.contents import headline, loads

LATELY_MS: Final = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert like the one that is meant. `at` is when it left, in UTC ms; None where it is about to."""

    alert_id: int
    headline: str
    by: str
    at: int | None


async def check_lately(
    desk: Desk, station: Station, content: Content, alert_id: int | None, known: int
) -> None:
    """`known` is the newest like it that the sender was shown; `alert_id` is its own thread.

    :raises Conflict: `sent_lately`: one went out that the sender does not know of; `alert` is its id.
    """
    found = [sent async for sent in _alike(desk, station, content) if sent.alert_id not in {alert_id, known}]
    if found and max(sent.alert_id for sent in found) > known:
        sent = max(found, key=lambda one: one.alert_id)
        raise Conflict("sent_lately", _said(sent, desk.clock.now_ms()), alert=sent.alert_id)


async def _alike(desk: Desk, station: Station, content: Content) -> AsyncIterator[Sent]:
    since = desk.clock.now_ms() - LATELY_MS
    for row in (
        *await desk.db.fetch("events.lately", station.id, since),
        *await desk.db.fetch("countdowns.contents", station.id),
    ):
        said = loads(row["content"])
        if is_like(said, content):
            yield Sent(row["alert_id"], headline(said, station.locale), row["who"], row["at"])


def is_like(one: Content, other: Content) -> bool:
    """For the same people, and about the same: the same words, or the same matter as gravely."""
    same = one.texts == other.texts or (one.topic, one.level) == (other.topic, other.level)
    return same and one.target == other.target and one.exercise == other.exercise


def _said(sent: Sent, now: int) -> str:
    who = sent.by.removeprefix("operator:")
    if sent.at is None:
        return f"« {sent.headline} » est déjà sur le point de partir, par {who}. Est-ce le même message ?"
    minutes = (now - sent.at) // MINUTE
    ago = f"il y a {minutes} min" if minutes else "il y a moins d'une minute"
    return f"« {sent.headline} » est déjà parti {ago}, au même endroit, par {who}. Voulez-vous vraiment envoyer encore ?"
