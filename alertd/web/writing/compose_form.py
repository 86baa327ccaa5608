"""The form of an alert as it was typed, and what it is read against."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from multidict import MultiMapping
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alertd.catalogue import Catalogue, Template
from alertd.deliver.routes import SHARED, Owners
from alertd.model import Attachment, Channel, Station, Text
from alertd.settings import Limits
from alertd.settings.zones import Zones
from alertd.stations.drawings import Hamlet, SavedZone
from alertd.stations.streets.find import Names, Spot
from alertd.web.posted import unreadable

_LISTS: Final = frozenset({"channels", "groups", "advice", "fills"})
_FILL: Final = "fill_"
"""With a blank's name behind it, the question what stands in it."""


class ComposeForm(BaseModel):
    """What was typed and ticked, as text. `zone` is a drawn zone as JSON, kept when an alert is corrected; `kept1` to `kept3`
    are the digests of the files that were brought, `alt1` to `alt3` what they show in words. `address_words` is what was
    typed to find an address, `address` the one that was picked; `template` is the ready text that it was begun with. Where `words` is "book", the text is made of the phrases
    `hazard` to `source`; an empty `place` follows the zone, `at` is the hour that the phrase `time` names. `fills`: what was tapped
    for the blanks of a ready text, as "h=18h". `news`: something of the alert has left.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: str = ""
    template: str = ""
    template_version: str = ""
    level: str = ""
    where: str = ""
    saved_zone: str = ""
    hamlet: str = ""
    radius_m: str = "1000"
    address: str = ""
    address_words: str = ""
    address_radius_m: str = "1000"
    zone: str = ""
    groups: tuple[str, ...] = Field((), max_length=200)
    words: str = ""
    hazard: str = ""
    place: str = ""
    place_name: str = ""
    time: str = ""
    at: str = ""
    advice: tuple[str, ...] = Field((), max_length=100)
    source: str = ""
    fills: tuple[str, ...] = Field((), max_length=40)
    headline: str = ""
    body: str = ""
    instruction: str = ""
    channels: tuple[str, ...] = Field((), max_length=10)
    expires: str = ""
    exercise: str = ""
    news: str = ""
    neutral: str = ""
    kept1: str = ""
    kept2: str = ""
    kept3: str = ""
    alt1: str = ""
    alt2: str = ""
    alt3: str = ""

    @classmethod
    def read(cls, posted: MultiMapping[Any]) -> "ComposeForm":
        """What a browser posted; Malformed when it is no form of ours (a file, a thousand boxes, a NUL)."""
        if any("\0" in text for text in posted.values() if isinstance(text, str)):
            raise unreadable()
        names = cls.model_fields.keys() & posted.keys()
        fields = {name: posted.getall(name) if name in _LISTS else posted[name] for name in names}
        asked = {name: text for name, text in posted.items() if name.startswith(_FILL) and text}
        if asked:
            fields["fills"] = [f"{name.removeprefix(_FILL)}={text}" for name, text in asked.items()]
        near, _, place = str(fields.get("where", "")).partition(":")
        if place:  # one tap on a place says both
            fields |= {"where": near, near: place} if near == "hamlet" else {}
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise unreadable() from error

    def as_exercise(self) -> "ComposeForm":
        """The same, rehearsed."""
        return self.model_copy(update={"exercise": "on"})

    def as_news(self, *, told: bool) -> "ComposeForm":
        """The same, of an alert of which something has left, or nothing yet."""
        return self.model_copy(update={"news": "on" if told else ""})

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The form as hidden fields, so that a later refusal loses nothing."""
        for name, value in self:
            values = value if name in _LISTS else (value,)
            yield from ((name, text) for text in values if text)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form is read against: the station, what it keeps at hand, the bounds, and the time; `files` by their digest.

    `spot` is the address that the form picked, or what the middle of a stored circle is called; `found` what is searched,
    None when nothing is; `names` are the station's hamlets and streets, where they are few enough for a list. `election`: one
    is near; `unpaid` are the channels that nobody pays for here, but for a danger;
    `most` is how large a zone may be; `templates` are the ready texts to begin with, `ready` the one that a posted form began with;
    `owners`: whose gateways speak for the station before the shared ones; `lately` are the middles of its last circles, newest first, `told` the ready texts by which its
    last messages were begun, with their words.
    """

    station: Station
    catalogue: Catalogue
    limits: Limits
    now: int
    saved_zones: tuple[SavedZone, ...] = ()
    hamlets: tuple[Hamlet, ...] = ()
    groups: Mapping[int, str] | None = None
    files: Mapping[str, Attachment] = field(default_factory=dict)
    spot: Spot | None = None
    found: tuple[Spot, ...] | None = None
    names: Names = field(default_factory=Names)
    searches: bool = False
    election: bool = False
    unpaid: frozenset[Channel] = frozenset()
    most: Zones = field(default_factory=Zones)
    templates: Mapping[str, Template] = field(default_factory=dict)
    ready: Template | None = None
    owners: Owners = SHARED
    lately: tuple[tuple[float, float], ...] = ()
    told: tuple[tuple[str, Text], ...] = ()


class Fault(Exception):
    """A sentence for the person, beside one field."""


Reading = Callable[[ComposeForm, Surroundings], object]
"""How one field is read; what is wrong with it is a Fault."""
