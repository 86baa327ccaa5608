"""Between the API's words and the house's nouns: contents on the way in, alerts on the way out."""

from collections.abc import Mapping
from typing import Any

import zones
from alertd.clock import to_ms
from alertd.errors import Refused
from alertd.model import Attachment, Channel, Content, Level, Target, Text
from alertd.store.contents import to_json
from alertd.web.api.answers import ShownAnswer, TargetAnswer
from alertd.web.api.bodies import AlertBody, TargetBody, TextBody


def content(body: AlertBody, most: zones.Limits) -> tuple[Content, tuple[str, ...]]:
    """The content that a body describes, and the words for what was repaired in its zone; its files are named only.
    `most` is the largest zone that anybody may draw here.

    :raises Refused: the zone's own code (`zone_...`), pointing at `target.zone`.
    """
    target, repairs = _target(body.target, most)
    found = Content(
        level=Level.of(body.level),
        topic=body.topic,
        target=target,
        texts=texts(body.texts),
        channels=frozenset(Channel.of(word) for word in body.channels),
        expires=to_ms(body.expires_at),
        onset=to_ms(body.onset) if body.onset else None,
        deliver_by=to_ms(body.deliver_by) if body.deliver_by else None,
        exercise=body.exercise,
        url=body.url,
        attachments=tuple(Attachment(one.digest, "", one.alt) for one in body.attachments),
        template=body.template or "",
    )
    return found, repairs


def texts(bodies: Mapping[str, TextBody]) -> dict[str, Text]:
    """What is said, by language."""
    return {locale: Text(text.headline, text.body, text.instruction) for locale, text in bodies.items()}


def target_answer(target: Target) -> TargetAnswer:
    """A target as it is told: the zone as it was read."""
    if target.zone is not None:
        return TargetAnswer(zone=zones.as_json(target.zone))
    return TargetAnswer(station=True) if target.station else TargetAnswer(groups=list(target.groups))


def told(content: Content) -> dict[str, Any]:
    """What an alert's answer repeats of its content."""
    stored = to_json(content)
    return {key: stored[key] for key in ("level", "topic", "texts", "channels", "exercise", "url")} | {
        "target": target_answer(content.target),
        "attachments": [_shown(one) for one in content.attachments],
    }


def _shown(one: Attachment) -> ShownAnswer:
    return ShownAnswer(digest=one.digest, type=one.kind, alt=one.alt, width=one.width, height=one.height)


def _target(body: TargetBody, most: zones.Limits) -> tuple[Target, tuple[str, ...]]:
    if body.zone is None:
        return Target(station=bool(body.station), groups=tuple(body.groups or ())), ()
    try:
        reading = zones.read(body.zone, most)
    except zones.ZoneError as error:
        raise Refused(error.code, error.message, fields={"target.zone": error.message}) from None
    return Target(zone=reading.zone), reading.repairs
