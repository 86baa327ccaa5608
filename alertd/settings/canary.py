"""[canary]: how often test alerts fly to reserved addresses, and when one is late."""

from pydantic import Field

from alertd.settings.sections import Section


class Canary(Section):
    """Nothing flies until an address was reserved: alertd canary add."""

    every_minutes: int = Field(
        5, ge=1, le=1440, description="Minutes between two canaries by e-mail, and to the sandbox."
    )
    sms_every_minutes: int = Field(
        720, ge=5, le=10_080, description="Minutes between two canaries by SMS, which cost."
    )
    late_s: int = Field(
        60, ge=10, le=3600, description="Seconds within which a provider has a canary; then it is late."
    )
    report_minutes: int = Field(
        15,
        ge=1,
        le=1440,
        description="Minutes within which a way that reports arrivals has reported one; then it is lost.",
    )
