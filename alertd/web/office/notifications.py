"""Notifications on an operator's telephone: that an alert went out, that somebody waits for an agreement, that sending fails."""

from typing import Final

from aiohttp import web

from alertd.clock import MINUTE
from alertd.deliver.service import Limit, Note, Written, service
from alertd.errors import Missing, Refused, Unavailable
from alertd.model import Mode
from alertd.stations.sessions import Session
from alertd.store import Transaction
from alertd.subscribe import operator_phones, phones
from alertd.web import doorway
from alertd.web.office import this_phone
from alertd.web.office.account import acted
from alertd.web.office.own_account import account, changing
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms

PATH: Final = "/compte/notifications"
_TRIALS: Final = Limit("phone-trial", 6, 10 * MINUTE)


async def add(request: web.Request) -> web.StreamResponse:
    """Tell the person by this browser from now on, and try it at once.

    :raises Unavailable: `no_push`. :raises Refused: `push_service_unknown`, `contacts_too_many`.
    """
    session, known = await changing(request)
    rooms = request.app[ROOMS]
    if not doorway.key_of(rooms, Mode.LIVE):
        raise Unavailable("no_push", "Cette installation n'envoie pas encore de notifications.")
    text = str((await form(request)).get("subscription", ""))
    doorway.check_address(rooms, Mode.LIVE, phones.canonical_push(text))
    async with rooms.db.transaction() as tx:
        endpoint = await _give(tx, rooms, known.operator.login, text)
        before = this_phone.endpoint(request)
        if before not in {0, endpoint}:  # the same browser, by another address
            who, _, _ = acted(known, "")
            await operator_phones.withdraw(tx, rooms.clock, who, known.operator.id, before)
        written = await _try(tx, rooms, session, endpoint)
    if written is not None:
        rooms.db.ring(written.bell)
    response = web.HTTPSeeOther("/compte?fait=notifications")
    this_phone.remember(response, rooms, endpoint)
    raise response


async def remove(request: web.Request) -> web.StreamResponse:
    """One telephone is told no more. Nothing is asked for again: it takes away, and gives nobody anything."""
    _, known = await account(request)
    rooms, endpoint = request.app[ROOMS], int(request.match_info["id"])
    async with rooms.db.transaction() as tx:
        who, _, _ = acted(known, "")
        await operator_phones.withdraw(tx, rooms.clock, who, known.operator.id, endpoint)
    raise web.HTTPSeeOther("/compte?fait=sans-notifications")


async def renew(request: web.Request) -> web.StreamResponse:
    """The browser was given a new address, and says so with its key: no session may be open then.

    :raises Missing: `phone_unknown`: a forged key, and one that was taken off the list.
    """
    rooms = request.app[ROOMS]
    endpoint = operator_phones.shown(rooms.keyring, request.match_info["key"])
    if not endpoint:
        raise Missing("phone_unknown", "Ce téléphone n'est plus inscrit : inscrivez-le de nouveau.")
    text = (await request.read()).decode(errors="replace")
    doorway.check_address(rooms, Mode.LIVE, phones.canonical_push(text))
    async with rooms.db.transaction() as tx:
        await operator_phones.renew(tx, rooms.clock, rooms.keyring, endpoint, text)
    return web.Response(status=204)


async def _give(tx: Transaction, rooms: Rooms, login: str, text: str) -> int:
    try:
        return await operator_phones.give(tx, rooms.clock, rooms.keyring, login, text)
    except Refused as error:
        if error.code != "contacts_too_many":
            raise
        said = "Vous êtes déjà prévenu sur autant d'appareils et d'adresses qu'on le peut : retirez-en un d'abord."
        raise Refused(error.code, said) from error


async def _try(tx: Transaction, rooms: Rooms, session: Session, endpoint: int) -> Written | None:
    """A notification that says that they arrive."""
    note = Note(
        "push.test",
        {"station": "la mairie"},
        within_ms=10 * MINUTE,
        path="/compte",
        thread="essai",
        actor=f"operator:{session.operator.login}",
        limit=_TRIALS,
    )
    written = await service(tx, rooms.desk, endpoint, note)
    return written if isinstance(written, Written) else None
