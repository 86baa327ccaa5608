"""The page by which people join: how, where, what for, until when. Nothing of it counts before it is proven.

No log-in and no session: the page that follows is known by its address alone, which whoever joined has and nobody else.
What is said of an address that is known already and of one that is not is the same.
"""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from alertd.clock import MINUTE
from alertd.deliver import service
from alertd.errors import AlertdError, Refused, TooOften, Unavailable
from alertd.keys import delivery_number
from alertd.model import Channel, Mode, Station
from alertd.store import Transaction
from alertd.subscribe import join as joins
from alertd.subscribe import phones
from alertd.subscribe.nouns import Enrolment, Ready
from alertd.web import doorway, tongue
from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.public import JoinPage
from alertd.web.errors import retry_after
from alertd.web.posted import form as posted_form
from alertd.web.residents import join_form, join_parts, place_fields
from alertd.web.residents.join_form import Around, JoinForm
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.tongue import Say

TEST_MS: Final = 10 * MINUTE
"""How long the test notification may take to leave: then nobody waits for it any more."""
THREAD: Final = "essai"


async def join_page(request: web.Request) -> web.StreamResponse:
    """What can be had here, with everything chosen as most people would."""
    around, page = await _around(request), tongue.asked(request)
    form = join_form.arriving(request.query, around, page)
    return show(await _page(request, await join_parts.meant(request.app[ROOMS], around, form), form, {}))


async def join(request: web.Request) -> web.StreamResponse:
    """Keep what is asked for, and ask each address whether it is its person's; what cannot be is told beside its field."""
    form = JoinForm.read(await posted_form(request))
    around = await join_parts.meant(request.app[ROOMS], await _around(request), form)
    try:
        await doorway.wait_your_turn(request, around.station)
        wrong = join_parts.wrong_addresses(request.app[ROOMS], around.station, form)
        where = await _keep(request, around, join_form.enrolment(form, around, wrong))
    except (Refused, TooOften) as error:
        return await _told(request, around, form, error)
    raise web.HTTPSeeOther(f"/s/{around.station.slug}/{where}")


async def _told(request: web.Request, around: Around, form: JoinForm, error: AlertdError) -> web.Response:
    wrong = join_form.fault(error, form)
    if not wrong:
        raise error
    response = show(await _page(request, around, form, wrong), error.status)
    response.headers.update(retry_after(error))
    return response


async def _keep(request: web.Request, around: Around, wish: Enrolment) -> str:
    """The wish, the words that prove it, and where the person goes on."""
    rooms, station = request.app[ROOMS], around.station
    ready = await join_parts.ready(rooms, station, wish)
    push = [way for way in ready.addresses if way.channel is Channel.PUSH]
    ways = [way for way in ready.addresses if way.channel is not Channel.PUSH]
    for way in push:
        _check_push(rooms, station, way.text)
    async with rooms.db.transaction() as tx:
        test = await _try_phone(tx, rooms, station, ready) if push else None
        bells = {test.bell} if test else set()
        if ways:
            door, whose = doorway.doorstep(rooms, station), test.subscriber_id if test else None
            token, more = await joins.begin(tx, door, ready, ways, whose)
            bells.update(more)
    for bell in bells:
        rooms.db.ring(bell)
    if not ways:
        return f"telephone/{test.code}" if test else ""
    return f"telephone/{test.code}?suite={token}" if test else f"suite/{token}"


def _check_push(rooms: Rooms, station: Station, address: str) -> None:
    if not doorway.browser_key(rooms, station):
        raise Unavailable("no_push", "Cette station ne peut pas envoyer de notifications pour l'instant.")
    doorway.check_service(rooms, station, address)


@dataclass(frozen=True, slots=True)
class _Test:
    """A test notification: the code of its page, whose phone it goes to, and the bell to ring."""

    code: str
    subscriber_id: int
    bell: str


async def _try_phone(tx: Transaction, rooms: Rooms, station: Station, ready: Ready) -> _Test:
    """The phone, and the test that makes it count."""
    sender = doorway.browser_sender(rooms, station)
    assert sender is not None  # noqa: S101 - its key was just looked at
    [address] = [way for way in ready.addresses if way.channel is Channel.PUSH]
    one = await phones.join(tx, rooms.clock, rooms.keyring, station, ready, address)
    to, until = (one.endpoint_id, rooms.node_id), rooms.clock.now_ms() + TEST_MS
    letter = service.Letter(
        subject=station.name,
        text=rooms.catalogue.phrase(ready.locale, "push.test", station=station.name),
        path=f"/s/{station.slug}/telephone/{service.CODE}",
        thread=THREAD,
    )
    message = await service.post(tx, rooms.keyring, station, sender, letter, to, until)
    code = rooms.keyring.code(delivery_number(message, one.endpoint_id))
    return _Test(code, one.subscriber_id, f"dispatch:{sender.id}")


async def _around(request: web.Request) -> Around:
    return await join_parts.around_of(request.app[ROOMS], await doorway.open_station(request))


async def _page(request: web.Request, around: Around, form: JoinForm, wrong: dict[str, str]) -> JoinPage:
    rooms, station = request.app[ROOMS], around.station
    finder = await place_fields.finder(rooms, station)
    served = await doorway.served(rooms, station)
    locale = form.page if form.page in tongue.NAMES else tongue.asked(request)
    say = Say(rooms.catalogue, locale, "join", station.name, station.kind)
    first_day, last_day = join_form.stay_bounds(around)
    errors = {field: say(phrase) for field, phrase in wrong.items()}
    if errors:
        errors.setdefault("", say("mend"))
    return JoinPage(
        frame=Frame(say("title"), accent=station.accent),
        say=say,
        locale=locale,
        slug=station.slug,
        station=station.name,
        training=station.mode is Mode.TRAINING,
        telephone=station.phone or "",
        texting="" if Channel.SMS in around.closed else doorway.texting_number(station, served),
        key=doorway.browser_key(rooms, station),
        offered=join_parts.offered(around, served),
        unpaid=join_parts.unpaid(say, around),
        form=form,
        errors=errors,
        hamlets=tuple(Choice(f"h{hamlet.id}", hamlet.name) for hamlet in around.hamlets),
        finder=finder,
        places=join_parts.places(around, form),
        dangers=join_parts.dangers(around, locale),
        topics=join_parts.topics(say, around),
        ticked=join_form.checked_topics(form, around),
        languages=tongue.CHOICES,
        first_day=first_day,
        last_day=last_day,
    )
