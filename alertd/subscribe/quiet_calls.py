"""Calls about a number itself, proving it or letting it go: between 9 and 19 h where the station is, and no others.

Danger calls at any hour; these may wait for the morning, and whoever is rung may not have asked for it.
"""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alertd.clock import DAY, HOUR, from_ms, to_ms
from alertd.deliver.service import Declined, House, Limit, Note, Purpose, Written, service
from alertd.model import Station
from alertd.store import Transaction

FIRST: Final = time(9)
LAST: Final = time(19)
WITHIN: Final = 2 * HOUR
"""How long after its hour such a call may still leave, the evening apart."""
STOPPING: Final = "call-stop"
PROVING: Final = "call-prove"
TRYING: Final = "call-try"
"""The threads of such calls: what their keys decide."""


async def ask_to_stop(
    tx: Transaction, house: House, station: Station, endpoint_id: int
) -> Written | Declined:
    """Have a number called that somebody wants to be called no more: 9 agrees. Once a day: whoever shows another's number
    does not have it rung again and again.
    """
    return await _ring(tx, house, station, endpoint_id, STOPPING, Purpose.NOTICE)


async def ask_to_prove(
    tx: Transaction, house: House, station: Station, endpoint_id: int
) -> Written | Declined:
    """Have a pending number called that somebody wants to be called: 1 agrees. Once a day."""
    return await _ring(tx, house, station, endpoint_id, PROVING, Purpose.PROOF)


async def ask_to_try(tx: Transaction, house: House, station: Station, endpoint_id: int) -> Written | Declined:
    """Have a number called whose person wants to know whether calls arrive: 1 says so. Once a day."""
    return await _ring(tx, house, station, endpoint_id, TRYING, Purpose.TRIAL)


def may_ring_at(now: int, timezone: str) -> int:
    """The first moment from `now` on at which such a call may leave; both UTC milliseconds."""
    zone = ZoneInfo(timezone)
    local = from_ms(now).astimezone(zone)
    if FIRST <= local.time() < LAST:
        return now
    day = local.date() if local.time() < FIRST else local.date() + timedelta(days=1)
    return to_ms(datetime.combine(day, FIRST, zone))


async def _ring(
    tx: Transaction, house: House, station: Station, endpoint_id: int, thread: str, purpose: Purpose
) -> Written | Declined:
    now = house.clock.now_ms()
    begin = may_ring_at(now, station.timezone)
    words = _PHRASES[thread]
    note = Note(
        words,
        purpose=purpose,
        station_id=station.id,
        within_ms=min(WITHIN, _evening(begin, station.timezone) - begin),
        thread=thread,
        limit=Limit(thread, 1, DAY),
        prompt=f"{words}_keys",
        begin=begin if begin > now else 0,
        actor="resident",
    )
    return await service(tx, house, endpoint_id, note)


_PHRASES: Final = {STOPPING: "voice.stop", PROVING: "voice.prove", TRYING: "voice.try"}


def _evening(moment: int, timezone: str) -> int:
    zone = ZoneInfo(timezone)
    return to_ms(datetime.combine(from_ms(moment).astimezone(zone).date(), LAST, zone))
