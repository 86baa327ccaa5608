"""Alerts over the API: drafted, previewed, released, corrected, ended, followed."""

from dataclasses import asdict
from typing import Annotated, Final

from pydantic import Field

from alertd import issue
from alertd.errors import Conflict, Missing, Refused
from alertd.issue import attachments
from alertd.issue.check import check
from alertd.issue.guards import after
from alertd.issue.preview import Preview, check_groups, stored
from alertd.issue.release import Released
from alertd.model import Act, AlertState, Content, Text
from alertd.stations import stations, templates
from alertd.stations.quotas import Quota
from alertd.web.api import answers, reading
from alertd.web.api.answers import iso
from alertd.web.api.bodies import AlertBody, Body, DigestBody, PreviewBody, TextsBody
from alertd.web.api.content import content, target_answer, texts
from alertd.web.api.table import Call, Reply

EVERY_ALERT: Final = 1 << 62


class PageQuery(Body):
    """Where a list goes on, and how much of it is wanted."""

    after: Annotated[str, Field(max_length=40)] | None = Field(
        None, description="What the page before gave as `next`."
    )
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class AlertsQuery(Body):
    """Like the others, by alert id."""

    after: Annotated[int, Field(ge=1, le=2**53)] | None = Field(
        None, description="What the page before gave as `next`."
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50


async def preview(call: Call) -> Reply:
    """What would happen, and the digest that releases it."""
    station = await call.station()
    body = call.read(PreviewBody)
    wanted, repairs = await _read(call, body)
    if body.alert is not None:
        await reading.own_alert(call, body.alert)
    shown = await issue.preview(call.desk, call.actor, station, wanted, body.alert, neutral=body.neutral)
    return Reply(_preview_answer(shown, repairs))


async def create(call: Call) -> Reply:
    """A draft; with a digest, a release."""
    station = await call.station()
    digest, wanted = await _wish(call)
    if digest is None:
        if wanted is None:
            raise Refused("invalid_body", "Send an alert, or the digest of its preview.")
        await check(call.desk, station, wanted)
        await check_groups(call.desk, station, wanted)
        draft = await issue.save_draft(call.desk, call.actor, station, wanted)
        return Reply(await reading.answer(call.desk, draft), 201)
    await _check_digest(call, digest, None)
    released = await issue.release(call.desk, call.actor, station, digest, wanted, known=_known(call))
    return await _released(call, released)


async def update(call: Call) -> Reply:
    """New words, or a new target, for an alert under way."""
    alert = await reading.own(call)
    if alert.summary.state is AlertState.DRAFT:
        after(alert.summary.state, Act.UPDATE)
    station = await stations.by_id(call.desk.db, call.actor.station_id)
    digest, wanted = await _wish(call)
    if digest is None:
        raise Refused(
            "preview_digest_missing",
            "An update is previewed first, with `alert`: send the digest that the preview gave.",
            fields={"preview_digest": "Required."},
        )
    await _check_digest(call, digest, call.alert_id)
    released = await issue.release(call.desk, call.actor, station, digest, wanted, known=_known(call))
    return await _released(call, released)


async def end(call: Call) -> Reply:
    """The all-clear."""
    await reading.own(call)
    return await _released(call, await issue.end(call.desk, call.actor, call.alert_id, _words(call)))


async def cancel(call: Call) -> Reply:
    """The correction of a false alert, to everyone it ever reached."""
    await reading.own(call)
    return await _released(call, await issue.cancel(call.desk, call.actor, call.alert_id, _words(call)))


async def show(call: Call) -> Reply:
    """One alert."""
    await reading.own(call)
    return Reply(await reading.answer(call.desk, call.alert_id))


async def list_all(call: Call) -> Reply:
    """The station's alerts."""
    await call.station()
    query = call.query(AlertsQuery)
    return Reply(await reading.page(call, query.after, query.limit))


async def deliveries(call: Call) -> Reply:
    """Who was reached, and how."""
    await reading.own(call)
    query = call.query(PageQuery)
    return Reply(await reading.deliveries(call, call.alert_id, query.after, query.limit))


def _known(call: Call) -> int:
    """What went out lately: all of it is known to who says `repeat`."""
    return EVERY_ALERT if call.document.get("repeat") is True else 0


async def _wish(call: Call) -> tuple[str | None, Content | None]:
    """The digest and the content of a body, either of which may be left out."""
    if "preview_digest" in call.document and set(call.document) <= DigestBody.model_fields.keys():
        return call.read(DigestBody).preview_digest, None
    body = call.read(AlertBody)
    return body.preview_digest, (await _read(call, body))[0]


async def _read(call: Call, body: AlertBody) -> tuple[Content, tuple[str, ...]]:
    """The content, its files as the station has them; and what was repaired in its zone."""
    wanted, repairs = content(body, call.desk.settings.zones.widest)
    station = await stations.by_id(call.desk.db, call.actor.station_id)
    wanted = await templates.newest(call.desk.db, call.desk.catalogue, station, wanted)
    return await attachments.complete(call.desk.db, station.id, wanted), repairs


def _words(call: Call) -> dict[str, Text] | None:
    body = call.read(TextsBody)
    return texts(body.texts) if body.texts else None


async def _check_digest(call: Call, digest: str, updated: int | None) -> None:
    """An update's digest releases that update, and nothing else; a first message's is spent on its station.

    :raises Conflict: `preview_unknown`, `preview_stale`, `preview_elsewhere`.
    """
    try:
        row = await stored(call.desk, call.actor, digest)
    except Missing as error:
        raise Conflict(error.code, "This preview is not known here: make another one.") from None
    meant = row["alert_id"]
    if updated is None and meant is not None and row["event_id"] is None:
        view = await reading.own_alert(call, meant)
        meant = None if view.summary.state is AlertState.DRAFT else meant
    if meant != updated and row["event_id"] is None:
        raise Conflict("preview_elsewhere", "This digest is another alert's: preview what you mean to send.")


def _preview_answer(shown: Preview, repairs: tuple[str, ...]) -> answers.PreviewAnswer:
    return answers.PreviewAnswer.model_validate(
        {
            "preview_digest": shown.digest,
            "expires_at": iso(shown.expires_at),
            "people": shown.people,
            "endpoints": {channel.word: n for channel, n in shown.endpoints.items()},
            "unreached": shown.unreached,
            "delayed": {channel.word: n for channel, n in shown.delayed.items()},
            "silence": {channel.word: seconds for channel, seconds in shown.content.silence.items()},
            "price": shown.price,
            "price_low": shown.price_low,
            "first_s": shown.first_s,
            "half_s": shown.half_s,
            "last_s": shown.last_s,
            "without_gateway": [channel.word for channel in shown.without_gateway],
            "quota": _quota(shown.quota),
            "target": target_answer(shown.content.target),
            "repairs": list(repairs),
            "shared": list(shown.border.shared),
            "coverage": shown.coverage and asdict(shown.coverage),
            "across": [{"station": one.station, "people": one.people} for one in shown.border.unreached],
        }
    )


def _quota(quota: Quota | None) -> dict[str, object] | None:
    if quota is None:
        return None
    return {"per_day": quota.per_day, "left": quota.left, "resumes_at": iso(quota.resumes_at)}


async def _released(call: Call, released: Released) -> Reply:
    return Reply(await reading.answer(call.desk, released.alert_id), 200 if released.again else 201)
