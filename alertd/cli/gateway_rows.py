"""Gateways as lines of a table: the order of each channel, who speaks, who is up, and what was decided."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from alertd.clock import from_ms
from alertd.deliver.rates import Rate
from alertd.deliver.routes import gateways_of
from alertd.deliver.sightings import Seen
from alertd.model import Channel, Mode
from alertd.settings import Settings
from alertd.settings.providers import Gateway
from alertd.stations.gateways import Decision, Standing, Voice

UNKNOWN: Final = "unknown"
"""The state of a gateway of which no node that is alive has said anything."""


def standing(settings: Settings, voices: Mapping[Mode, Sequence[Voice]]) -> Iterator[dict[str, str]]:
    """A line for each gateway of each channel in order of preference, training last; then those of no route."""
    left: dict[tuple[str, str], Gateway] = {
        (name, word): gateway for name, gateway in gateways_of(settings).items() for word in gateway.channels
    }
    for mode in Mode:
        for voice in voices[mode]:
            for place, one in enumerate(voice.standings, 1):
                gateway = left.pop((one.gateway, voice.channel.word))
                shown = ("own" if voice.stations else str(place)) if mode is Mode.LIVE else mode.name.lower()
                yield _line(voice, one, gateway, shown)
    for (name, word), gateway in left.items():
        voice = Voice(Channel.of(word), (), None, {})
        yield _line(voice, Standing(name, ()), gateway, "")


def ranges(voices: Mapping[Mode, Sequence[Voice]]) -> Iterator[dict[str, str]]:
    """A line for each range of numbers that a gateway was handed messages for, in the last seven days."""
    for voice in (voice for mode in Mode for voice in voices[mode]):
        for one in voice.standings:
            for rate in (rate for rate in one.rates if rate.prefix):
                yield {
                    "channel": voice.channel.word,
                    "gateway": one.gateway,
                    "prefix": rate.prefix,
                    "handed": _count(rate, rate.handed),
                    "delivered": _count(rate, rate.delivered),
                    "seen": _count(rate, rate.seen),
                }


def decided(one: Decision, nodes: Mapping[int, str]) -> dict[str, str]:
    """What was decided, when and by whom: a node by its name."""
    return {
        "at": _local(one.at),
        "who": _decider(one.actor, nodes),
        "what": one.action,
        "gateway": one.object_,
        "why": one.detail.get("reason", ""),
    }


def _line(voice: Voice, one: Standing, gateway: Gateway, place: str) -> dict[str, str]:
    state, told = _state(one.seen)
    return {
        "channel": voice.channel.word,
        "place": place,
        "gateway": one.gateway,
        "driver": gateway.driver,
        "state": state,
        "since": _local(min(each.sighting.since for each in told)) if told else "",
        "reason": ", ".join(sorted({each.sighting.reason for each in told} - {""})),
        "failures": _failures(one.seen),
        "rate": _pace(gateway),
        "credit": _credit(one.seen),
        "handed": _count(one.rate, one.rate.handed) if one.rate else "",
        "delivered": _count(one.rate, one.rate.delivered) if one.rate else "",
        "seen": _count(one.rate, one.rate.seen) if one.rate else "",
        "speaks": _speaks(voice, one),
        "preferred": "yes" if voice.chosen and voice.chosen.gateway == one.gateway else "",
        "senders": str(max(1, len(gateway.senders))),
        "stations": ", ".join(gateway.stations),
        "danger_only": ", ".join(sender.name for sender in gateway.senders if sender.reserved),
    }


def _state(seen: Sequence[Seen]) -> tuple[str, Sequence[Seen]]:
    """Up, down, or down for some nodes; and those whose word tells since when and why."""
    silent = [one for one in seen if not one.sighting.working]
    if not silent:
        return ("up" if seen else UNKNOWN), seen
    if len(silent) == len(seen):
        return "down", silent
    return f"down for {_names(one.node for one in silent)}", silent


def _count(rate: Rate, part: int | None) -> str:
    """Rounded down to fives, with its share of what was handed over; one to four are not told apart."""
    if part is None:
        return "under 5"
    share = rate.share(part) if part is not rate.handed else None
    return str(part) if share is None else f"{part} ({share}%)"


def _failures(seen: Sequence[Seen]) -> str:
    """The worst share that any node sees; nothing where there were too few answers."""
    shares = [one.sighting.failures for one in seen if one.sighting.failures is not None]
    return f"{max(shares):.0%}" if shares else ""


def _credit(seen: Sequence[Seen]) -> str:
    """The least that any node was told: each asks in its turn."""
    told = [one.sighting.credit for one in seen if one.sighting.credit is not None]
    least = min(told, key=lambda credit: credit.left, default=None)
    return f"{least.left:g} {least.unit}" if least else ""


def _speaks(voice: Voice, one: Standing) -> str:
    """For what it speaks: where a reserved sender takes danger, its gateway may not be who speaks for the rest."""
    by_node = {seen.node: _part(voice, one.gateway, seen.node) for seen in one.seen}
    parts = set(by_node.values())
    if len(parts) <= 1:
        return "".join(parts)
    return ", ".join(f"{part} for {node}" for node, part in sorted(by_node.items()) if part)


def _part(voice: Voice, name: str, node: str) -> str:
    danger = voice.danger_speakers.get(node)
    if (node, name) in voice.speaking:
        return "all but danger" if danger else "yes"
    return "danger" if danger == name else ""


def _pace(gateway: Gateway) -> str:
    """Of each of its senders, in the order of the table; one without a limit is as fast as its provider."""
    paces = (
        "unlimited" if each.rate is None else f"{each.rate:g} {each.unit}s/s" for each in gateway.senders
    )
    return ", ".join(paces) or "unlimited"


def _names(nodes: Iterator[str]) -> str:
    return ", ".join(sorted(nodes))


def _decider(actor: str, nodes: Mapping[int, str]) -> str:
    kind, _, id_ = actor.partition(":")
    return f"node {nodes.get(int(id_), id_)}" if kind == "node" else actor


def _local(moment: int) -> str:
    """By this machine's zone: an instance has none of its own, stations do."""
    return from_ms(moment).astimezone().isoformat(timespec="seconds")
