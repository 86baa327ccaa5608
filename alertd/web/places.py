"""A target in words: what the picture shows, for those who do not see it and for those who read faster."""

from alertd.catalogue import french
from alertd.model import Target
from alertd.web.words import distance, number
from alertd.web.writing.compose_form import Surroundings
from zones import Circle, Zone, area_km2, distance_m


def described(target: Target, around: Surroundings) -> str:
    """Reads "Dans un rayon de 1 km autour de La Gare", "Toute la commune de ...", "Groupes : CE1, CE2"."""
    if target.station:
        return f"Tous les abonnés {french.of(around.station.name)}, où qu'ils soient."
    if target.zone is None:
        names = [name for key, name in (around.groups or {}).items() if key in target.groups]
        return f"Groupes : {', '.join(names) or 'inconnus'}."
    return _zone(target.zone, around)


def _zone(zone: Zone, around: Surroundings) -> str:
    for saved in around.saved_zones:
        if saved.zone == zone:
            return f"Zone enregistrée «\N{NO-BREAK SPACE}{saved.name}\N{NO-BREAK SPACE}» ({_size(zone)})."
    if isinstance(zone, Circle):
        return f"Dans un rayon de {distance(zone.radius_m)} autour {_middle(zone, around)}."
    return f"Une zone dessinée ({_size(zone)})."


def _middle(zone: Circle, around: Surroundings) -> str:
    """The hamlet, the street or the door in the middle, else how far that is from the mairie."""
    for hamlet in around.hamlets:
        if (zone.lat, zone.lon) == (hamlet.latitude, hamlet.longitude):
            return f"de «\N{NO-BREAK SPACE}{hamlet.name}\N{NO-BREAK SPACE}»"
    if around.spot and around.spot.at == (zone.lat, zone.lon):
        return f"de «\N{NO-BREAK SPACE}{around.spot.label}\N{NO-BREAK SPACE}»"
    station = around.station
    away = distance_m(zone.lat, zone.lon, station.latitude, station.longitude)
    return "de la mairie" if away < 50 else f"d'un point à {distance(away)} de la mairie"


def _size(zone: Zone) -> str:
    square = area_km2(zone)
    return f"{number(round(square * 100))} hectares" if square < 1 else f"{number(round(square))} km²"
