"""From what was shown at the door to a session in a cookie: the one way in, whatever was shown."""

from dataclasses import dataclass

from aiohttp import web

from alertd.stations import audit, operators, passkeys, sessions
from alertd.stations.factors import Proof
from alertd.stations.operators import Operator
from alertd.stations.sessions import Opened, Origin
from alertd.store import Transaction
from alertd.subscribe import operator_phones
from alertd.web.addresses import client_address
from alertd.web.office import this_phone
from alertd.web.office.devices import coarse, device
from alertd.web.paths import ours
from alertd.web.rooms import ROOMS
from alertd.web.visits import keep, token_of


@dataclass(frozen=True, slots=True)
class Entered:
    """A session just opened, and the page to go on with."""

    opened: Opened
    to: str


async def enter(request: web.Request, tx: Transaction, operator: Operator, *proofs: Proof) -> Entered:
    """Open a session, in the transaction that used up what was shown. One of before is not carried over."""
    rooms = request.app[ROOMS]
    posts = await operators.posts(tx, operator.id)
    only = posts[0].station_id if len(posts) == 1 else None
    shown = " ".join(proofs)
    origin = origin_of(request, shown)
    await sessions.close_session(tx, token_of(request))
    opened = await sessions.open_session(tx, rooms.clock, operator.id, only, origin)
    await operator_phones.wake(tx, operator.id, this_phone.endpoint(request))
    who, whom = f"operator:{operator.login}", f"operator:{operator.id}"
    await audit.append(tx, rooms.clock, None, who, "login.open", whom, {"proofs": shown})
    wanted = onward(request)
    return Entered(opened, "/stations" if wanted == "/" and not only else wanted)


def origin_of(request: web.Request, proofs: str) -> Origin:
    """From where a request comes, as its owner will see it listed."""
    return Origin(device(request.headers.get("User-Agent", "")), coarse(client_address(request)), proofs)


def greet(request: web.Request, entered: Entered) -> web.HTTPSeeOther:
    """The answer, to be raised, that gives the session to the browser and leads the person on."""
    response = web.HTTPSeeOther(entered.to)
    keep(response, request.app[ROOMS], entered.opened)
    return response


def passkey_path(request: web.Request, path: str) -> str:
    """Where a passkey is shown from this page, still knowing where the person wanted to go; "" where none can be."""
    if passkeys.site_of(request.app[ROOMS].settings.http.public_url) is None:
        return ""
    return step(request, path)


def step(request: web.Request, path: str) -> str:
    """Another step of the door, which still knows where the person wanted to go."""
    query = request.rel_url.raw_query_string
    return f"{path}?{query}" if query else path


def onward(request: web.Request, otherwise: str = "/") -> str:
    """Where the person wanted to go."""
    return ours(request.query.get("retour", otherwise), otherwise)
