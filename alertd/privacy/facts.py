"""All that a paper needs to know of a station, gathered from the settings and, for how many there are, from the store."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from alertd.clock import from_ms
from alertd.model import Mode, Station
from alertd.privacy import recipients
from alertd.privacy.durations import Duration, durations
from alertd.privacy.recipients import Recipient
from alertd.settings import Settings
from alertd.store import Database

PUBLIC: Final = frozenset({"commune", "intercommunality", "departement", "service", "school"})
MISSING: Final = "à compléter"


@dataclass(frozen=True, slots=True)
class Scale:
    """How many a station has: people rounded down to fives, as screens say it; whether it keeps lists of children."""

    people: str
    operators: int
    children: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """`page` is where residents join, `here` where they read what becomes of their data; `asks`: mute telephones are asked silently;
    `reminds`: whoever was not heard of for so many days is reminded (0: nobody), `reminds_by_sms` by SMS as well.
    """

    station: Station
    public: bool
    page: str
    here: str
    contact: str
    officer: str
    host: str
    storage: str
    channels: tuple[str, ...]
    processors: tuple[Recipient, ...]
    asked: tuple[Recipient, ...]
    durations: tuple[Duration, ...]
    on: date
    scale: Scale | None = None
    asks: bool = False
    reminds: int = 0
    reminds_by_sms: bool = False


def of(
    settings: Settings,
    station: Station,
    now_ms: int,
    scale: Scale | None = None,
    owners: Collection[str] = (),
) -> Facts:
    """What the settings say; of gateways that are a station's own only those of the stations in `owners`."""
    page, said = f"{settings.http.public_url}/s/{station.slug}", settings.privacy
    live = station.mode is Mode.LIVE
    return Facts(
        station=station,
        public=station.kind in PUBLIC,
        page=page,
        here=f"{page}/donnees",
        contact=said.contact or (f"{station.name}, {station.phone}" if station.phone else station.name),
        officer=said.officer,
        host=said.host,
        storage=said.storage,
        channels=tuple(recipients.channel(word) for word in _channels(settings, owners)) if live else (),
        processors=tuple(recipients.gateways(settings, owners)) if live else (),
        asked=tuple(recipients.asked(settings)),
        durations=durations(settings),
        on=from_ms(now_ms).date(),
        scale=scale,
        asks=live and settings.silent_probe.enabled,
        reminds=settings.reminder.days if live and settings.reminder.enabled and not station.private else 0,
        reminds_by_sms=settings.reminder.sms,
    )


async def scale(store: Database, station: Station) -> Scale:
    """How many there are."""
    (row,) = await store.fetch("privacy.station", station.id)
    people = row["people"]
    return Scale(
        "moins de 5" if people < 5 else str(people - people % 5), row["operators"], bool(row["pupils"])
    )


def _channels(settings: Settings, owners: Collection[str]) -> list[str]:
    accounts = recipients.accounts(settings, owners).values()
    return sorted({word for table in accounts for word in table.channels})
