"""A moment as a browser's `datetime-local` has it, on the station's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alertd.clock import from_ms, to_ms
from alertd.model import Station


def local_time(moment: int, station: Station) -> str:
    """UTC milliseconds as `datetime-local` wants them, on the station's clock, down to what is not zero."""
    local = from_ms(moment).astimezone(ZoneInfo(station.timezone)).replace(tzinfo=None)
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def read_local(text: str, station: Station) -> int:
    """UTC milliseconds; the later of the two where clocks are put back.

    :raises ValueError, OverflowError: it is no moment.
    """
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(station.timezone), fold=1))
