"""Silence policies: how long SMS and voice wait for those whose phone can acknowledge, by station and level.

A level is decided by the station itself, else by the nearest station above it, else by the instance's settings.
Danger is in no policy: it never waits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alertd.errors import Refused
from alertd.model import Channel, Level, Station
from alertd.settings.silence import Silence
from alertd.store import Database, Transaction

WAITING: Final = (Channel.SMS, Channel.VOICE)
"""The channels that can wait: what costs money, and what wakes people."""
LEVELS: Final = (Level.WARNING, Level.INFO)
MOST_S: Final = 86_400

Delays = Mapping[Channel, int]
"""Seconds that a channel waits; a channel left out does not."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for a level. `slug` is the station that decided it, None where the instance's settings did."""

    level: Level
    delays: Delays
    slug: str | None


async def policy(store: Database | Transaction, station: Station, level: Level, instance: Silence) -> Policy:
    """What holds for a level of a station; danger has no delay."""
    if level not in LEVELS:
        return Policy(level, {}, None)
    for row in await store.fetch("stations.silences", station.id):
        own = json.loads(row["silence"])
        if level.word in own:
            return Policy(level, _read(own[level.word]), row["slug"])
    return Policy(level, _default(instance, level), None)


async def decide(tx: Transaction, station: Station, level: Level, delays: Delays | None) -> None:
    """Give a station delays of its own for a level: none at all when empty; None takes them away again.

    :raises Refused: `silence_danger`, `silence_channel`, `silence_seconds`.
    """
    _check(level, delays or {})
    rows = await tx.fetch("stations.silences", station.id)
    own = json.loads(rows[0]["silence"]) if rows and rows[0]["depth"] == 0 else {}
    own.pop(level.word, None)
    if delays is not None:
        own[level.word] = {channel.word: seconds for channel, seconds in sorted(delays.items())}
    await tx.execute("stations.set_silence", station.id, json.dumps(own) if own else None)


def _check(level: Level, delays: Delays) -> None:
    if level not in LEVELS:
        raise Refused(
            "silence_danger",
            "A danger is never delayed: it goes to every endpoint at once. Give warning or info a delay.",
        )
    if strangers := [channel.word for channel in delays if channel not in WAITING]:
        raise Refused("silence_channel", f"Only SMS and voice can wait, not {', '.join(strangers)}.")
    if any(not 1 <= seconds <= MOST_S for seconds in delays.values()):
        raise Refused("silence_seconds", f"A delay is 1 to {MOST_S} seconds.")


def _read(delays: Mapping[str, int]) -> Delays:
    return {Channel.of(word): seconds for word, seconds in delays.items()}


def _default(instance: Silence, level: Level) -> Delays:
    chosen = instance.warning if level is Level.WARNING else instance.info
    seconds = {Channel.SMS: chosen.sms_after_s, Channel.VOICE: chosen.voice_after_s}
    return {channel: after for channel, after in seconds.items() if after is not None}
