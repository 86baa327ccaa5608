"""A link by e-mail, for a new device or a forgotten password: asked for by anyone, sent to the operator's own mailbox.

Whether there is such an operator shows in nothing: the answer is the same, and it has left before anything is looked up.
The link leads to a page with a button, so that what reads mailboxes for dangers (a scanner, a preview) does not use it up.
"""

import asyncio
from typing import Final

import structlog
from aiohttp import web

from alertd.clock import MINUTE
from alertd.deliver.service import Limit, Note, Written, service
from alertd.errors import Missing
from alertd.stations import audit, ceremonies, factors, operators, throttle
from alertd.stations.ceremonies import Kind
from alertd.stations.factors import Factors, Proof
from alertd.subscribe import contacts
from alertd.web.addresses import client_address
from alertd.web.contracts import Frame
from alertd.web.contracts.login import LinkAskedPage, LinkPage
from alertd.web.office.entering import enter, greet
from alertd.web.office.entrance import ask_second, check_wait, text
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show

WITHIN: Final = ceremonies.WITHIN[Kind.LINK]
LIMIT: Final = Limit("login-link", burst=3, every_ms=10 * MINUTE)
"""Of one mailbox: whoever asks in the mayor's name fills no mailbox with it."""

_WRITING: Final = set[asyncio.Task[None]]()
"""Held until they are done: a loop alone does not hold its tasks (https://docs.python.org/3/library/asyncio-task.html)."""

log = structlog.get_logger(__name__)


async def ask_page(_: web.Request) -> web.StreamResponse:
    return show(LinkAskedPage(Frame("Recevoir un lien"), asked=False))


async def ask(request: web.Request) -> web.StreamResponse:
    """The same words for everyone, sent off before anything is looked up; then the letter, if there is to be one.

    By the login that was typed, or, where the password was shown already, by its token.

    :raises TooOften: `log_in_too_often`, by network.
    """
    rooms, typed = request.app[ROOMS], await form(request)
    login, token = text(typed, "login"), text(typed, "token")
    async with rooms.db.transaction() as tx:
        wait = await throttle.link_wait(tx, rooms.clock, client_address(request))
    check_wait(wait)
    response = show(LinkAskedPage(Frame("Recevoir un lien"), asked=True))
    response.force_close()  # the next request on this connection would wait, and tell how long the letter took
    await response.prepare(request)
    await response.write_eof()
    writing = asyncio.create_task(_write(rooms, login, token))
    _WRITING.add(writing)
    writing.add_done_callback(_WRITING.discard)
    await asyncio.shield(writing)  # whoever hangs up now has asked all the same
    return response


async def link_page(request: web.Request) -> web.StreamResponse:
    """The button. :raises Missing: `link_over`: used, over in time, or invented."""
    await _held(request)
    return show(LinkPage(Frame("Entrer"), request.path))


async def follow(request: web.Request) -> web.StreamResponse:
    """In, once: at once where the password was shown before the link was asked for, or where nothing more is asked.

    :raises Missing: `link_over`.
    """
    rooms, held = request.app[ROOMS], await _held(request)
    known = await factors.of(rooms.db, held.operator_id)
    first = held.body.decode()
    async with rooms.db.transaction() as tx:
        if known is None or not await ceremonies.take(tx, rooms.clock, Kind.LINK, _token(request)):
            raise _over()
        if known.second and not first:
            entered = None
        else:
            shown = [Proof(first)] if first else []
            entered = await enter(request, tx, known.operator, *shown, Proof.LINK)
    if entered is None:
        return await ask_second(request, known, Proof.LINK)
    raise greet(request, entered)


async def _write(rooms: Rooms, login: str, token: str) -> None:
    """The answer has left: what goes wrong now is for the log."""
    try:
        known, first = await _whom(rooms, login, token)
        bells = await _letters(rooms, known, first) if known else set()
    except Exception:
        log.exception("login_link_failed", action="ask_again")
        return
    for bell in bells:
        rooms.db.ring(bell)


async def _whom(rooms: Rooms, login: str, token: str) -> tuple[Factors | None, str]:
    """Whose mailbox, and what was shown before: the password, or nothing."""
    if token:
        held = await ceremonies.look(rooms.db, rooms.clock, rooms.keyring, Kind.SECOND, token)
        if held is None or held.body.decode() != Proof.PASSWORD:
            return None, ""
        return await factors.of(rooms.db, held.operator_id), Proof.PASSWORD
    try:
        one = await operators.by_login(rooms.db, login)
    except Missing:
        return None, ""
    return await factors.of(rooms.db, one.id), ""


async def _letters(rooms: Rooms, known: Factors, first: str) -> set[str]:
    """One link for all the operator's mailboxes; the bells to be rung."""
    operator, bells = known.operator, set[str]()
    async with rooms.db.transaction() as tx:
        what = (Kind.LINK, operator.id, first.encode())
        token = await ceremonies.begin(tx, rooms.clock, rooms.keyring, *what)
        link = f"{rooms.settings.http.public_url}/connexion/lien/{token}"
        note = Note(
            "service.log_in_link",
            {"link": link},
            title="service.log_in_title",
            within_ms=WITHIN,
            thread="login",
            limit=LIMIT,
        )
        for endpoint in await contacts.mailboxes(tx, operator.id):
            written = await service(tx, rooms.desk, endpoint, note)
            if isinstance(written, Written):
                bells.add(written.bell)
        who = ("alertd", "login.link_asked", f"operator:{operator.id}", {"sent": bool(bells)})
        await audit.append(tx, rooms.clock, None, *who)
    return bells


async def _held(request: web.Request) -> ceremonies.Ceremony:
    rooms = request.app[ROOMS]
    held = await ceremonies.look(rooms.db, rooms.clock, rooms.keyring, Kind.LINK, _token(request))
    if held is None:
        raise _over()
    return held


def _token(request: web.Request) -> str:
    return request.match_info["token"]


def _over() -> Missing:
    sentence = "Ce lien ne répond plus : il sert une fois, pendant un quart d'heure. Demandez-en un autre."
    return Missing("link_over", sentence)
