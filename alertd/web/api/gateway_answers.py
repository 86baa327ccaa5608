"""What programs are told of gateways, as pydantic models."""

from pydantic import Field

from alertd.settings.sections import Channel
from alertd.web.api.answers import Answer, Count, LaneWord, Moment


class CreditAnswer(Answer):
    """What a prepaid account has left, in its unit: "credits", or a currency."""

    left: float
    unit: str


class SightingAnswer(Answer):
    """A gateway as one node sees it."""

    node: str
    working: bool
    since: Moment
    reason: str = Field(description="Why it is down; empty when it works.")
    failures: float | None = Field(description="Share of answers of late that were failures; null: too few.")
    speaks: list[Channel] = Field(description="For which channels it speaks now.")
    dangers: list[Channel] = Field(description="For whose danger it speaks now, and for nothing else.")
    hosts: list[str] = Field(description="Those of its hosts that are left alone now.")
    credit: CreditAnswer | None = Field(description="When it was asked last; null where it does not tell.")


class RateAnswer(Answer):
    """What became of the messages of the last seven days. Rounded down to fives; null: one to four, not told apart."""

    prefix: str = Field(description='The range of numbers, "+33639"; empty: all of them.')
    handed: int | None = Field(description="To the provider.")
    delivered: int | None = Field(description="Of these, those seen included.")
    seen: int | None


class StandingAnswer(Answer):
    """A gateway on a channel's route."""

    name: str
    nodes: list[SightingAnswer]
    rates: list[RateAnswer] = Field(
        description="As a whole, then by range of numbers: these for a station that answers to no other."
    )


class PreferredAnswer(Answer):
    """What an administrator imposed."""

    gateway: str
    reason: str


class VoiceAnswer(Answer):
    """A channel; its gateways in order of preference."""

    channel: Channel
    stations: list[str] = Field(
        description="The stations whose own these gateways are; empty: shared by all. A channel may be there once for each."
    )
    speakers: dict[str, str] = Field(description="Which gateway speaks, node by node.")
    preferred: PreferredAnswer | None
    queued: dict[LaneWord, Count]
    gateways: list[StandingAnswer]


class DecisionAnswer(Answer):
    """What was decided about a gateway, by whom, and why."""

    at: Moment
    by: str
    action: str
    object: str
    detail: dict[str, str]


class GatewaysAnswer(Answer):
    """The way out of this key's mode, for the whole instance."""

    channels: list[VoiceAnswer]
    decisions: list[DecisionAnswer] = Field(description="The latest twenty, newest first.")
