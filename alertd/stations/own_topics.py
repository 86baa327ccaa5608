"""Topics of a station's own: a few, each like one of the catalogue's, which gives all but its name. Added and removed here.

A key is never used again. A bit is, once those who were joining while it meant something else are done, and after nobody's mask has it.
"""

from collections.abc import Sequence
from typing import Final

from alertd.catalogue import Catalogue
from alertd.clock import DAY, Clock
from alertd.errors import Conflict, Refused
from alertd.model import Station
from alertd.stations import audit, choosing_topics, topics
from alertd.stations.topics import DANGER, SLOTS, Decision
from alertd.store.database import Row, Transaction

MOST: Final = len(SLOTS)
EVER: Final = 99
RESTS: Final = 2 * DAY
"""A bit of a removed topic: whoever was joining has a day to prove an address."""
CLEARING: Final = (
    "station_topics.clear_subscriptions",
    "station_topics.clear_reach",
    "station_topics.clear_parted",
)
WITHOUT: Final = frozenset({"intercommunality", "departement"})
"""What these send is for the followers of their communes, whose masks have topics of the communes' own."""


def may_have(station: Station) -> bool:
    """Whether a station of this kind has topics of its own."""
    return station.kind not in WITHOUT


def likes(catalogue: Catalogue) -> dict[str, str]:
    """What one may be like: the catalogue's French names by key, no danger."""
    return {key: one.labels["fr"] for key, one in catalogue.topics.items() if one.level != DANGER}


async def add(
    tx: Transaction, clock: Clock, catalogue: Catalogue, station: Station, who: str, label: str, like: str
) -> str:
    """One more; its key. :raises Refused: `topics_invalid`. :raises Conflict: `topics_full`."""
    label = " ".join(label.split())
    rows = await tx.fetch("station_topics.own", station.id)
    key = f"{like}.{len(rows) + 1}"
    await _check(tx, catalogue, station, key, Decision(None, label, like))
    bit = await _free(tx, rows, clock.now_ms())
    await _clear(tx, station, bit, like)
    await tx.execute("station_topics.add", station.id, key, label, like, bit)
    detail = {"topic": key, "label": label}
    await audit.append(tx, clock, station.id, who, "station.topic_add", f"station:{station.id}", detail)
    return key


async def remove(
    tx: Transaction, clock: Clock, catalogue: Catalogue, station: Station, who: str, key: str
) -> None:
    """Nothing new is said about it, and nobody's choices have it any more; what was said keeps its name.

    :raises Refused: `topic_unknown`, `topics_invalid`. :raises Conflict: `topic_under_way`, `topic_scheduled`.
    """
    live = {
        row["topic"]: row
        for row in await tx.fetch("station_topics.own", station.id)
        if row["removed_at"] is None
    }
    if key not in live:
        raise Refused("topic_unknown", f"La station n'a pas de sujet à elle « {key[:40]} ».")
    await _check_unused(tx, station, key)
    await tx.execute("station_topics.remove", station.id, key, clock.now_ms())
    choosing_topics.check(catalogue, station, await topics.decisions(tx, station))
    await _clear(tx, station, live[key]["bit"], live[key]["base"])
    await audit.append(
        tx, clock, station.id, who, "station.topic_remove", f"station:{station.id}", {"topic": key}
    )


async def _check_unused(tx: Transaction, station: Station, key: str) -> None:
    if await tx.fetch("station_topics.under_way", station.id, key):
        raise Conflict(
            "topic_under_way", "Une alerte en cours porte ce sujet : terminez-la, puis retirez-le."
        )
    if await tx.fetch("station_topics.scheduled", station.id, key):
        raise Conflict("topic_scheduled", "Une programmation porte ce sujet : arrêtez-la, puis retirez-le.")


async def _check(tx: Transaction, catalogue: Catalogue, station: Station, key: str, one: Decision) -> None:
    if not may_have(station):
        said = "Une communauté n'a pas de sujets à elle : ses messages vont aux abonnés de ses communes."
        raise Refused("topics_invalid", said, fields={"": said})
    if one.base not in likes(catalogue):
        raise Refused(
            "topics_invalid", "Choisissez à quel sujet il ressemble.", fields={"like": "Choisissez."}
        )
    if not one.label:
        raise Refused("topics_invalid", "Donnez un nom à ce sujet.", fields={"label": "Écrivez un nom."})
    try:
        choosing_topics.check(catalogue, station, await topics.decisions(tx, station) | {key: one})
    except Refused as error:
        error.fields = {"label": error.message}
        raise


async def _free(tx: Transaction, rows: Sequence[Row], now: int) -> int:
    taken = {row["bit"] for row in rows if row["removed_at"] is None or row["removed_at"] > now - RESTS}
    taken |= {row["bit"] for row in await tx.fetch("topics.list_all")}
    free = [bit for bit in reversed(SLOTS) if bit not in taken]
    if not free or len(rows) >= EVER:
        raise Conflict(
            "topics_full",
            f"{MOST} sujets à soi au plus, ceux retirés depuis deux jours compris : renommez-en un, ou attendez.",
        )
    return free[0]


async def _clear(tx: Transaction, station: Station, bit: int, like: str) -> None:
    """The bit is in nobody's choice; who wanted nothing else keeps what it was like."""
    known = await topics.bits(tx, 0)
    instead = 1 << known[like] if like in known else 0  # before the first start nobody has a choice yet
    for statement in CLEARING:
        await tx.execute(statement, station.id, 1 << bit, instead)
