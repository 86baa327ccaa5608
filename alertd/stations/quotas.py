"""Quotas: how many deliveries of informations a station may release in a day of its own clock.

A day and not the last 24 hours: "demain" is a promise that the sender can plan by, and that a screen can say. Danger and
warning have none, nor have ends and corrections; an exercise counts as its level. What was released counts as it was
expected, also when it is corrected later: it has left.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alertd.clock import SECOND
from alertd.errors import Conflict, Refused, TooOften
from alertd.model import Act, Level, Station
from alertd.settings.quotas import Quotas
from alertd.store import Database, Transaction

MOST: Final = 10_000_000
_COUNTED: Final = (Act.ALERT, Act.UPDATE)


@dataclass(frozen=True, slots=True)
class Quota:
    """`per_day` deliveries, `used` of them since midnight; `now` and `resumes_at`, the next midnight, in UTC ms."""

    per_day: int
    used: int
    now: int
    resumes_at: int

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
                f"Ce message demande plus d'envois que la limite de {self.per_day} par jour pour l'information : il ne passera "
                "pas non plus demain. Réduisez la zone ou les moyens, ou demandez à l'administrateur de relever la limite.",
            )
        if deliveries > self.left:
            raise TooOften(
                "quota_exceeded",
                f"Il reste {self.left} envois d'information aujourd'hui sur {self.per_day}, et ce message en demande davantage. "
                "Il pourra partir demain, dès minuit ; ou réduisez la zone ou les moyens.",
                retry_after_s=(self.resumes_at - self.now) / SECOND,
            )


async def per_day(store: Database | Transaction, station: Station, instance: Quotas) -> int:
    """The station's own, else its kind's, else the instance's; 0: none."""
    own = (await store.fetch("stations.info_per_day", station.id))[0]["info_per_day"]
    return instance.info_of(station.kind) if own is None else int(own)


async def decide(tx: Transaction, station: Station, deliveries: int | None) -> None:
    """Give a station a quota of its own, 0 for none at all; None takes it away again.

    :raises Refused: `quota_invalid`.
    """
    if deliveries is not None and not 0 <= deliveries <= MOST:
        raise Refused("quota_invalid", f"A quota is 0 (none) to {MOST} deliveries a day.")
    await tx.execute("stations.set_info_per_day", station.id, deliveries)


async def standing(
    store: Database | Transaction, station: Station, level: Level, instance: Quotas, now: int
) -> Quota | None:
    """How the station stands today; None where nothing is limited."""
    limit = await per_day(store, station, instance) if level is Level.INFO else 0
    if not limit:
        return None
    midnight, next_midnight = day(station, now)
    rows = await store.fetch("events.info_expected_since", station.id, midnight)
    return Quota(limit, rows[0]["n"], now, next_midnight)


async def check(
    tx: Transaction, station: Station, level: Level, act: Act, deliveries: int, instance: Quotas, now: int
) -> None:
    """Before a release, in its transaction: another release of the station waits for this one to be counted.

    Raises as `Quota.check` does.
    """
    if level is not Level.INFO or act not in _COUNTED:
        return
    await tx.fetch("stations.hold", station.id)
    quota = await standing(tx, station, level, instance, now)
    if quota is not None:
        quota.check(deliveries)


def day(station: Station, now: int) -> tuple[int, int]:
    """The midnights before and after `now` on the station's clock, in UTC milliseconds; a day has 23 to 25 hours."""
    zone = ZoneInfo(station.timezone)
    today = datetime.fromtimestamp(now / SECOND, zone).date()
    first, last = (datetime.combine(one, time(), zone) for one in (today, today + timedelta(days=1)))
    return round(first.timestamp() * SECOND), round(last.timestamp() * SECOND)
