"""What the zone tests draw with: places of the French Republic, shapes around them, and judges of distance."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import strategies as st

SHARED = Path(__file__).parents[2] / ".." / "shared"
WGS84 = Geodesic.WGS84

# Latitude and longitude: mainland and overseas, and both sides of 180 degrees (Wallis' and Fiji's waters).
PLACES = {
    "Bar-le-Duc": (48.773, 5.160),
    "Brest": (48.390, -4.486),
    "Bonifacio": (41.387, 9.159),
    "Dunkerque": (51.034, 2.377),
    "Guadeloupe": (16.245, -61.551),
    "Martinique": (14.616, -61.058),
    "Guyane": (4.938, -52.330),
    "Réunion": (-20.882, 55.450),
    "Mayotte": (-12.780, 45.228),
    "Saint-Pierre": (46.779, -56.174),
    "Tahiti": (-17.535, -149.569),
    "Marquises": (-8.910, -140.100),
    "Nouméa": (-22.271, 166.440),
    "Wallis": (-13.282, -176.174),
    "west of 180": (-16.500, 179.990),
    "east of 180": (-16.500, -179.990),
    "on 180": (-16.800, 180.0),
    "Kerguelen": (-49.350, 70.220),
    "equator": (0.0, 9.450),
    "Greenwich": (47.900, 0.0),
}

spots = st.builds(
    lambda at, north, east: (at[0] + north, zones_lon(at[1] + east)),
    st.sampled_from(list(PLACES.values())),
    st.floats(-0.05, 0.05),
    st.floats(-0.05, 0.05),
)


def zones_lon(lon: float) -> float:
    """The longitude written between -180 and 180."""
    return (lon + 180) % 360 - 180


def shared(name: str) -> dict:
    """A file of the shared data, or the test is skipped by name."""
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"shared data {name} is absent")
    return json.loads(path.read_text())


def moved(lat: float, lon: float, azimuth: float, metres: float) -> tuple[float, float]:
    """The point so many metres away, by an independent judge."""
    end = WGS84.Direct(lat, lon, azimuth, metres)
    return end["lat2"], end["lon2"]


def star(lat: float, lon: float, radii: list[float], turn: float = 0.0) -> list[list[float]]:
    """A closed counter-clockwise ring in GeoJSON order, one vertex per radius in metres; longitudes run on past 180."""
    east, north = metres_per_degree(lat)
    angles = [turn + 2 * math.pi * at / len(radii) for at in range(len(radii))]
    ring = [
        [lon + radius * math.cos(angle) / east, lat + radius * math.sin(angle) / north]
        for radius, angle in zip(radii, angles, strict=True)
    ]
    return [*ring, ring[0]]


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres per degree east and north, measured with the judge and not with our own arithmetic."""
    step = 1e-4
    return (
        WGS84.Inverse(lat, 0, lat, step)["s12"] / step,
        WGS84.Inverse(lat - step / 2, 0, lat + step / 2, 0)["s12"] / step,
    )


def polygon(*rings: list[list[float]]) -> dict:
    """GeoJSON of one polygon."""
    return {"type": "Polygon", "coordinates": [*rings]}


def multipolygon(*parts: list[list[list[float]]]) -> dict:
    """GeoJSON of several polygons."""
    return {"type": "MultiPolygon", "coordinates": [*parts]}


def square(lat: float, lon: float, half_m: float) -> list[list[float]]:
    """A counter-clockwise square ring about a point."""
    return star(lat, lon, [half_m * math.sqrt(2)] * 4, math.pi / 4)


def uniform(seed: int) -> np.random.Generator:
    """Random numbers that are the same at every run."""
    return np.random.default_rng(seed)


LAT, LON = 48.773, 5.160
SQUARE = square(LAT, LON, 1_000)
CIRCLE = {"type": "Circle", "center": [LON, LAT], "radius_m": 1200}
DEGREES_EAST, DEGREES_NORTH = 1 / 73_500, 1 / 111_200


def at(east_m: float, north_m: float) -> list[float]:
    """A position so many metres from the middle, roughly."""
    return [LON + east_m * DEGREES_EAST, LAT + north_m * DEGREES_NORTH]


def ring(*metres: tuple[float, float]) -> list[list[float]]:
    """A closed ring through points in metres from the middle."""
    return [at(*point) for point in (*metres, metres[0])]


HOLE = square(LAT, LON, 400)[::-1]
