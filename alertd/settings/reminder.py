"""[reminder]: the yearly word to those who have not been heard of."""

from pydantic import Field, field_validator

from alertd.settings.quiet import by_day
from alertd.settings.sections import Section


class Reminder(Section):
    """By a notification or an e-mail; by SMS where that is wanted; never by a call."""

    enabled: bool = Field(
        True,
        description="Whether whoever was not heard of for a year is reminded once of what they receive.",
    )
    sms: bool = Field(
        False, description="Whether whoever has nothing but an SMS is reminded by one: it costs."
    )
    days: int = Field(
        365, ge=180, le=1825, description="Days without a sign of life, and between two reminders."
    )
    per_hour: int = Field(120, ge=1, le=3600, description="Reminders an hour, of the whole instance.")
    hours: str = Field(
        "10:00-17:00",
        description="Hours of the day, on the station's clock, in which they leave; within 08:00-20:00.",
    )

    _are_by_day = field_validator("hours")(by_day)
