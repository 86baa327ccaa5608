"""A new organisation as a mayor types it."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from alertd.errors import Conflict, Refused
from alertd.model import Station
from alertd.stations.stations import NewStation
from alertd.web.contracts import Choice

KINDS: Final = (
    Choice("school", "École, crèche, collège, lycée"),
    Choice("association", "Association"),
    Choice("hotel", "Hôtel, camping, gîte"),
    Choice("service", "Service, régie, syndicat"),
)
KIND_WORDS: Final = {choice.key: choice.label for choice in KINDS}


def new_station(parent: Station, typed: dict[str, str], kept: Collection[str]) -> NewStation:
    """At the mairie's door, of its mode; `kept` are slugs to which a gateway belongs before there is the station: only the
    administrator opens it.

    :raises Refused: `station_invalid`, `station_exists`.
    """
    if typed.get("kind") not in KIND_WORDS:
        raise Refused("station_invalid", "", fields={"kind": "Choisissez ce que c'est."})
    name = typed.get("name", "").strip()
    slug = typed.get("slug", "").strip().lower() or _slug(parent, name)
    if slug in kept:
        raise Conflict("station_exists", f"The configuration keeps {slug} for a station to come.")
    return NewStation(
        slug=slug,
        name=name,
        latitude=parent.latitude,
        longitude=parent.longitude,
        kind=typed["kind"],
        mode=parent.mode,
        timezone=parent.timezone,
        region=parent.region,
        locale=parent.locale,
        private=typed.get("private") == "on",
        parent=parent.slug,
    )


def _slug(parent: Station, name: str) -> str:
    """The name's letters, behind the commune's: two villages may each have a "Les Tilleuls"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", f"{parent.slug}-{plain}").strip("-")[:61]


def mended(error: Refused) -> str:
    """What is wrong with it, in a mayor's words."""
    sentences = {
        "name": "Écrivez son nom : 1 à 120 caractères.",
        "slug": "L'adresse courte s'écrit en petites lettres, chiffres et tirets.",
        "kind": "Choisissez ce que c'est.",
    }
    if error.code == "station_exists":
        return "Cette adresse courte est déjà prise : choisissez-en une autre."
    return " ".join(sentences.get(field, "") for field in error.fields).strip() or error.message
