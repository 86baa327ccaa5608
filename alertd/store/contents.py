"""An alert's content as it is stored: JSON in the words of the API, times as UTC milliseconds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import zones
from alertd.model import Act, Attachment, Channel, Content, Event, Level, Picks, Target, Text
from alertd.store.database import Row


def to_json(content: Content) -> dict[str, Any]:
    """The document that `from_json` reads back unchanged."""
    return (
        {
            "level": content.level.word,
            "topic": content.topic,
            "target": _target_json(content.target),
            "texts": {locale: _text_json(text) for locale, text in sorted(content.texts.items())},
            "channels": sorted(channel.word for channel in content.channels),
            "onset": content.onset,
            "deliver_by": content.deliver_by,
            "expires": content.expires,
            "exercise": content.exercise,
            "url": content.url,
            "silence": {channel.word: seconds for channel, seconds in sorted(content.silence.items())},
        }
        | _attached(content)
        | _picked(content)
        | _begun(content)
    )


def dumps(content: Content) -> str:
    """The document as text, keys in order: equal contents give equal texts."""
    return json.dumps(to_json(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(content: Content) -> bytes:
    """Equal for equal contents: what is released must be what was shown. Delays are the station's, not the author's."""
    return hashlib.sha256(dumps(replace(content, silence={})).encode()).digest()


def from_json(document: Mapping[str, Any]) -> Content:
    """The content of a document that we stored; anything else is a bug."""
    return Content(
        level=Level.of(document["level"]),
        topic=document["topic"],
        target=_target(document["target"]),
        texts={locale: Text(**text) for locale, text in document["texts"].items()},
        channels=frozenset(Channel.of(word) for word in document["channels"]),
        onset=document["onset"],
        deliver_by=document["deliver_by"],
        expires=document["expires"],
        exercise=document["exercise"],
        url=document["url"],
        silence={Channel.of(word): seconds for word, seconds in document["silence"].items()},
        attachments=tuple(Attachment(**one) for one in document.get("attachments", ())),
        picks=_picks(document.get("picks")),
        template=document.get("template", ""),
        template_version=document.get("template_version", 0),
    )


def loads(text: str) -> Content:
    """The content of a stored text."""
    return from_json(json.loads(text))


def event_of(row: Row) -> Event:
    """An event's row, as `events.of_alert` and `public.events` give it."""
    return Event(
        id=row["id"],
        alert_id=row["alert_id"],
        station_id=row["station_id"],
        act=Act(row["act"]),
        content=loads(row["content"]),
        onset=row["onset"],
        deliver_by=row["deliver_by"],
        as_of=row["as_of"],
        released_by=row["released_by"],
        created_at=row["created_at"],
        supersedes=row["supersedes"],
        labels=labels_of(row),
    )


def labels_of(row: Row) -> Mapping[str, str]:
    """What an event's topic was called when it was released, by language; none where that was not kept."""
    kept = row["topic_labels"]
    return json.loads(kept) if kept else {}


def headline(content: Content, locale: str) -> str:
    """One line for lists: in the station's language, else in any."""
    text = content.texts.get(locale) or next(iter(content.texts.values()))
    return text.headline


def _attached(content: Content) -> dict[str, Any]:
    """Nothing where there is none: a content without is written as it was before there were any."""
    return {"attachments": [asdict(one) for one in content.attachments]} if content.attachments else {}


def _picked(content: Content) -> dict[str, Any]:
    """Likewise nothing where the words are the author's own."""
    return {"picks": asdict(content.picks)} if content.picks else {}


def _begun(content: Content) -> dict[str, Any]:
    """Likewise; a text that alertd came with has no version."""
    versions = {"template_version": content.template_version} if content.template_version else {}
    return {"template": content.template} | versions if content.template else {}


def _picks(document: Mapping[str, Any] | None) -> Picks | None:
    return Picks(**{**document, "instructions": tuple(document["instructions"])}) if document else None


def _text_json(text: Text) -> dict[str, str]:
    return {"headline": text.headline, "body": text.body, "instruction": text.instruction}


def _target_json(target: Target) -> dict[str, Any]:
    if target.zone is not None:
        return {"zone": zones.as_json(target.zone)}
    return {"station": True} if target.station else {"groups": list(target.groups)}


def _target(document: Mapping[str, Any]) -> Target:
    if "zone" in document:
        # It was checked when it was drawn: what may be drawn now is another question.
        return Target(zone=zones.read(document["zone"], zones.OUTLINE).zone)
    return Target(station=True) if document.get("station") else Target(groups=tuple(document["groups"]))
