"""[quotas]: how many informations a station may send a day."""

from typing import Annotated, Literal

from pydantic import Field

from alertd.settings.sections import Section

PerDay = Annotated[int, Field(ge=0, le=10_000_000)]
Kind = Literal["commune", "intercommunality", "departement", "school", "association", "hotel", "service"]


class Quotas(Section):
    """Deliveries of informations a day, where a station has no quota of its own; 0 sets none."""

    info_per_day: PerDay = Field(0, description="For every station; 0: no quota.")
    kinds: dict[Kind, PerDay] = Field({}, description="By kind of station, before info_per_day.")

    def info_of(self, kind: str) -> int:
        """The quota of stations of this kind; 0: none."""
        return next((n for named, n in self.kinds.items() if named == kind), self.info_per_day)
