"""The State's register of communes, asked for an outline and for where the mairie is.

It is told an INSEE code and nothing else. As of the geocoder's: no redirect is followed, no cookie kept, no proxy of the environment
used, an answer is bounded and read as data. https://geo.api.gouv.fr/decoupage-administratif
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, ConfigDict

from alertd.errors import Unavailable
from alertd.settings.communes import CommunesSettings

MOST_BYTES: Final = 20_000_000
"""Guyane's coasts and rivers take less than two."""
TROUBLES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ClientConnectorDNSError, "its name could not be looked up (is there a network here?)"),
    (aiohttp.ClientSSLError, "its certificate does not hold, or something in between speaks for it"),
    (TimeoutError, "no answer came in time"),
    (aiohttp.ClientConnectorError, "no connection could be made (is there a network here?)"),
    (aiohttp.InvalidURL, "that is no address"),
    (aiohttp.ClientError, "the connection broke"),
    (OSError, "the connection broke"),
    (ValueError, "what it answered is no commune"),
)
"""In this order: some are kinds of others."""
FIELDS: Final = "nom,code,mairie,centre,contour"


@dataclass(frozen=True, slots=True)
class Registered:
    """What it tells: GeoJSON of the outline, and degrees of the mairie, or else of the commune's middle."""

    outline: dict[str, Any]
    latitude: float
    longitude: float


class _Strange(ValueError):
    """An answer that is none, in words."""


class _Point(BaseModel):
    coordinates: tuple[float, float]


class _Outline(BaseModel):
    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]


class _Answer(BaseModel):
    """What is read of it."""

    model_config = ConfigDict(extra="ignore")
    code: str
    contour: _Outline
    centre: _Point
    mairie: _Point | None = None


async def ask(settings: CommunesSettings, insee: str) -> Registered:
    """The commune of this code.

    :raises Unavailable: `register_silent`: it did not answer, or not with a commune.
    """
    try:
        answer = _read(await _body(settings, insee), insee)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        said = f"{settings.base_url} told no outline of {insee}: {_why(error)}."
        raise Unavailable("register_silent", said) from error
    longitude, latitude = (answer.mairie or answer.centre).coordinates
    return Registered(answer.contour.model_dump(), round(latitude, 6), round(longitude, 6))


def _read(body: bytes, insee: str) -> _Answer:
    answer = _Answer.model_validate(json.loads(body))
    if answer.code != insee:
        raise _Strange(f"it told of {answer.code[:10]!r}")
    return answer


def _why(error: Exception) -> str:
    if isinstance(error, _Strange):
        return str(error)
    return next((said for kind, said in TROUBLES if isinstance(error, kind)), "the connection failed")


async def _body(settings: CommunesSettings, insee: str) -> bytes:
    url = f"{settings.base_url}/communes/{quote(insee, safe='')}"
    asked = {"fields": FIELDS, "format": "json"}
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "alertd"}
    limit = aiohttp.ClientTimeout(total=settings.timeout_s)
    jar = aiohttp.DummyCookieJar()
    async with (
        aiohttp.ClientSession(timeout=limit, cookie_jar=jar, headers=headers) as session,
        session.get(url, params=asked, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise _Strange(f"it answered HTTP {response.status}")
        return await _bounded(response)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise _Strange("its answer has no end")
    return bytes(body)
