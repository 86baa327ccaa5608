"""The ways out: each channel's gateways, who speaks now and why, and an administrator's last word."""

from typing import Final

from aiohttp import web

from alertd.errors import NotAllowed, Refused
from alertd.model import Channel, Mode, Role
from alertd.stations import gateways
from alertd.stations.gateways import Decision, Voice
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.gateway import GatewayLine, GatewaysPage, VoicePart
from alertd.web.office import gateway_words
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/passerelles"


def may_see(here: Visit) -> bool:
    """Whether the way out is this person's business."""
    return here.actor.role is Role.MAYOR


def may_choose(here: Visit) -> bool:
    """A gateway serves every station of the instance: only the mayor of one that answers to no other overrules."""
    return may_see(here) and gateways.stands_for_instance(here.station)


async def gateways_page(request: web.Request) -> web.StreamResponse:
    """How the way out is doing.

    :raises NotAllowed: `gateways_not_allowed`.
    """
    here = await _admitted(request)
    return show(await _page(request.app[ROOMS], here))


async def prefer(request: web.Request) -> web.StreamResponse:
    """Let one gateway speak; without a reason the page comes back and says so."""
    rooms, here = request.app[ROOMS], await _chooser(request)
    channel, typed = _channel(rooms, request), await form(request)
    name, reason = str(typed.get("gateway", ""))[:40], str(typed.get("reason", ""))[: gateways.MOST_REASON]
    if name not in rooms.settings.route(channel.word):
        raise Refused("gateway_unknown", "Cette passerelle ne sert pas ce canal : choisissez dans la liste.")
    if not reason.strip() or "\0" in reason:
        notice = "Dites pourquoi : le motif est gardé, et montré aux autres."
        return show(await _page(rooms, here, notice), 422)
    await gateways.prefer(rooms.db, rooms.clock, rooms.settings, here.actor.name, channel.word, name, reason)
    raise web.HTTPSeeOther(PATH)


async def auto(request: web.Request) -> web.StreamResponse:
    """Leave the choice to the nodes again."""
    rooms, here = request.app[ROOMS], await _chooser(request)
    await gateways.auto(rooms.db, rooms.clock, here.actor.name, _channel(rooms, request).word)
    raise web.HTTPSeeOther(PATH)


async def _admitted(request: web.Request) -> Visit:
    here = await visit(request)
    if not may_see(here):
        raise NotAllowed("gateways_not_allowed", "Cette page est réservée au maire.")
    return here


async def _chooser(request: web.Request) -> Visit:
    here = await visit(request)
    if not may_choose(here):
        raise NotAllowed(
            "choice_not_allowed",
            "Imposer une passerelle revient au maire de la collectivité qui tient cette installation.",
        )
    return here


def _channel(rooms: Rooms, request: web.Request) -> Channel:
    """The channel of the path, if any gateway serves it."""
    channel = Channel.of(request.match_info["channel"])
    if not rooms.desk.routes.get((Mode.LIVE, channel, True)):
        raise Refused("channel_unserved", "Aucune passerelle ne sert ce canal.")
    return channel


async def _page(rooms: Rooms, here: Visit, notice: str = "") -> GatewaysPage:
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    sees = await gateways.seen_by(rooms.db, rooms.settings, here.station)
    found = await gateways.voices(rooms.db, rooms.settings, rooms.desk.routes, here.station.mode, sees)
    told = await gateways.decisions(rooms.db, among=gateways.named(rooms.settings, sees))
    nodes = await gateways.node_names(rooms.db)
    return GatewaysPage(
        frame=frame("Passerelles", here),
        notice=notice,
        seen_at=words.when(now, timezone, now),
        voices=tuple(_voice(voice, timezone, now, detailed=may_choose(here)) for voice in found),
        decisions=tuple(_decision(one, nodes, timezone, now) for one in told),
        may_choose=may_choose(here),
    )


def _voice(voice: Voice, timezone: str, now: int, *, detailed: bool) -> VoicePart:
    lines = []
    for standing in voice.standings:
        word, colour = gateway_words.condition(standing, voice)
        noticed = gateway_words.noticed(standing, timezone, now)
        known = (*gateway_words.credit(standing), *gateway_words.rate(standing.rate))
        notes = (*noticed, *gateway_words.mending(standing), *known)
        ranges = tuple(map(gateway_words.by_range, standing.rates[1:])) if detailed else ()
        lines.append(GatewayLine(standing.gateway, word, colour, notes, ranges))
    return VoicePart(
        channel=voice.channel.word,
        own="-".join(voice.stations),
        title=gateway_words.title(voice),
        explained=gateway_words.explained(voice, timezone, now),
        queue=gateway_words.queue(voice),
        gateways=tuple(lines),
        imposed=voice.chosen.gateway if voice.chosen else "",
    )


def _decision(one: Decision, nodes: dict[int, str], timezone: str, now: int) -> Choice:
    by = gateway_words.decider(one.actor, nodes)
    return Choice(str(one.at), gateway_words.decided(one), f"{words.when(one.at, timezone, now)}, {by}")
