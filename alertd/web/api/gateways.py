"""The way out, for programs that watch it."""

from alertd.deliver.rates import Rate
from alertd.errors import NotAllowed
from alertd.model import Level
from alertd.stations import gateways, stations
from alertd.stations.gateways import Decision, Standing, Voice
from alertd.web.api import gateway_answers
from alertd.web.api.answers import iso
from alertd.web.api.table import Call, Reply
from gateways.contract import Credit


async def show(call: Call) -> Reply:
    """Every channel of the key's mode; the whole instance's, so only for a key that may release danger. Of gateways that are a
    station's own, those that the key's station sees.

    :raises NotAllowed: `gateways_not_allowed`.
    """
    if call.actor.releases is not Level.DANGER:
        raise NotAllowed(
            "gateways_not_allowed",
            "Gateways serve the whole instance: ask the station for a key of scope danger.",
        )
    station = await stations.by_id(call.desk.db, call.actor.station_id)
    db, settings = call.desk.db, call.desk.settings
    sees = await gateways.seen_by(db, settings, station)
    found = await gateways.voices(db, settings, call.desk.routes, station.mode, sees)
    told = await gateways.decisions(db, among=gateways.named(settings, sees))
    return Reply(
        gateway_answers.GatewaysAnswer(
            channels=[_voice(voice, detailed=gateways.stands_for_instance(station)) for voice in found],
            decisions=[_decision(one) for one in told],
        )
    )


def _voice(voice: Voice, *, detailed: bool) -> gateway_answers.VoiceAnswer:
    chosen = voice.chosen
    return gateway_answers.VoiceAnswer.model_validate(
        {
            "channel": voice.channel.word,
            "stations": list(voice.stations),
            "speakers": dict(voice.speakers),
            "preferred": {"gateway": chosen.gateway, "reason": chosen.reason} if chosen else None,
            "queued": {lane.name.lower(): n for lane, n in voice.queued.items()},
            "gateways": [_standing(standing, detailed=detailed) for standing in voice.standings],
        }
    )


def _standing(standing: Standing, *, detailed: bool) -> dict[str, object]:
    return {
        "name": standing.gateway,
        "nodes": [
            {
                "node": one.node,
                "working": one.sighting.working,
                "since": iso(one.sighting.since),
                "reason": one.sighting.reason,
                "failures": one.sighting.failures,
                "speaks": list(one.sighting.speaks),
                "dangers": list(one.sighting.dangers),
                "hosts": list(one.sighting.hosts),
                "credit": _credit(one.sighting.credit),
            }
            for one in standing.seen
        ],
        "rates": [_rate(rate) for rate in standing.rates if detailed or not rate.prefix],
    }


def _rate(rate: Rate) -> dict[str, object]:
    return {
        "prefix": rate.prefix,
        "handed": rate.handed,
        "delivered": rate.delivered,
        "seen": rate.seen,
    }


def _credit(credit: Credit | None) -> dict[str, object] | None:
    return None if credit is None else {"left": credit.left, "unit": credit.unit}


def _decision(one: Decision) -> gateway_answers.DecisionAnswer:
    return gateway_answers.DecisionAnswer.model_validate(
        {
            "at": iso(one.at),
            "by": one.actor,
            "action": one.action,
            "object": one.object_,
            "detail": dict(one.detail),
        }
    )
