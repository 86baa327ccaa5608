"""WHERE: zones as people draw them, and the H3 cells that they cover.

Pure: no input or output (`python -m zones` apart), no clock, no network. The only package that speaks H3.

    reading = zones.read(json.loads(text))       # a Circle or an Area, and the repairs to show back
    covered = zones.cover(reading.zone)          # the exact set of resolution-12 cells, as ranges
    covered.as_json()                            # {"lo": hi, ...} for `cell BETWEEN lo AND hi`
    zones.cell(48.7736, 5.1606) in covered       # a place *is* a cell, so this is the whole answer

Units are degrees, metres and square kilometres, on the WGS84 ellipsoid. Functions take and return latitude, then
longitude; GeoJSON, and whatever is called a ring or bounds, has longitude first. Edges are straight in longitude and
latitude, as RFC 7946 says. Nobody inside a zone is missed; nobody farther than 25 m outside is taken.
Everything refused is a ZoneError with a stable code and a French sentence.
"""

from zones.cells import COARSE_SHIFT, MARGIN_M, RESOLUTION, Cells, cell, cell_centre, coarse_ring
from zones.cover import RING_RADII_M, cover, rings
from zones.doors import Flags, covered, homes_near
from zones.errors import ZoneError
from zones.geodesy import Floats, distance_m
from zones.limits import DRAWN, OUTLINE, Limits
from zones.near import distance_from, near, overlaps
from zones.ranges import Cover
from zones.read import Reading, read
from zones.shapes import Area, Circle, Zone, area_km2, as_json, bounds, centre, outline_ring

__all__ = [
    "COARSE_SHIFT",
    "DRAWN",
    "MARGIN_M",
    "OUTLINE",
    "RESOLUTION",
    "RING_RADII_M",
    "Area",
    "Cells",
    "Circle",
    "Cover",
    "Flags",
    "Floats",
    "Limits",
    "Reading",
    "Zone",
    "ZoneError",
    "area_km2",
    "as_json",
    "bounds",
    "cell",
    "cell_centre",
    "centre",
    "coarse_ring",
    "cover",
    "covered",
    "distance_from",
    "distance_m",
    "homes_near",
    "near",
    "outline_ring",
    "overlaps",
    "read",
    "rings",
]
