"""Stations: who may issue and what people subscribe to."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import zones
from alertd.clock import Clock
from alertd.errors import Conflict, Missing, Refused
from alertd.model import Accent, Mode, Station
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take

KINDS: Final = ("commune", "intercommunality", "departement", "school", "association", "hotel", "service")
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,60}")
LOCALE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
REGION: Final = re.compile(r"[A-Z]{2}")
PAGE: Final = 500
RESERVED: Final = frozenset(
    [
        "a",
        "abonnements",
        "abonnes",
        "accessibilite",
        "accords",
        "admin",
        "affiche",
        "aide",
        "alertes",
        "api",
        "archives",
        "audit",
        "bac-a-sable",
        "brouillons",
        "calendrier",
        "classes",
        "carte",
        "cartes",
        "compte",
        "connexion",
        "couleur",
        "de",
        "deconnexion",
        "demandes",
        "demo",
        "donnees",
        "ecran",
        "ecrans",
        "en",
        "equipe",
        "es",
        "etat",
        "exercices",
        "flux",
        "fr",
        "gabarits",
        "guichet",
        "groupes",
        "guide",
        "healthz",
        "historique",
        "inscription",
        "invitation",
        "it",
        "journal",
        "listes",
        "manifest",
        "mentions-legales",
        "metrics",
        "modeles",
        "mot-de-passe",
        "nl",
        "nouvelle",
        "operateurs",
        "organisations",
        "parametres",
        "partir",
        "passerelles",
        "pieces",
        "places",
        "planning",
        "preferences",
        "programmations",
        "programmes",
        "prefs",
        "push",
        "rappels",
        "readyz",
        "recherche",
        "reglages",
        "relais",
        "robots",
        "s",
        "sandbox",
        "static",
        "stations",
        "sujets",
        "surveillance",
        "sw",
        "tuiles",
        "vecteurs",
        "verify",
        "voisins",
        "vocal",
        "well-known",
        "zones",
    ]
)
"""First words of the instance's own addresses, now or one day: a station of that name would have no page."""


@dataclass(frozen=True, slots=True)
class NewStation:
    """What an administrator says of a station. `outline` is GeoJSON or a Circle, as registered, of any size."""

    slug: str
    name: str
    latitude: float
    longitude: float
    kind: str = "commune"
    mode: Mode = Mode.LIVE
    timezone: str = "Europe/Paris"
    region: str = "FR"
    locale: str = "fr"
    outline: Mapping[str, Any] | None = None
    insee: str | None = None
    phone: str | None = None
    private: bool = False
    parent: str | None = None


async def add(tx: Transaction, clock: Clock, new: NewStation) -> Station:
    """Register a station.

    :raises Refused: `station_invalid`, with what to mend by field; or the outline's own code (`zone_...`).
    :raises Conflict: `station_exists`.
    :raises Missing: `station_unknown`, the parent.
    """
    check(new)
    outline = _outline_json(new.outline)
    parent_id = (await by_slug(tx, new.parent)).id if new.parent else None
    if await tx.fetch("stations.find_by_slug", new.slug):
        raise Conflict("station_exists", f"There is already a station {new.slug}: choose another slug.")
    id_ = await take(tx, "station")
    place = (new.timezone, new.region, new.locale, new.latitude, new.longitude)
    rest = (outline, new.phone, int(new.private), clock.now_ms())
    who = (id_, parent_id, new.slug, new.name.strip(), new.kind, int(new.mode), new.insee)
    await tx.execute("stations.add", *who, *place, *rest)
    return await by_id(tx, id_)


async def by_slug(store: Database | Transaction, slug: str) -> Station:
    """The station that URLs call `slug`; Missing `station_unknown`."""
    return _only(await store.fetch("stations.find_by_slug", slug), slug)


async def by_id(store: Database | Transaction, station_id: int) -> Station:
    """The station of that id; Missing `station_unknown`."""
    return _only(await store.fetch("stations.find_by_id", station_id), str(station_id))


