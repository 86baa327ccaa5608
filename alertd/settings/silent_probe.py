"""[silent_probe]: the monthly look at telephones of which nothing was heard."""

from typing import Final

from pydantic import Field, field_validator

from alertd.clock import DAY
from alertd.settings.quiet import by_day
from alertd.settings.sections import Section

KEPT: Final = 7 * DAY
"""How long its rows are kept: a service worker tells within three days what it could not tell at once."""


class SilentProbe(Section):
    """Only notifications are asked; never by SMS, call or e-mail."""

    enabled: bool = Field(
        True, description="Whether telephones of which nothing was heard are asked once a month."
    )
    hours: str = Field(
        "10:00-17:00",
        description="Hours of the day, on the station's clock, in which they are asked; within 08:00-20:00.",
    )

    _are_by_day = field_validator("hours")(by_day)
