"""What is in force as GeoJSON (RFC 7946), for maps: a circle as the polygon that is drawn of it, its radius beside it."""

import json
from typing import Any, Final

from alertd.catalogue import Catalogue
from alertd.clock import from_ms
from alertd.publish import cap
from alertd.publish.board import Board, Notice, Standing
from alertd.publish.site import Site
from alertd.publish.telling import label, locale_of, telling
from zones import Circle, Zone, as_json, outline_ring

MEDIA_TYPE: Final = "application/geo+json"


def geojson(catalogue: Catalogue, site: Site, board: Board) -> bytes:
    """A feature for each alert in force or to come; no geometry where a station without an outline is meant whole."""
    shown = board.hanging(Standing.NOW, Standing.COMING)
    features = [_feature(catalogue, site, board, notice) for notice in shown]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _feature(catalogue: Catalogue, site: Site, board: Board, notice: Notice) -> dict[str, Any]:
    zone = notice.told.content.target.zone or board.station.outline
    return {
        "type": "Feature",
        "id": site.notice(notice.id),
        "geometry": _geometry(zone),
        "properties": _properties(catalogue, site, board, notice) | _circle(zone),
    }


def _properties(catalogue: Catalogue, site: Site, board: Board, notice: Notice) -> dict[str, Any]:
    station, event = board.station, notice.told
    locale = locale_of(station, event)
    said = telling(catalogue, station, event, locale)
    return {
        "headline": said.title,
        "description": said.body,
        "instruction": said.instruction,
        "language": locale,
        "level": event.content.level.word,
        "topic": event.content.topic,
        "topic_label": label(catalogue, event, locale),
        "status": cap.status(station, event),
        "standing": notice.standing(board.now).value,
        "sent": _iso(event.created_at),
        "onset": _iso(event.onset),
        "expires": _iso(event.content.expires),
        "sender": station.name,
        "insee": station.insee,
        "url": site.notice(notice.id),
        "cap": site.cap(event.id),
    }


def _geometry(zone: Zone | None) -> dict[str, Any] | None:
    if isinstance(zone, Circle):
        return {"type": "Polygon", "coordinates": [[list(position) for position in outline_ring(zone)]]}
    return None if zone is None else as_json(zone)


def _circle(zone: Zone | None) -> dict[str, Any]:
    return {"center": [zone.lon, zone.lat], "radius_m": zone.radius_m} if isinstance(zone, Circle) else {}


def _iso(milliseconds: int) -> str:
    return from_ms(milliseconds).isoformat(timespec="seconds")
