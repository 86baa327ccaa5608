"""How large a zone may be. Everything countable is capped before any heavy geometry runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, all inclusive, within which a zone is accepted. The defaults are those of a drawn zone."""

    min_radius_m: float = 300.0
    max_radius_m: float = 5_000.0
    min_area_km2: float = 0.01
    max_area_km2: float = 400.0
    max_vertices: int = 2_000
    max_parts: int = 50
    max_perimeter_m: float = 200_000.0


# What a person draws on a phone; a kind of station may widen one bound with dataclasses.replace.
DRAWN = Limits()

# What an administrator registers once: the largest commune (Maripasoula) has 18,000 km2, a whole country passes.
OUTLINE = Limits(
    min_radius_m=1.0,
    max_radius_m=100_000.0,
    min_area_km2=0.0,
    max_area_km2=1_000_000.0,
    max_vertices=200_000,
    max_parts=5_000,
    max_perimeter_m=100_000_000.0,
)
