"""What is known of a commune before anybody is asked: from the outline's file, the list of communes, and the State's register."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alertd.cli import contour as contours
from alertd.cli.console import Console
from alertd.cli.contour import Contour
from alertd.errors import Missing, Unavailable
from alertd.settings.communes import CommunesSettings
from alertd.stations import communes, register
from alertd.stations.communes import Commune
from alertd.stations.register import Registered

REGION: Final = "FR"
TIMEZONE: Final = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Known:
    """What was found; None where nobody knows."""

    name: str | None = None
    insee: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    outline: Any = None
    region: str = REGION
    timezone: str = TIMEZONE

    def filling(self, said: dict[str, Any]) -> dict[str, Any]:
        """What was said, and what is known where nothing was said."""
        own = {name: getattr(self, name) for name in self.__slots__}
        return said | {name: value for name, value in own.items() if said.get(name) is None}


async def known(
    console: Console,
    settings: CommunesSettings,
    *,
    file: Path | None = None,
    insee: str = "",
    name: str | None = None,
    outlined: bool = False,
) -> Known:
    """The register is asked unless an outline is there already. A name given by hand outweighs a code that nobody knows: a commune
    may be newer than the list.

    :raises Missing: `insee_unknown`. Also what is wrong with the file.
    """
    drawn = contours.read(file, insee) if file else None
    code = insee or (drawn.insee if drawn else "")
    commune = _commune(console, code, said=bool(name or (drawn and drawn.name))) if code else None
    if drawn:
        return _with(drawn, commune)
    if commune is None:
        return Known(insee=code or None)
    console.note(f"{commune}.")
    return _of(commune) if outlined else await _registered(console, settings, commune)


def slug_of(name: str) -> str:
    """From "Saint-Étienne": saint-etienne."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "oe"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:61]


def _commune(console: Console, code: str, *, said: bool) -> Commune | None:
    try:
        return communes.find(code)
    except (Missing, Unavailable) as unknown:
        if not said:
            raise
        console.note(unknown.message)
    return None


def _with(drawn: Contour, commune: Commune | None) -> Known:
    return Known(
        name=drawn.name or (commune.name if commune else None),
        insee=drawn.insee or None,
        latitude=drawn.latitude,
        longitude=drawn.longitude,
        outline=drawn.outline,
        region=commune.region if commune else REGION,
        timezone=commune.timezone if commune else TIMEZONE,
    )


async def _registered(console: Console, settings: CommunesSettings, commune: Commune) -> Known:
    """Without an outline where the register is silent: it can be given later."""
    if not settings.base_url:
        return _of(commune)
    try:
        return _of(commune, await register.ask(settings, commune.insee))
    except Unavailable as silent:
        console.note(f"{silent.message} Without it now, with it later: alertd station outline")
        return _of(commune)


def _of(commune: Commune, told: Registered | None = None) -> Known:
    return Known(
        name=commune.name,
        insee=commune.insee,
        latitude=told.latitude if told else None,
        longitude=told.longitude if told else None,
        outline=told.outline if told else None,
        region=commune.region,
        timezone=commune.timezone,
    )
