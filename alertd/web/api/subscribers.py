"""A station's subscribers over the API: enrolled, listed, taken back. Addresses and places only ever come in."""

from typing import Annotated

from pydantic import Field

from alertd.clock import FOREVER, to_ms
from alertd.model import Channel, Level
from alertd.stations import audit
from alertd.subscribe import leave, lists
from alertd.subscribe.enrol import enrol as enrol_one
from alertd.subscribe.nouns import At, Enrolment
from alertd.web.api import answers
from alertd.web.api.answers import iso
from alertd.web.api.bodies import Body, SubscriberBody, Word
from alertd.web.api.table import Call, Reply


class SubscribersQuery(Body):
    """Where the list goes on, and how much of it is wanted."""

    after: Annotated[int, Field(ge=1, le=2**53)] | None = Field(
        None, description="What the page before gave as `next`."
    )
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class RefQuery(Body):
    """Whom: the station's own key for the person."""

    ref: Word


async def enrol(call: Call) -> Reply:
    """Enrol a person on the station's word, or bring the person of the same `ref` up to date."""
    station = await call.station()
    wanted = enrolment(call.read(SubscriberBody))
    async with call.desk.db.transaction() as tx:
        made = (tx, call.desk.clock, call.desk.keyring, station, wanted)
        done = await enrol_one(*made, fiction=call.desk.settings.subscribers.fiction_numbers)
        if done.changed:
            what = f"subscriber:{done.subscriber_id}"
            await audit.append(tx, call.desk.clock, station.id, call.actor.name, "subscriber.enrol", what)
    told = {"id": done.subscriber_id, "ref": wanted.ref, "declined": list(done.declined)}
    return Reply(answers.Enrolled.model_validate(told), 201 if done.changed else 200)


async def list_all(call: Call) -> Reply:
    """A page of the station's people."""
    station = await call.station()
    query = call.query(SubscribersQuery)
    found = await lists.page(
        call.desk.db, station.id, call.desk.clock.now_ms(), query.after or 0, query.limit
    )
    shown = [_subscriber(one) for one in found]
    return Reply(
        answers.SubscriberPage(
            subscribers=shown, next=str(found[-1].id) if len(found) == query.limit else None
        )
    )


async def remove(call: Call) -> Reply:
    """End the subscription of the person whose `ref` is in the query."""
    return await _remove(call, call.query(RefQuery).ref)


async def remove_by_path(call: Call) -> Reply:
    """The same, with the `ref` in the path."""
    return await _remove(call, call.match(RefQuery).ref)


def enrolment(body: SubscriberBody) -> Enrolment:
    """The person that a body describes."""
    return Enrolment(
        endpoints=tuple((Channel.of(one.channel), one.address) for one in body.endpoints),
        consent_source=body.consent.source,
        consent_at=to_ms(body.consent.at),
        locale=body.locale,
        places=tuple(At(one.lat, one.lon, one.kind) for one in body.places),
        topics=tuple(body.topics or ()),
        min_level=Level.of(body.min_level),
        valid_until=to_ms(body.valid_until) if body.valid_until else FOREVER,
        exercises=body.exercises,
        ref=body.ref,
    )


async def _remove(call: Call, ref: str) -> Reply:
    station = await call.station()
    async with call.desk.db.transaction() as tx:
        await leave.leave_by_ref(tx, station.id, ref)
        await audit.append(
            tx, call.desk.clock, station.id, call.actor.name, "subscriber.remove", f"station:{station.id}"
        )
    return Reply(status=204)


def _subscriber(one: lists.Listed) -> answers.SubscriberAnswer:
    return answers.SubscriberAnswer.model_validate(
        {
            "id": one.id,
            "ref": one.ref,
            "locale": one.locale,
            "scope": "everywhere" if one.everywhere else "places",
            "topics": list(one.topics) or None,
            "min_level": one.min_level.word,
            "exercises": one.exercises,
            "channels": {channel.word: n for channel, n in one.channels.items()},
            "places": dict(one.places),
            "since": iso(one.since),
            "valid_until": None if one.valid_until >= FOREVER else iso(one.valid_until),
            "consent": {"source": one.consent_source, "at": iso(one.consent_at)},
        }
    )
