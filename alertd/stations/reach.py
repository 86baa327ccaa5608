"""How large a station may draw, and how far away: a school warns its surroundings, a département more than a commune."""

from typing import Final

from alertd.catalogue import french
from alertd.model import Station
from alertd.settings.zones import Bounds
from zones import Area, Circle, Zone, ZoneError, area_km2, near

_FOR: Final = {
    "commune": "une commune",
    "intercommunality": "une intercommunalité",
    "departement": "un département",
    "school": "une école",
    "association": "une association",
    "hotel": "un hébergement",
    "service": "un service",
}
"""As a mayor says it."""


def origin(station: Station) -> Zone | tuple[float, float]:
    """From where "near the station" is measured: its outline, else its mairie (latitude, longitude)."""
    return station.outline or (station.latitude, station.longitude)


def too_large(bounds: Bounds, station: Station, zone: Zone) -> ZoneError | None:
    """Why the zone is larger than this kind of station may draw (`zone_too_large`); its own outline never is."""
    if zone == station.outline:
        return None
    whom = _FOR.get(station.kind, "cette station")
    if isinstance(zone, Circle) and zone.radius_m > bounds.radius_m:
        most = _number(bounds.radius_m / 1000)
        said = f"Ce cercle est trop grand pour {whom} : {most} km de rayon au plus."
    elif isinstance(zone, Area) and (wide := area_km2(zone)) > bounds.area_km2:
        most = _number(bounds.area_km2)
        said = f"Cette zone est trop grande pour {whom} : {most} km² au plus, elle en compte {wide:.0f}."
    else:
        return None
    return ZoneError("zone_too_large", f"{said} Réduisez-la, ou visez tous vos abonnés.")


def too_far(bounds: Bounds, station: Station, zone: Zone) -> ZoneError | None:
    """Why the zone is not this station's (`zone_far_from_station`): most likely the map was moved by mistake."""
    if near(zone, origin(station), bounds.distance_m):
        return None
    most = _number(bounds.distance_m / 1000)
    said = (
        f"Cette zone est à plus de {most} km {french.of(station.name)}."
        if bounds.distance_m
        else f"Cette zone ne touche pas {station.name}."
    )
    return ZoneError("zone_far_from_station", f"{said} Vérifiez où vous l'avez dessinée.")


def _number(value: float) -> str:
    """As it is read in French: 0,5 and not 0.5."""
    return f"{value:g}".replace(".", ",") if value < 10_000 else f"{value:.0f}"
