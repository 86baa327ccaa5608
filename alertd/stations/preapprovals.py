"""What a commune agrees to beforehand: a club's usual messages leave while the mairie sleeps.

Where a second person agrees to an organisation's messages, those of a topic and level that its commune named go without waiting:
within hours, so many a day, until a date. An emergency is none of it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alertd.catalogue import Catalogue
from alertd.clock import Clock, from_ms, to_ms
from alertd.errors import Missing, Refused
from alertd.model import Content, Level, Station
from alertd.stations import audit
from alertd.stations.organisations import is_organisation
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take

LEVELS: Final = (Level.INFO, Level.WARNING)
MOST: Final = 20
PER_DAY: Final = 20
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wish:
    """As the commune says it: hours of the organisation's clock, the last day included."""

    topic: str
    level: Level
    first: time
    last: time
    per_day: int
    until: date


@dataclass(frozen=True, slots=True)
class Preapproval:
    """`from_minute` to `to_minute` of the local day, over midnight where the last comes first, the whole day where they are the
    same; `left` of today's; times are UTC milliseconds.
    """

    id: int
    parent_id: int
    topic: str
    level: Level
    from_minute: int
    to_minute: int
    per_day: int
    ends_at: int
    granted_by: str
    granted_at: int
    left: int

    def holds_at(self, minute: int) -> bool:
        """Whether a minute of the local day is in its hours."""
        if self.from_minute == self.to_minute:
            return True
        if self.from_minute < self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute


class UsedUp(Exception):
    """The day's last was taken meanwhile, or it was withdrawn: somebody agrees after all."""


async def of_station(store: Database | Transaction, station: Station, now: int) -> tuple[Preapproval, ...]:
    """What holds for an organisation, the newest first."""
    rows = await store.fetch("preapprovals.of_station", station.id, now)
    today = _local(station, now).toordinal()
    return tuple(_preapproval(row, today) for row in rows if row["parent_id"] == station.parent_id)


async def fitting(
    store: Database | Transaction, station: Station, content: Content, now: int
) -> Preapproval | None:
    """By which one this content leaves now without waiting; None: somebody agrees first."""
    if content.level not in LEVELS or not is_organisation(station):
        return None
    local = _local(station, now)
    minute = local.hour * 60 + local.minute
    return next(
        (
            one
            for one in await of_station(store, station, now)
            if (one.topic, one.level) == (content.topic, content.level) and one.left and one.holds_at(minute)
        ),
        None,
    )


async def use(tx: Transaction, clock: Clock, station: Station, who: str, id_: int, alert_id: int) -> None:
    """Count it, with what leaves. :raises UsedUp: it holds no more."""
    now = clock.now_ms()
    if not await tx.execute("preapprovals.use", id_, _local(station, now).toordinal(), now):
        raise UsedUp
    said = {"preapproval": id_}
    await audit.append(tx, clock, station.id, who, "approval.preapproved", f"alert:{alert_id}", said)


async def grant(
    tx: Transaction,
    clock: Clock,
    catalogue: Catalogue,
    parent: Station,
    station: Station,
    who: str,
    wish: Wish,
) -> int:
    """Agree beforehand; its id. :raises Refused: `preapproval_invalid`, `preapprovals_too_many`."""
    _check(catalogue, station, wish, _local(station, clock.now_ms()).date())
    if len(await of_station(tx, station, clock.now_ms())) >= MOST:
        raise Refused("preapprovals_too_many", f"{MOST} accords d'avance au plus : retirez-en un.")
    id_ = await take(tx, "preapproval")
    zone = ZoneInfo(station.timezone)
    ends_at = to_ms(datetime.combine(wish.until + timedelta(days=1), time(), zone))
    hours = [one.hour * 60 + one.minute for one in (wish.first, wish.last)]
    what = (wish.topic, int(wish.level), *hours, wish.per_day, ends_at, who, clock.now_ms())
    await tx.execute("preapprovals.add", id_, station.id, parent.id, *what)
    detail = {
        "preapproval": id_,
        "topic": wish.topic,
        "level": wish.level.word,
        "hours": f"{wish.first:%H:%M}-{wish.last:%H:%M}",
        "per_day": wish.per_day,
        "until": wish.until.isoformat(),
    }
    await audit.append(tx, clock, station.id, who, "station.preapprove", f"station:{station.id}", detail)
    return id_


async def withdraw(
    tx: Transaction, clock: Clock, parent: Station, station: Station, who: str, id_: int
) -> None:
    """From now on somebody agrees again. :raises Missing: `preapproval_unknown`."""
    if not await tx.execute("preapprovals.withdraw", id_, station.id, parent.id, who, clock.now_ms()):
        raise Missing("preapproval_unknown", "Cet accord n'existe plus.")
    detail = {"preapproval": id_}
    await audit.append(tx, clock, station.id, who, "station.preapproval_end", f"station:{station.id}", detail)


def _check(catalogue: Catalogue, station: Station, wish: Wish, today: date) -> None:
    if not is_organisation(station) or wish.level not in LEVELS:
        raise Refused(
            "preapproval_invalid",
            "Seules les informations et les alertes d'une organisation s'accordent d'avance.",
        )
    if wish.topic not in catalogue.topics:
        raise Refused("preapproval_invalid", "Choisissez un sujet dans la liste.")
    if not 1 <= wish.per_day <= PER_DAY:
        raise Refused("preapproval_invalid", f"De 1 à {PER_DAY} messages par jour.")
    if not today <= wish.until <= today + LONGEST:
        raise Refused("preapproval_invalid", "Choisissez une fin à venir, dans un an au plus.")


def _local(station: Station, now: int) -> datetime:
    return from_ms(now).astimezone(ZoneInfo(station.timezone))


def _preapproval(row: Row, today: int) -> Preapproval:
    used = row["used"] if row["used_day"] == today else 0
    named = (
        "id",
        "parent_id",
        "topic",
        "from_minute",
        "to_minute",
        "per_day",
        "ends_at",
        "granted_by",
        "granted_at",
    )
    return Preapproval(
        level=Level(row["level"]),
        left=max(0, row["per_day"] - used),
        **{name: row[name] for name in named},
    )
