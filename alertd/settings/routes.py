"""The section [routes]: in which order gateways speak."""

from pydantic import Field, field_validator

from alertd.settings.once import each_once
from alertd.settings.sections import Section


class Routes(Section):
    """The gateways of each channel, the preferred one first."""

    sms: tuple[str, ...] = Field((), max_length=10, description="Gateways for SMS, in order of preference.")
    push: tuple[str, ...] = Field((), max_length=10, description="Gateways for notifications.")
    email: tuple[str, ...] = Field((), max_length=10, description="Gateways for e-mail.")
    voice: tuple[str, ...] = Field((), max_length=10, description="Gateways for voice calls.")
    display: tuple[str, ...] = Field((), max_length=10, description="Gateways for panels and screens.")

    @field_validator("*")
    @classmethod
    def _each_gateway_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """A gateway cannot stand in for itself."""
        each_once(names, "name each gateway once, in order of preference")
        return names
