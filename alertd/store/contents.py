"""An alert's content as it is stored: JSON in the words of the API, times as UTC milliseconds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import zones
from alertd.model import Channel, Content, Level, Target, Text


def to_json(content: Content) -> dict[str, Any]:
    """The document that `from_json` reads back unchanged."""
    return {
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
    )


def loads(text: str) -> Content:
    """The content of a stored text."""
    return from_json(json.loads(text))


def headline(content: Content, locale: str) -> str:
    """One line for lists: in the station's language, else in any."""
    text = content.texts.get(locale) or next(iter(content.texts.values()))
    return text.headline


def _text_json(text: Text) -> dict[str, str]:
    return {"headline": text.headline, "body": text.body, "instruction": text.instruction}


def _target_json(target: Target) -> dict[str, Any]:
    if target.zone is not None:
        return {"zone": zones.as_json(target.zone)}
    return {"station": True} if target.station else {"groups": list(target.groups)}


def _target(document: Mapping[str, Any]) -> Target:
    if "zone" in document:
        return Target(zone=zones.read(document["zone"]).zone)
    return Target(station=True) if document.get("station") else Target(groups=tuple(document["groups"]))
