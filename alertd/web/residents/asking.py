"""Where a person asks for their own link: by number, mailbox, this phone's notifications, or a code that a call says.

Whoever asks is told the same whether or not the address is known.
"""

from collections.abc import Sequence

from aiohttp import web

from alertd.errors import Refused, TooOften
from alertd.model import Channel, Mode, Station
from alertd.store import Transaction
from alertd.subscribe import my_choices, spoken_code
from alertd.subscribe.addresses import canonical
from alertd.subscribe.phones import canonical_push
from alertd.web import doorway, tongue
from alertd.web.contracts import Frame
from alertd.web.contracts.mine import AskPage
from alertd.web.errors import retry_after
from alertd.web.posted import form as posted_form
from alertd.web.posted import unreadable
from alertd.web.residents import join_form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.tongue import Say

LONGEST = 300
LONGEST_PUSH = 4096


async def ask_page(request: web.Request) -> web.StreamResponse:
    """Where the address is typed; also what is shown to whoever has just had all erased."""
    said = "erased" if request.query.get("fait") == "efface" else ""
    return await _shown(request, await doorway.open_station(request), said=said)


async def ask(request: web.Request) -> web.StreamResponse:
    """Send the link, or say the code, if anybody has the address; or open by the code that was said."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    fields = await posted_form(request)
    typed, push, code = (_text(fields.get(name, "")) for name in ("address", "subscription", "code"))
    typed = typed[:LONGEST]
    try:
        if code:
            await doorway.wait_to_type(request)
            where = await _open(rooms, station, typed, code)
            if where:
                raise web.HTTPSeeOther(f"/s/{station.slug}/moi/{where}?langue={tongue.asked(request)}")
            return await _shown(request, station, wrong="spoken_wrong", typed=typed, status=422)
        await doorway.wait_your_turn(request, station)
        await _send(rooms, station, typed, push[:LONGEST_PUSH])
    except (Refused, TooOften) as error:
        wrong = join_form.FAULTS.get(error.code, "wrong_gateway")
        response = await _shown(request, station, wrong=f"join.{wrong}", typed=typed, status=error.status)
        response.headers.update(retry_after(error))
        return response
    return await _shown(request, station, said="sent", typed=typed)


async def _send(rooms: Rooms, station: Station, typed: str, push: str) -> None:
    """A link to whatever can carry one, else a call."""
    public_url, per_day = rooms.settings.http.public_url, rooms.settings.limits.codes_per_station_day
    async with rooms.db.transaction() as tx:
        written, called = await _found(tx, rooms, station, typed, push)
        bell = ""
        if written:
            bell = await my_choices.send_link(tx, rooms.desk, station, written, public_url)
        elif called:
            bell = await spoken_code.ring(tx, rooms.desk, station, called, per_day)
    if bell:
        rooms.db.ring(bell)


async def _open(rooms: Rooms, station: Station, typed: str, code: str) -> str:
    digits = "".join(sign for sign in code[:40] if sign.isdigit())
    async with rooms.db.transaction() as tx:
        _, called = await _found(tx, rooms, station, typed, "")
        return await spoken_code.typed(tx, rooms.desk, called, digits, my_choices.LINK_MS) if called else ""


async def _found(tx: Transaction, rooms: Rooms, station: Station, typed: str, push: str) -> tuple[int, int]:
    """The endpoints behind what was typed: one that carries a link, one that is called; 0 for none.

    :raises Refused: what `canonical` refuses.
    """
    if push:
        return await my_choices.find(tx, station, _hashes(rooms, Channel.PUSH, canonical_push(push))), 0
    if "@" in typed:
        return await _of(tx, rooms, station, Channel.EMAIL, typed), 0
    called = await _of(tx, rooms, station, Channel.VOICE, typed)
    try:
        return await _of(tx, rooms, station, Channel.SMS, typed), called
    except Refused as error:
        if error.code != "phone_not_mobile":
            raise
        return 0, called


async def _of(tx: Transaction, rooms: Rooms, station: Station, channel: Channel, typed: str) -> int:
    fiction = rooms.settings.subscribers.fiction_numbers or station.mode is Mode.TRAINING
    address = canonical(channel, typed, station.region, fiction=fiction)
    return await my_choices.find(tx, station, _hashes(rooms, channel, address))


def _hashes(rooms: Rooms, channel: Channel, address: str) -> Sequence[bytes]:
    return rooms.keyring.address_hashes(channel.word, address)


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise unreadable()
    return value


async def _shown(
    request: web.Request,
    station: Station,
    *,
    said: str = "",
    wrong: str = "",
    typed: str = "",
    status: int = 200,
) -> web.Response:
    rooms = request.app[ROOMS]
    say = Say(rooms.catalogue, tongue.asked(request), "mine", station.name)
    served = await doorway.served(rooms, station)
    page = AskPage(
        frame=Frame(say("ask_title"), accent=station.accent),
        say=say,
        locale=say.locale,
        slug=station.slug,
        station=station.name,
        said=say(said) if said else "",
        wrong=say(wrong) if wrong else "",
        typed=typed,
        spoken=Channel.VOICE in served and (bool(typed) or said == "sent"),
        notified=bool(doorway.browser_key(rooms, station)),
    )
    return show(page, status)
