"""Quotas: how many deliveries of informations a station may release in a day of its own clock; an organisation's warnings are of them.

A day and not the last 24 hours: "demain" is a promise that the sender can plan by, and that a screen can say. A commune's warnings have
none, nor has anybody's danger, nor ends and corrections; but what a commune caps is not gone round by another level. Whoever was warned
is owed what comes of it: an update of a warning counts for those alone whom it is to reach beside. An exercise counts as its level. What was released counts as it was expected, also when it is corrected later: it has left.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alertd.clock import SECOND
from alertd.errors import Conflict, Refused, TooOften
from alertd.model import Act, Level, Station
from alertd.settings.quotas import Quotas
from alertd.stations.organisations import is_organisation
from alertd.store import Database, Transaction

MOST: Final = 10_000_000
_COUNTED: Final = (Act.ALERT, Act.UPDATE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be released: so many deliveries, in a thread that there is or (None) a new one."""

    station: Station
    level: Level
    act: Act
    deliveries: int
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """`per_day` deliveries, `used` of them since midnight; `now` and `resumes_at`, the next midnight, in UTC ms. `warnings`: of
    informations and warnings together, as an organisation's.
    """

    per_day: int
    used: int
    now: int
    resumes_at: int
    warnings: bool = False

    @property
    def left(self) -> int:
        """How many may still be released today."""
        return max(0, self.per_day - self.used)

    def check(self, deliveries: int) -> None:
        """How many it would be is not told: exact counts come with a preview alone.

        :raises TooOften: `quota_exceeded`: tomorrow. :raises Conflict: `quota_exceeded`: on no day.
        """
        if deliveries > self.per_day:
            raise Conflict(
                "quota_exceeded",
                f"Ce message demande plus d'envois que la limite de {self.per_day} par jour pour {self._of_what} : il ne passera "
                f"pas non plus demain. Réduisez la zone ou les moyens, ou demandez à {self._whose} de relever la limite.",
            )
        if deliveries > self.left:
            raise TooOften(
                "quota_exceeded",
                f"Il reste {self.left} envois {self._kind}aujourd'hui sur {self.per_day}, et ce message en demande davantage. "
                f"Il pourra partir demain, dès minuit ; ou réduisez la zone ou les moyens{self._else}.",
                retry_after_s=(self.resumes_at - self.now) / SECOND,
            )

    @property
    def _of_what(self) -> str:
        return "les informations et les alertes" if self.warnings else "l'information"

    @property
    def _kind(self) -> str:
        return "" if self.warnings else "d'information "

    @property
    def _whose(self) -> str:
        return "la mairie" if self.warnings else "l'administrateur"

    @property
    def _else(self) -> str:
        return ", ou passez par « Demander à la mairie »" if self.warnings else ""


async def per_day(store: Database | Transaction, station: Station, instance: Quotas) -> int:
    """The station's own, else its kind's, else the instance's; 0: none."""
    own = (await store.fetch("stations.info_per_day", station.id))[0]["info_per_day"]
    return instance.info_of(station.kind) if own is None else int(own)


async def decide(tx: Transaction, station: Station, deliveries: int | None) -> None:
    """Give a station a quota of its own, 0 for none at all; None takes it away again.

    :raises Refused: `quota_invalid`.
    """
    if deliveries is not None and not 0 <= deliveries <= MOST:
        french = f"Un quota va de 0 (sans limite) à {MOST} envois par jour."
        raise Refused("quota_invalid", f"A quota is 0 (none) to {MOST} deliveries a day.", french=french)
    await tx.execute("stations.set_info_per_day", station.id, deliveries)


async def standing(
    store: Database | Transaction, station: Station, level: Level, instance: Quotas, now: int
) -> Quota | None:
    """How the station stands today; None where nothing is limited."""
    most = gravest(station)
    limit = await per_day(store, station, instance) if level <= most else 0
    if not limit:
        return None
    midnight, next_midnight = day(station, now)
    rows = await store.fetch("events.expected_since", station.id, midnight, int(most))
    return Quota(limit, rows[0]["n"], now, next_midnight, warnings=most is Level.WARNING)


def gravest(station: Station) -> Level:
    """The gravest level that a station's quota counts: an organisation chooses no other one to go round it."""
    return Level.WARNING if is_organisation(station) else Level.INFO


async def counting(store: Database | Transaction, level: Level, alert_id: int | None, deliveries: int) -> int:
    """How many of so many deliveries a quota counts, in that thread, None for a new one."""
    if alert_id is None or level is not Level.WARNING:
        return deliveries
    (row,) = await store.fetch("events.widest", alert_id)
    return max(0, deliveries - int(row["n"]))


async def check(tx: Transaction, order: Wanted, instance: Quotas, now: int) -> None:
    """Before a release, in its transaction: another release of the station waits for this one to be counted.

    Raises as `Quota.check` does.
    """
    if order.level > gravest(order.station) or order.act not in _COUNTED:
        return
    await tx.fetch("stations.hold", order.station.id)
    quota = await standing(tx, order.station, order.level, instance, now)
    if quota is not None:
        quota.check(await counting(tx, order.level, order.alert_id, order.deliveries))


def day(station: Station, now: int) -> tuple[int, int]:
    """The midnights before and after `now` on the station's clock, in UTC milliseconds; a day has 23 to 25 hours."""
    zone = ZoneInfo(station.timezone)
    today = datetime.fromtimestamp(now / SECOND, zone).date()
    first, last = (datetime.combine(one, time(), zone) for one in (today, today + timedelta(days=1)))
    return round(first.timestamp() * SECOND), round(last.timestamp() * SECOND)
