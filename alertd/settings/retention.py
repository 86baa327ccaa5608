"""[retention]: how long what is about people is kept when it serves nobody any more."""

from pydantic import Field

from alertd.settings.sections import Section


class Retention(Section):
    """What was sent, and how many got it, is kept; who got it is not."""

    deliveries_days: int = Field(
        365,
        ge=30,
        le=3650,
        description="Days after an alert's end for which it is kept to whom it went, by which way, and what became of it. "
        "How many were reached stays.",
    )
    places_days: int = Field(
        30, ge=30, le=3650, description="Days for which a place is kept that a person has given up."
    )
