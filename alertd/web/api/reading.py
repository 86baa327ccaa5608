"""Alerts as they are told: the thread, its books, its deliveries; another station's are as unknown as none."""

import re
from dataclasses import asdict
from typing import Final

from alertd.errors import Missing, Refused
from alertd.issue import reading
from alertd.issue.desk import Desk
from alertd.issue.reading import AlertView, Progress
from alertd.model import Event
from alertd.web.api import answers
from alertd.web.api.answers import iso
from alertd.web.api.content import told
from alertd.web.api.table import Call

_CURSOR: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


async def own(call: Call) -> AlertView:
    """The alert of the path, which must be of the key's station.

    :raises Missing: `alert_unknown`.
    """
    return await own_alert(call, call.alert_id)


async def own_alert(call: Call, alert_id: int) -> AlertView:
    """The same for an alert named elsewhere. Whether another station has it is not told."""
    try:
        view = await reading.alert(call.desk, alert_id)
    except Missing:
        view = None
    if view is None or view.summary.station_id != call.actor.station_id:
        raise Missing("alert_unknown", "This key's station has no such alert.")
    return view


async def answer(desk: Desk, alert_id: int) -> answers.AlertAnswer:
    """An alert with the books of all its events."""
    view = await reading.alert(desk, alert_id)
    books = {book.event_id: book for book in await reading.progress(desk, alert_id)}
    events = [_event(event, books[event.id]) for event in view.events if event.id in books]
    newest = events[-1] if events else None
    return answers.AlertAnswer.model_validate(
        _summary(view.summary)
        | told(view.content)
        | {
            "expected": newest.expected if newest else 0,
            "planned": newest.planned if newest else None,
            "tally": newest.tally if newest else {},
            "events": events,
        }
    )


async def page(call: Call, before: int | None, limit: int) -> answers.AlertPage:
    """A page of the station's alerts, newest first; a full one may be the last."""
    found = await reading.alerts(call.desk, call.actor.station_id, before, limit)
    shown = [answers.AlertSummary.model_validate(_summary(one)) for one in found]
    return answers.AlertPage(alerts=shown, next=str(found[-1].id) if len(found) == limit else None)


async def deliveries(call: Call, alert_id: int, after: str | None, limit: int) -> answers.DeliveryPage:
    """A page of an alert's deliveries; a full one may be the last."""
    found = await reading.deliveries(call.desk, alert_id, _cursor(after), limit)
    last = found[-1] if len(found) == limit else None
    return answers.DeliveryPage(
        deliveries=[answers.DeliveryAnswer.model_validate(_delivery(one)) for one in found],
        next=f"{last.message_id}-{last.endpoint_id}" if last else None,
    )


def _cursor(after: str | None) -> tuple[int, int]:
    if after is None:
        return (0, 0)
    found = _CURSOR.fullmatch(after)
    if not found:
        message = "Give `after` exactly as `next` was given, or leave it out."
        raise Refused("invalid_query", message, fields={"after": message})
    return int(found[1]), int(found[2])


def _summary(view: reading.AlertSummary) -> dict[str, object]:
    return {
        "id": view.id,
        "state": view.state,
        "level": view.level.word,
        "topic": view.topic,
        "headline": view.headline,
        "exercise": view.exercise,
        "created_at": iso(view.created_at),
        "expires_at": iso(view.expires),
        "closed_at": iso(view.closed_at) if view.closed_at is not None else None,
    }


def _event(event: Event, book: Progress) -> answers.EventAnswer:
    return answers.EventAnswer.model_validate(
        {
            "id": event.id,
            "act": event.act,
            "msg_type": event.act.msg_type,
            "created_at": iso(event.created_at),
            "superseded": book.superseded,
            "expected": book.expected,
            "planned": book.planned,
            "tally": book.tally,
            "channels": book.channels,
            "forecast": asdict(book.forecast),
            "actual": asdict(book.actual),
        }
    )


def _delivery(one: reading.DeliveryView) -> dict[str, object]:
    told = asdict(one)
    return told | {"message": told.pop("message_id"), "endpoint": told.pop("endpoint_id")}
