"""Where an alert goes, on the form: a place and a radius, a saved or a drawn zone, everyone, groups."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import zones
from alertd.model import Target
from alertd.web.words import distance
from alertd.web.writing.compose_form import ComposeForm, Fault, Surroundings
from zones import Circle, Zone

RADII_M: Final = (300, 500, 1000, 2000, 3000, 5000, 10_000, 20_000, 50_000)


def radii(around: Surroundings) -> tuple[int, ...]:
    """The radii to choose from, in metres: those that this kind of station may draw."""
    most = around.most.of(around.station.kind).radius_m
    return tuple(radius for radius in RADII_M if radius <= most)


def read_target(form: ComposeForm, around: Surroundings) -> Target:
    if form.where not in _TARGETS:
        raise Fault("Dites où : rien n'est choisi d'avance.")
    return _TARGETS[form.where](form, around)


def _saved_zone(form: ComposeForm, around: Surroundings) -> Target:
    for saved in around.saved_zones:
        if str(saved.id) == form.saved_zone:
            return Target(zone=saved.zone)
    raise Fault("Choisissez une zone dans la liste.")


def _around_hamlet(form: ComposeForm, around: Surroundings) -> Target:
    radius_m = _radius(form.radius_m, around)
    for hamlet in around.hamlets:
        if str(hamlet.id) == form.hamlet:
            return Target(zone=Circle(hamlet.latitude, hamlet.longitude, radius_m))
    for spot in (*around.names.hamlets, *around.names.streets):
        if spot.key == form.hamlet:
            return Target(zone=Circle(spot.latitude, spot.longitude, radius_m))
    raise Fault("Choisissez un lieu dans la liste.")


def _around_address(form: ComposeForm, around: Surroundings) -> Target:
    radius_m, spot = _radius(form.address_radius_m, around), around.spot
    if spot is None or spot.key != form.address:
        raise Fault("Cherchez une adresse, puis choisissez-la parmi celles qui sont proposées.")
    return Target(zone=Circle(spot.latitude, spot.longitude, radius_m))


def _radius(text: str, around: Surroundings) -> float:
    offered = radii(around)
    if text not in {str(radius) for radius in offered}:
        raise Fault(f"Choisissez un rayon de {distance(offered[0])} à {distance(offered[-1])}.")
    return float(text)


def _drawn(form: ComposeForm, around: Surroundings) -> Target:
    if not form.zone:
        raise Fault("Dessinez la zone : touchez la carte là où cela se passe.")
    try:
        return Target(zone=zones.read(json.loads(form.zone), around.most.widest).zone)
    except (ValueError, RecursionError):
        raise Fault("La zone n'a pas pu être relue : choisissez-la de nouveau.") from None
    except zones.ZoneError as error:
        raise Fault(error.message) from None


def _groups(form: ComposeForm, around: Surroundings) -> Target:
    known = {str(key): key for key in around.groups or {}}
    if not form.groups or not set(form.groups) <= known.keys():
        raise Fault("Cochez au moins un groupe.")
    return Target(groups=tuple(sorted(known[key] for key in form.groups)))


_TARGETS: Final[Mapping[str, Callable[[ComposeForm, Surroundings], Target]]] = {
    "station": lambda _form, _around: Target(station=True),
    "saved_zone": _saved_zone,
    "hamlet": _around_hamlet,
    "address": _around_address,
    "zone": _drawn,
    "groups": _groups,
}


def where_fields(target: Target, around: Surroundings) -> dict[str, Any]:
    """The form's fields that would give this target."""
    if target.station:
        return {"where": "station"}
    if target.zone is None:
        return {"where": "groups", "groups": tuple(str(group) for group in target.groups)}
    return _zone_fields(target.zone, around)


def _zone_fields(zone: Zone, around: Surroundings) -> dict[str, str]:
    for saved in around.saved_zones:
        if saved.zone == zone:
            return {"where": "saved_zone", "saved_zone": str(saved.id)}
    for hamlet in around.hamlets:
        if isinstance(zone, Circle) and (zone.lat, zone.lon) == (hamlet.latitude, hamlet.longitude):
            return {"where": "hamlet", "hamlet": str(hamlet.id), "radius_m": f"{zone.radius_m:g}"}
    if (
        isinstance(zone, Circle)
        and around.spot
        and around.spot.at == (zone.lat, zone.lon)
        and zone.radius_m in radii(around)
    ):
        picked = {"address": around.spot.key, "address_words": around.spot.label}
        return {"where": "address", **picked, "address_radius_m": f"{zone.radius_m:g}"}
    return {"where": "zone", "zone": json.dumps(zones.as_json(zone))}
