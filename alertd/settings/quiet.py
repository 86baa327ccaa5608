"""[quiet]: the hours in which informations come to whoever chose none of their own."""

from datetime import time

from pydantic import Field, field_validator

from alertd.settings.sections import Section


class QuietHours(Section):
    """Danger and warning never wait for these hours."""

    sms_and_calls: str = Field(
        "", description='Hours in which informations leave by SMS and calls: "08:00-20:00"; empty: at any.'
    )
    push_and_email: str = Field(
        "", description='The same for notifications and e-mail: "07:00-21:00"; empty: at any hour.'
    )
    sundays: bool = Field(False, description="Whether SMS and calls of informations leave on Sundays too.")

    @field_validator("sms_and_calls", "push_and_email")
    @classmethod
    def _are_hours(cls, text: str) -> str:
        try:
            _ = minutes(text) if text else None
        except ValueError as error:
            message = 'give two hours of one day, the first before the last: "08:00-20:00"'
            raise ValueError(message) from error
        return text


def minutes(text: str) -> tuple[int, int]:
    """From "08:00-20:00" to minutes of the day. :raises ValueError: it is none, or ends before it begins."""
    first, last = (time.fromisoformat(part.strip()) for part in text.split("-"))
    found = first.hour * 60 + first.minute, last.hour * 60 + last.minute
    if found[0] >= found[1]:
        raise ValueError(text)
    return found


def by_day(text: str) -> str:
    """The same two hours, when nobody sleeps between them. :raises ValueError: with the sentence for whoever configures."""
    try:
        first, last = minutes(text)
    except ValueError as error:
        message = 'give two hours of one day, the first before the last: "10:00-17:00"'
        raise ValueError(message) from error
    if first < 8 * 60 or last > 20 * 60:
        message = "nobody is asked at night: stay within 08:00-20:00"
        raise ValueError(message)
    return text
