"""A person's ways tried: asked for on the page of their own link, followed there, and answered by the message itself.

Opening a message's link changes nothing, since mail scanners open links: its button says that it arrived.
"""

import re
from typing import Final

from aiohttp import web

from alertd.catalogue import LANGUAGES
from alertd.deliver import silence
from alertd.errors import TooOften
from alertd.model import Channel, State, Station
from alertd.subscribe import join, trials
from alertd.subscribe.mine import Mine, Way
from alertd.subscribe.trials import Received, Tried
from alertd.web import doorway, tongue
from alertd.web.contracts import Frame
from alertd.web.contracts.mine import GotPage, TrialLine, TrialPage
from alertd.web.errors import retry_after
from alertd.web.residents import mine_words, own_link
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.tongue import Say

LOOK_S: Final = 5
_LISTED: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15}){0,15}")
_WORDS: Final = {
    State.ACCEPTED: "accepted",
    State.DELIVERED: "delivered",
    State.SEEN: "seen",
    State.REFUSED: "refused",
    State.FAILED: "failed",
    State.UNKNOWN: "unknown",
    State.EXPIRED: "expired",
    State.CANCELLED: "stopped",
    State.STOPPED: "stopped",
    State.SKIPPED: "stopped",
}
"""What is said of a state; any other is on its way."""
_FIXES: Final = {State.REFUSED: "fix_refused", State.FAILED: "fix_failed", State.EXPIRED: "fix_failed"}
_WELL: Final = frozenset({State.DELIVERED, State.SEEN})
_OVER: Final = frozenset(_WORDS.keys() - {State.ACCEPTED, State.UNKNOWN, State.DELIVERED})
"""After which nothing more comes: a page no longer looks."""


async def begin(request: web.Request) -> web.StreamResponse:
    """A message by each way. :raises Missing: `link_over`."""
    rooms, (station, known) = request.app[ROOMS], await own_link.opened(request)
    doors = (rooms.settings.http.public_url, rooms.settings.limits.codes_per_station_day)
    try:
        async with rooms.db.transaction() as tx:
            went = await trials.begin(tx, rooms.desk, known, station, doors)
    except TooOften as error:
        page = await _page(request, station, known, wrong="often")
        response = show(page, error.status)
        response.headers.update(retry_after(error))
        return response
    for bell in {one.bell for one in went}:
        rooms.db.ring(bell)
    raise web.HTTPSeeOther(f"{request.path}?essai={'.'.join(str(one.message_id) for one in went)}")


async def trial_page(request: web.Request) -> web.StreamResponse:
    """What came back. :raises Missing: `link_over`."""
    station, known = await own_link.opened(request)
    response = show(await _page(request, station, known))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


async def got_page(request: web.Request) -> web.StreamResponse:
    """Behind a message's link: the button. :raises Missing: `link_over`."""
    station, trial = await _received(request)
    say = Say(request.app[ROOMS].catalogue, _language(request, trial), "trial", station.name)
    page = GotPage(Frame(say("got_title"), accent=station.accent), say, say.locale, station.name, trial.seen)
    response = show(page)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


async def got(request: web.Request) -> web.StreamResponse:
    """It arrived, says its reader. :raises Missing: `link_over`."""
    rooms, (_, trial) = request.app[ROOMS], await _received(request)
    if not trial.seen:
        await silence.read(rooms.db, rooms.node_id, trial.message_id, trial.endpoint_id)
    raise web.HTTPSeeOther(request.path)


async def _received(request: web.Request) -> tuple[Station, Received]:
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    trial = await trials.received(rooms.db, rooms.desk, station, request.match_info["code"])
    if trial is None:
        await doorway.wait_to_type(request)  # whoever tries many waits
        raise join.over()
    return station, trial


async def _page(request: web.Request, station: Station, known: Mine, wrong: str = "") -> TrialPage:
    rooms = request.app[ROOMS]
    say = Say(rooms.catalogue, own_link.language(request, known), "trial", station.name)
    back = {one.endpoint_id: one for one in await trials.came_back(rooms.db, known, _asked(request))}
    ways = [way for way in known.ways if way.id in back or way in known.active]
    waiting = any(one.state not in _OVER for one in back.values())
    return TrialPage(
        frame=Frame(say("title"), accent=station.accent, refresh_s=LOOK_S if waiting else 0),
        say=say,
        locale=say.locale,
        station=station.name,
        path=request.path.removesuffix("/essai"),
        wrong=say(wrong) if wrong else "",
        waiting=waiting,
        ways=tuple(_line(say, way, back.get(way.id)) for way in ways) if not wrong else (),
    )


def _asked(request: web.Request) -> tuple[int, ...]:
    """The messages that the address names; anybody may write others there, and sees nothing of them."""
    listed = request.query.get("essai", "")
    return tuple(map(int, listed.split("."))) if _LISTED.fullmatch(listed) else ()


def _line(say: Say, way: Way, tried: Tried | None) -> TrialLine:
    shown = mine_words.way(say, way)
    if tried is None:
        return TrialLine(shown.label, shown.address, "none", say("none"), "")
    later = tried.waits and tried.channel is Channel.VOICE
    word = "call_later" if later else _WORDS.get(tried.state, "way")
    fix = "" if tried.state in _WELL else _FIXES.get(tried.state, f"fix_{tried.channel.word}")
    state = "well" if tried.state in _WELL else "ill" if tried.state in _FIXES else "under"
    return TrialLine(shown.label, shown.address, state, say(word), say(fix) if fix else "")


def _language(request: web.Request, trial: Received) -> str:
    own = trial.locale[:2]
    return own if own in LANGUAGES and "langue" not in request.query else tongue.asked(request)
