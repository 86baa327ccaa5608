"""« Demande de relais » over the API: asked of the communes from a preview, answered by each one's own key.

A key answers what it may release itself; what it takes is a draft, with the files that came along, and leaves by its own preview.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from alertd.errors import Refused
from alertd.issue import relaying, relays
from alertd.issue.relaying import MOST_WORDS, Wish
from alertd.issue.relays import Relay
from alertd.model import Station
from alertd.settings.sections import Channel
from alertd.stations import stations
from alertd.store.contents import headline
from alertd.web.api import reading
from alertd.web.api.answers import Answer, Count, Moment, ShownAnswer, TextAnswer, iso
from alertd.web.api.bodies import Body, LevelWord
from alertd.web.api.content import told
from alertd.web.api.table import Call, Reply

Slug = Annotated[str, Field(min_length=1, max_length=61)]
State = Literal["open", "taken", "waiting", "relayed", "adapted", "declined"]


class AskBody(Body):
    """Whom to ask, for how long, and a word to their mayors."""

    preview_digest: Annotated[str, Field(min_length=1, max_length=100)]
    stations: Annotated[list[Slug], Field(min_length=1, max_length=1000)] = Field(
        description="Slugs of communes under the key's station."
    )
    minutes: Annotated[int, Field(ge=relaying.LEAST, le=relaying.LONGEST)] = 60
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""


class DeclineBody(Body):
    """Not here, and why: who asks reads it."""

    reason: Annotated[str, Field(min_length=1, max_length=MOST_WORDS)]


class TakeBody(Body):
    """Nothing is said: the path names what is asked."""


class StationAnswer(Answer):
    """What one commune made of it. `alert` is told to that commune alone."""

    station: str
    state: State
    by: str | None
    at: Moment | None
    reason: str | None
    alert: int | None


class RelayLine(Answer):
    """What was asked, in a list: of this station (`asked` is null), or by it, with how many have not answered."""

    id: int
    asker: str
    level: LevelWord
    headline: str
    asked_at: Moment
    ends_at: Moment
    over: bool
    state: Literal["open", "taken", "declined"] | None
    asked: Count | None
    unanswered: Count | None


class RelayList(Answer):
    """The latest first, fifty of each."""

    received: list[RelayLine]
    asked: list[RelayLine]


class RelayAnswer(Answer):
    """What is asked, whole. `zone` is null for everyone, or for the `groups` that are called so in each commune."""

    id: int
    asker: str
    words: str
    level: LevelWord
    topic: str
    texts: dict[str, TextAnswer]
    channels: list[Channel]
    exercise: bool
    url: str | None
    zone: dict[str, Any] | None
    groups: list[str]
    attachments: list[ShownAnswer]
    asked_at: Moment
    ends_at: Moment
    over: bool
    withdrawn: bool
    answers: list[StationAnswer] = Field(description="All of them for who asked; its own for who was asked.")


async def ask(call: Call) -> Reply:
    """Ask; the mayors are written to at once."""
    station, body = await call.station(), call.read(AskBody)
    known = {one.slug: one.id for one in await relays.communes(call.desk.db, station)}
    if strange := sorted(set(body.stations) - known.keys()):
        said = f"Not a commune under {station.slug}: {strange[0]}."
        raise Refused("relay_nobody", said, fields={"stations": said})
    wish = Wish(frozenset(known[slug] for slug in body.stations), body.minutes, body.words)
    made = await relaying.ask(call.desk, call.actor, station, body.preview_digest, wish)
    return Reply(await _told(call, made), 201)


async def list_all(call: Call) -> Reply:
    """What was asked of the station, and what it asked."""
    station, now = await call.station(), call.desk.clock.now_ms()
    received = await relays.asked_of(call.desk.db, station)
    asked = await relays.asked_by(call.desk.db, station)
    return Reply(
        RelayList(
            received=[_line(one, station.locale, now, state=state) for one, state in received],
            asked=[_line(one, station.locale, now, asked=n, unanswered=m) for one, n, m in asked],
        )
    )


async def show(call: Call) -> Reply:
    """One, by who asked it or is asked."""
    return Reply(await _told(call, call.alert_id))


async def take(call: Call) -> Reply:
    """A draft of the station's own, with the files: to be previewed with `alert`, and released."""
    await _known(call)
    call.read(TakeBody)
    station = await _own(call)
    alert_id, _ = await relaying.take(call.desk, call.actor, station, call.alert_id)
    return Reply(await reading.answer(call.desk, alert_id))


async def decline(call: Call) -> Reply:
    """Not here, and why."""
    await _known(call)
    reason = call.read(DeclineBody).reason
    await relaying.decline(call.desk, call.actor, await _own(call), call.alert_id, reason)
    return Reply(await _told(call, call.alert_id))


async def withdraw(call: Call) -> Reply:
    """Nobody is asked any more."""
    await _known(call)
    call.read(TakeBody)
    await relaying.withdraw(call.desk, call.actor, await _own(call), call.alert_id)
    return Reply(await _told(call, call.alert_id))


async def _known(call: Call) -> Relay:
    """:raises Missing: `relay_unknown`: neither asked by the key's station nor of it."""
    return await relays.one(call.desk.db, call.actor.station_id, call.alert_id)


async def _own(call: Call) -> Station:
    return await stations.by_id(call.desk.db, call.actor.station_id)


async def _told(call: Call, relay_id: int) -> RelayAnswer:
    """:raises Missing: `relay_unknown`: neither asked by the key's station nor of it."""
    own = call.actor.station_id
    relay = await relays.one(call.desk.db, own, relay_id)
    answers = await relays.answers(call.desk.db, relay, 0 if relay.station_id == own else own)
    content, zone = told(relay.content), relay.content.target.zone
    kept = ("level", "topic", "texts", "channels", "exercise", "url", "attachments")
    return RelayAnswer.model_validate(
        {name: content[name] for name in kept}
        | {
            "id": relay.id,
            "asker": relay.asker,
            "words": relay.words,
            "zone": content["target"].zone if zone is not None else None,
            "groups": list(await relays.group_names(call.desk.db, relay)),
            "asked_at": iso(relay.asked_at),
            "ends_at": iso(relay.ends_at),
            "over": relay.over(call.desk.clock.now_ms()),
            "withdrawn": relay.withdrawn,
            "answers": [_answer(one, own) for one in answers],
        }
    )


def _answer(one: relays.Answer, own: int) -> StationAnswer:
    return StationAnswer.model_validate(
        {
            "station": one.name,
            "state": one.state,
            "by": one.by or None,
            "at": iso(one.at) if one.at is not None else None,
            "reason": one.reason or None,
            "alert": one.alert_id if one.station_id == own else None,
        }
    )


def _line(
    relay: Relay,
    locale: str,
    now: int,
    *,
    state: str | None = None,
    asked: int | None = None,
    unanswered: int | None = None,
) -> RelayLine:
    return RelayLine.model_validate(
        {
            "id": relay.id,
            "asker": relay.asker,
            "level": relay.content.level.word,
            "headline": headline(relay.content, locale),
            "asked_at": iso(relay.asked_at),
            "ends_at": iso(relay.ends_at),
            "over": relay.over(now),
            "state": state,
            "asked": asked,
            "unanswered": unanswered,
        }
    )
