"""[silence]: how long SMS and voice wait for the phones of those who also get a notification."""

from typing import Any

from pydantic import Field, model_validator

from alertd.settings.sections import Section


class Delays(Section):
    """How long SMS and voice wait for the phones of those who also get a notification."""

    sms_after_s: int | None = Field(
        None,
        ge=1,
        le=86_400,
        description="Seconds before the SMS of those whose phone stays silent; left out: at once.",
    )
    voice_after_s: int | None = Field(
        None,
        ge=1,
        le=86_400,
        description="Seconds before the call of those whose phone stays silent; left out: at once.",
    )


class Silence(Section):
    """The silence policy of stations that have none of their own."""

    warning: Delays = Delays()
    info: Delays = Delays()

    @model_validator(mode="before")
    @classmethod
    def _danger_never_waits(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "danger" in raw:
            message = (
                "danger never waits: it goes to every endpoint at once. Only warning and info can be delayed"
            )
            raise ValueError(message)
        return raw
