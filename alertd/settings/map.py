"""[map]: pictures of the land under the outline, fetched by alertd from a tile server that the administrator names."""

import re
from typing import Final, Self

from pydantic import Field, model_validator

from alertd.settings.sections import Section

_ADDRESS: Final = (
    r"^(https://[^/\s?#@{}]+/[^\s#]*|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/[^\s#]*|)$"
)
_PARTS: Final = ["{x}", "{y}", "{z}"]


class MapSettings(Section):
    """Off unless a template is given: then this machine asks for tiles around the stations, and no browser does."""

    tiles: str = Field(
        "",
        pattern=_ADDRESS,
        description="Where a tile is, with {z}, {x} and {y} once each behind the host; https. Empty: none, the outline is drawn.",
    )
    attribution: str = Field(
        "", max_length=200, description="Whose tiles they are, as their licence wants it shown on the map."
    )
    public: bool = Field(
        False, description="Whether residents' maps have them too; operators' have them in any case."
    )
    folder: str = Field(
        "", description="Where they are kept; empty: the folder tiles beside what this node keeps."
    )
    keep_days: int = Field(
        30,
        ge=1,
        le=365,
        description="Days after which a tile is asked for anew; until it comes the old one is shown.",
    )
    keep_megabytes: int = Field(
        200, ge=1, le=20_000, description="What is kept at most; the oldest make room."
    )
    timeout_s: float = Field(5.0, gt=0, le=30, description="Seconds that the tile server has to answer.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.tiles:
            return self
        if sorted(re.findall(r"\{[^}]*\}?|\}", self.tiles)) != _PARTS:
            raise ValueError("tiles needs {z}, {x} and {y}, once each, and no other braces")
        if not self.attribution.strip():
            raise ValueError("attribution is needed with tiles: every licence asks that it be shown")
        return self
