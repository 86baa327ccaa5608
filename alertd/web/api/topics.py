"""The topics over the API: those that the key's station offers, by its names."""

from alertd.catalogue.nouns import FRENCH, Topic
from alertd.stations import topics
from alertd.web.api.answers import Answer
from alertd.web.api.bodies import LevelWord
from alertd.web.api.table import Call, Reply


class TopicAnswer(Answer):
    """One topic, with what is proposed for an alert about it."""

    topic: str
    label: str
    level: LevelWord
    channels: list[str]
    duration_hours: int


class TopicList(Answer):
    """In the order in which screens show them."""

    topics: list[TopicAnswer]


async def list_all(call: Call) -> Reply:
    """What the station hides, or its kind does not speak of, is left out; so is a danger that was not granted."""
    found = await topics.of(call.desk.db, call.desk.catalogue, await call.station())
    return Reply(TopicList(topics=[_topic(one) for one in found.offered.values()]))


def _topic(one: Topic) -> TopicAnswer:
    return TopicAnswer.model_validate(
        {
            "topic": one.key,
            "label": one.label(FRENCH),
            "level": one.level,
            "channels": list(one.channels),
            "duration_hours": one.duration_hours,
        }
    )
