"""A national address service, asked by alertd and never by a browser, where the station's own list has little.

It is asked for what an operator typed, near the station, and told nothing else. The address is the administrator's own
setting; no redirect is followed, no cookie kept, no proxy of the environment used, an answer is bounded and read as data.
The API is that of https://geoservices.ign.fr/documentation/services/services-geoplateforme/geocodage, and of addok.
"""

import asyncio
import json
import math
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Final, Self

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import zones
from alertd.clock import DAY, SECOND, Clock
from alertd.model import Station
from alertd.settings.geocoder import GeocoderSettings
from alertd.stations.streets.find import Spot

MOST_BYTES: Final = 262_144
MOST_KEPT: Final = 1_000
MOST_FOUND: Final = 5
AT_ONCE: Final = 4
NEAR_M: Final = 30_000.0
PAUSE: Final = 30 * SECOND
"""After a failure nobody waits for it again for so long."""
_KEY: Final = re.compile(r"g(-?[0-9]{1,2}\.[0-9]{6}),(-?[0-9]{1,3}\.[0-9]{6})")
_NOTE: Final = "service national"

log = structlog.get_logger(__name__)


class _Properties(BaseModel):
    model_config = ConfigDict(extra="ignore")
    label: str = Field(min_length=1, max_length=200)


class _Geometry(BaseModel):
    model_config = ConfigDict(extra="ignore")
    coordinates: tuple[float, float]


class _Feature(BaseModel):
    """What is read of one answer."""

    model_config = ConfigDict(extra="ignore")
    properties: _Properties
    geometry: _Geometry


class Geocoder:
    """One service, with what it answered in the last day: the same words are not asked twice."""

    def __init__(self, settings: GeocoderSettings, clock: Clock) -> None:
        self._url = f"{settings.base_url}/search"
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_s)
        self._clock = clock
        self._kept: OrderedDict[tuple[int, str], tuple[int, tuple[Spot, ...]]] = OrderedDict()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._quiet_until = 0

    @classmethod
    def of(cls, settings: GeocoderSettings, clock: Clock) -> Self | None:
        """None where no service is set."""
        return cls(settings, clock) if settings.base_url else None

    async def search(self, typed: str, station: Station) -> tuple[Spot, ...]:
        """What it finds within 30 km of the mairie, five at most; nothing when it does not answer."""
        words = " ".join(typed.split())[:200]
        asked, now = (station.id, words.casefold()), self._clock.now_ms()
        kept = self._kept.get(asked)
        if kept is not None and now < kept[0] + DAY:
            return kept[1]
        if len(words) < 3 or now < self._quiet_until or self._turns.locked():
            return ()
        try:
            async with self._turns:
                found = tuple(_near(await self._ask(words, station), station))[:MOST_FOUND]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._quiet_until = self._clock.now_ms() + PAUSE
            log.warning("geocoder_silent", action="geocode", reason=type(error).__name__)  # never the words
            return ()
        self._keep(asked, now, found)
        return found

    def spot(self, key: str) -> Spot | None:
        """What a form sent back: the degrees, under the name that was answered as far as this node remembers it."""
        found = _KEY.fullmatch(key[:40])
        if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
            return None
        return self.named(float(found[1]), float(found[2])) or Spot(
            key, "l'adresse trouvée", float(found[1]), float(found[2])
        )

    def named(self, latitude: float, longitude: float) -> Spot | None:
        """What was answered for exactly these degrees."""
        every = (spot for _, found in self._kept.values() for spot in found)
        return next((spot for spot in every if spot.at == (latitude, longitude)), None)

    async def _ask(self, words: str, station: Station) -> list[Any]:
        about = {
            "q": words,
            "limit": "10",
            "lat": f"{station.latitude:.4f}",
            "lon": f"{station.longitude:.4f}",
        }
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "alertd"}
        jar = aiohttp.DummyCookieJar()
        async with (
            aiohttp.ClientSession(timeout=self._timeout, cookie_jar=jar, headers=headers) as session,
            session.get(self._url, params=about, allow_redirects=False) as response,
        ):
            body = await _bounded(response)
        if response.status != 200:
            raise ValueError(response.status)
        answer = json.loads(body)
        features = answer.get("features") if isinstance(answer, Mapping) else None
        if not isinstance(features, list):
            raise ValueError("features")  # noqa: TRY004 - as any other answer that is none
        return features[:20]

    def _keep(self, asked: tuple[int, str], now: int, found: tuple[Spot, ...]) -> None:
        self._kept[asked] = (now, found)
        self._kept.move_to_end(asked)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body; ValueError for one that is longer than any answer is."""
    body = b""
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("long")
    return body


def _near(features: list[Any], station: Station) -> Iterator[Spot]:
    """Those that are well formed and near: "rue de l'Église" is in every commune of the country."""
    for feature in features:
        try:
            read = _Feature.model_validate(feature)
        except ValidationError:
            continue
        longitude, latitude = (round(degrees, 6) for degrees in read.geometry.coordinates)
        if not (math.isfinite(latitude + longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
            continue
        label = "".join(sign for sign in read.properties.label if sign.isprintable())
        if zones.distance_m(latitude, longitude, station.latitude, station.longitude) <= NEAR_M:
            yield Spot(f"g{latitude:.6f},{longitude:.6f}", label, latitude, longitude, _NOTE)
