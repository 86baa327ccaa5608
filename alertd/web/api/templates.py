"""Ready texts over the API: those that the key's station may begin with, in their newest words."""

from typing import Final, Literal

from pydantic import Field

from alertd.catalogue import Template
from alertd.stations import organisations, templates, topics
from alertd.web.api.answers import Answer
from alertd.web.api.bodies import LevelWord
from alertd.web.api.table import Call, Reply

RANKS: Final = ("danger", "warning", "info")


class ReadyAnswer(Answer):
    """One ready text; `{blanks}` are to be filled, what is `locked` stays word for word."""

    template: str = Field(description="What an alert names it by.")
    version: int = Field(description="0: as alertd came with it.")
    label: str
    topic: str
    level: LevelWord
    headline: str
    body: str
    instruction: str
    locked: list[Literal["headline", "body", "instruction"]]


class ReadyList(Answer):
    """The gravest first, then by label."""

    templates: list[ReadyAnswer]


async def list_all(call: Call) -> Reply:
    """What is hidden, about a topic that is, withheld from this kind of station, or a danger that was not granted, is left out."""
    station, store = await call.station(), call.desk.db
    grants = await organisations.granted(store, station)
    offered = await templates.view(store, call.desk.catalogue, station)
    topics_of = await topics.of(store, call.desk.catalogue, station)
    usable = templates.about(templates.usable(offered, station, grants), topics_of.offered)
    found = [_ready(organisations.placed(text, station)) for text in usable.values()]
    ranked = sorted(found, key=lambda one: (RANKS.index(one.level), one.label))
    return Reply(ReadyList(templates=ranked))


def _ready(text: Template) -> ReadyAnswer:
    names = ("label", "topic", "level", "headline", "body", "instruction", "version")
    said = {name: getattr(text, name) for name in names}
    return ReadyAnswer.model_validate(said | {"template": text.key, "locked": sorted(text.locked)})
