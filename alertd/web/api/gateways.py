"""The way out, for programs that watch it."""

from alertd.errors import NotAllowed
from alertd.model import Level
from alertd.stations import gateways, stations
from alertd.stations.gateways import Decision, Standing, Voice
from alertd.web.api import answers
from alertd.web.api.answers import iso
from alertd.web.api.table import Call, Reply


async def show(call: Call) -> Reply:
    """Every channel of the key's mode; the whole instance's, so only for a key that may release danger.

    :raises NotAllowed: `gateways_not_allowed`.
    """
    if call.actor.releases is not Level.DANGER:
        raise NotAllowed(
            "gateways_not_allowed",
            "Gateways serve the whole instance: ask the station for a key of scope danger.",
        )
    station = await stations.by_id(call.desk.db, call.actor.station_id)
    found = await gateways.voices(call.desk.db, call.desk.settings, call.desk.routes, station.mode)
    return Reply(
        answers.GatewaysAnswer(
            channels=[_voice(voice) for voice in found],
            decisions=[_decision(one) for one in await gateways.decisions(call.desk.db)],
        )
    )


def _voice(voice: Voice) -> answers.VoiceAnswer:
    chosen = voice.chosen
    return answers.VoiceAnswer.model_validate(
        {
            "channel": voice.channel.word,
            "speakers": dict(voice.speakers),
            "preferred": {"gateway": chosen.gateway, "reason": chosen.reason} if chosen else None,
            "queued": {lane.name.lower(): n for lane, n in voice.queued.items()},
            "gateways": [_standing(standing) for standing in voice.standings],
        }
    )


def _standing(standing: Standing) -> dict[str, object]:
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
            }
            for one in standing.seen
        ],
    }


def _decision(one: Decision) -> answers.DecisionAnswer:
    return answers.DecisionAnswer.model_validate(
        {
            "at": iso(one.at),
            "by": one.actor,
            "action": one.action,
            "object": one.object_,
            "detail": dict(one.detail),
        }
    )