async def page(store: Database | Transaction, after: int = 0, limit: int = PAGE) -> tuple[Station, ...]:
    """Up to `limit` stations (500 at most) in order of making, those whose id is above `after`."""
    rows = await store.fetch("stations.list_all", after, min(limit, PAGE))
    return tuple(station(row) for row in rows)


async def suspend(tx: Transaction, station_id: int, since: int | None) -> None:
    """From `since` (UTC milliseconds) the station releases nothing and its keys open nothing; None ends that."""
    await tx.execute("stations.suspend", station_id, since)


async def colour(tx: Transaction, station_id: int, accent: Accent) -> None:
    """From now on that colour heads the station's screens."""
    await tx.execute("stations.colour", station_id, accent.value)


async def redraw(tx: Transaction, station_id: int, outline: Mapping[str, Any]) -> None:
    """Another outline, of any size; zones drawn and alerts sent before stay as they were. Refused (`zone_...`)."""
    await tx.execute("stations.redraw", station_id, _outline_json(outline))


def station(row: Row) -> Station:
    """A station from its row."""
    return Station(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        kind=row["kind"],
        mode=Mode(row["mode"]),
        timezone=row["timezone"],
        region=row["region"],
        locale=row["locale"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        outline=None if row["outline"] is None else read_outline(row["outline"]),
        insee=row["insee"],
        phone=row["phone"],
        private=bool(row["private"]),
        suspended=row["suspended_at"] is not None,
        parent_id=row["parent_id"],
        accent=Accent(row["accent"]),
    )


@lru_cache(maxsize=1024)
def read_outline(text: str) -> zones.Zone:
    """Reading an outline checks its geometry: a hundred times dearer than the row, and it seldom changes."""
    return zones.read(json.loads(text), zones.OUTLINE).zone


def _outline_json(raw: Mapping[str, Any] | None) -> str | None:
    if raw is None:
        return None
    try:
        return json.dumps(zones.as_json(zones.read(raw, zones.OUTLINE).zone))
    except zones.ZoneError as error:
        raise Refused(error.code, error.message) from error


def _only(rows: Sequence[Row], what: str) -> Station:
    if not rows:
        raise Missing("station_unknown", f"There is no station {what[:61]!r}.")
    return station(rows[0])


def check(new: NewStation) -> None:
    """:raises Refused: `station_invalid`, with what to mend by field."""
    wrong = dict(_faults(new))
    if wrong:
        message = "; ".join(f"{field}: {sentence}" for field, sentence in wrong.items())
        raise Refused("station_invalid", f"This station cannot be added. {message}.", fields=wrong)


def _faults(new: NewStation) -> list[tuple[str, str]]:
    tests = (
        (
            "slug",
            SLUG.fullmatch(new.slug) and new.slug not in RESERVED,
            "2 to 61 small letters, digits and hyphens, and no word that is a page of the instance",
        ),
        ("name", 1 <= len(new.name.strip()) <= 120, "1 to 120 characters"),
        ("kind", new.kind in KINDS, f"one of {', '.join(KINDS)}"),
        (
            "timezone",
            _is_timezone(new.timezone),
            "a name of the tz database, as Europe/Paris or Indian/Reunion",
        ),
        ("region", REGION.fullmatch(new.region), "two capital letters (FR, RE, GP, GF, MQ, YT...)"),
        ("locale", LOCALE.fullmatch(new.locale), "a language, as fr or fr-FR"),
        (
            "latitude",
            _is_position(new.latitude, new.longitude),
            "degrees of the mairie, latitude then longitude",
        ),
    )
    return [(field, sentence) for field, holds, sentence in tests if not holds]


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_position(latitude: float, longitude: float) -> bool:
    try:
        zones.cell(latitude, longitude)
    except zones.ZoneError:
        return False
    return True
