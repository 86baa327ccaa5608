"""Empreinte ou visage: the door, the confirmation and the account, by a passkey.

A script asks for a challenge, lets the browser answer it, and posts the answer as a form. Without JavaScript none of it is
shown, and the password does. A challenge is answered once, right or wrong.
"""

import secrets

from aiohttp import web

from alertd.errors import Missing
from alertd.stations import audit, ceremonies, factors, passkeys, recovery, throttle
from alertd.stations.ceremonies import Ceremony, Kind
from alertd.stations.factors import Factors, Proof
from alertd.stations.passkeys import Made, Shown, Site
from alertd.web.addresses import client_address
from alertd.web.office.account import acted, show_sheet
from alertd.web.office.account_confirm import proven
from alertd.web.office.entering import Entered, enter, greet
from alertd.web.office.entrance import check_wait, text
from alertd.web.office.own_account import account, changing
from alertd.web.posted import form
from alertd.web.rooms import ROOMS


async def challenge(request: web.Request) -> web.StreamResponse:
    """For whoever stands at the door, and is not known yet. :raises TooOften: `log_in_too_often`, by network."""
    site, rooms = _site(request), request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        wait = await throttle.knock_wait(tx, rooms.clock, client_address(request))
    check_wait(wait)
    asked = secrets.token_bytes(32)
    return await _asked(request, Kind.PASSKEY, None, asked, passkeys.to_show(site, asked))


async def log_in(request: web.Request) -> web.StreamResponse:
    """In, by a finger or a face alone: the device is one proof, what it knows of the person the other."""
    rooms = request.app[ROOMS]
    seen = await _shown(request)
    async with rooms.db.transaction() as tx:
        known = await factors.of(tx, seen.operator_id)
        entered: Entered | None = None
        if known is not None and await passkeys.use(tx, rooms.clock, seen):
            entered = await enter(request, tx, known.operator, Proof.PASSKEY)
    if entered is None:
        raise passkeys.refused()
    raise greet(request, entered)


async def confirm(request: web.Request) -> web.StreamResponse:
    """It is still me: by a passkey of one's own, and nobody else's."""
    rooms = request.app[ROOMS]
    session, known = await account(request)
    seen = await _shown(request)
    if seen.operator_id != known.operator.id:
        raise passkeys.refused()
    async with rooms.db.transaction() as tx:
        entered: Entered | None = None
        if await passkeys.use(tx, rooms.clock, seen):
            entered = await proven(request, tx, session, known, Proof.PASSKEY)
    if entered is None:
        raise passkeys.refused()
    raise greet(request, entered)


async def challenge_new(request: web.Request) -> web.StreamResponse:
    """For a device that is about to make a key."""
    site, rooms = _site(request), request.app[ROOMS]
    _, known = await changing(request)
    kept, asked = await passkeys.of_operator(rooms.db, known.operator.id), secrets.token_bytes(32)
    options = passkeys.to_make(site, known.operator, kept, asked)
    return await _asked(request, Kind.REGISTER, known.operator.id, asked, options)


async def add(request: web.Request) -> web.StreamResponse:
    """One more device. With the first second proof comes a sheet of recovery codes."""
    session, known = await changing(request)
    held = await _taken(request, Kind.REGISTER)
    typed = await form(request)
    made = passkeys.made(_site(request), held.body, str(typed.get("credential", "")))
    if held.operator_id != known.operator.id:
        raise passkeys.refused()
    codes = await _keep(request, known, made, text(typed, "name"))
    if codes:
        return await show_sheet(request, session, known, codes)
    raise web.HTTPSeeOther("/compte?fait=empreinte")


async def remove(request: web.Request) -> web.StreamResponse:
    """A device opens nothing any more; with the last second proof the recovery codes go, too.

    :raises Missing: `passkey_unknown`: somebody else's device, and one that there is not: none is told from the other.
    """
    _, known = await changing(request)
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        if not await passkeys.remove(tx, known.operator.id, int(request.match_info["id"])):
            raise Missing(
                "passkey_unknown", "Cet appareil n'est pas, ou plus, parmi les vôtres : voyez votre compte."
            )
        await audit.append(tx, rooms.clock, None, *acted(known, "login.passkey_removed"))
        left = await factors.of(tx, known.operator.id)
        if left is not None and not left.second:
            await recovery.drop(tx, known.operator.id)
    raise web.HTTPSeeOther("/compte?fait=sans-empreinte")


def _site(request: web.Request) -> Site:
    """:raises Missing: `passkeys_impossible`: no browser makes one for such an address."""
    site = passkeys.site_of(request.app[ROOMS].settings.http.public_url)
    if site is None:
        raise Missing("passkeys_impossible", "Ici, seul le mot de passe permet d'entrer.")
    return site


async def _asked(
    request: web.Request, kind: Kind, operator_id: int | None, asked: bytes, options: str
) -> web.Response:
    """The challenge, kept; and what the browser is asked."""
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        token = await ceremonies.begin(tx, rooms.clock, rooms.keyring, kind, operator_id, asked)
    return web.Response(text=options, content_type="application/json", headers={"X-Ceremony": token})


async def _taken(request: web.Request, kind: Kind) -> Ceremony:
    """The challenge that was asked, used up. :raises Refused: `passkey_refused`: it was never asked, is over, or used."""
    rooms, token = request.app[ROOMS], text(await form(request), "token")
    held = await ceremonies.look(rooms.db, rooms.clock, rooms.keyring, kind, token)
    async with rooms.db.transaction() as tx:
        if held is None or not await ceremonies.take(tx, rooms.clock, kind, token):
            raise passkeys.refused()
    return held


async def _shown(request: web.Request) -> Shown:
    held = await _taken(request, Kind.PASSKEY)
    credential = str((await form(request)).get("credential", ""))
    return await passkeys.shown(request.app[ROOMS].db, _site(request), held.body, credential)


async def _keep(request: web.Request, known: Factors, made: Made, name: str) -> tuple[str, ...]:
    """Key and sheet in one transaction; the new recovery codes, where there were none.

    :raises Refused: `passkey_refused`: the device is known already, or there are ten.
    """
    rooms, operator_id = request.app[ROOMS], known.operator.id
    async with rooms.db.transaction() as tx:
        if not await passkeys.keep(tx, rooms.clock, operator_id, made, name):
            raise passkeys.refused()
        await audit.append(tx, rooms.clock, None, *acted(known, "login.passkey_added"))
        return () if known.recovery else await recovery.renew(tx, operator_id)
