"""Another password, chosen by its owner; wherever else the old one was used to come in, it is over."""

from aiohttp import web

from alertd.errors import Refused
from alertd.stations import audit, ceremonies, operators, sessions
from alertd.stations.factors import Factors
from alertd.stations.sessions import Session
from alertd.subscribe import operator_phones
from alertd.web.contracts.login import PasswordPage
from alertd.web.office import this_phone
from alertd.web.office.account import acted
from alertd.web.office.entering import Entered, greet, origin_of
from alertd.web.office.own_account import changing, frame_of
from alertd.web.posted import form
from alertd.web.rooms import ROOMS
from alertd.web.show import show


async def password_page(request: web.Request) -> web.StreamResponse:
    session, known = await changing(request)
    return await _show(request, session, known)


async def change_password(request: web.Request) -> web.StreamResponse:
    """Checked and hashed before the transaction opens. This device stays in, under a new token; every other is out."""
    session, known = await changing(request)
    rooms, typed = request.app[ROOMS], await form(request)
    new, again = (str(typed.get(name, ""))[:1000] for name in ("password", "again"))
    if new != again:
        return await _show(request, session, known, "Les deux mots de passe ne sont pas les mêmes.")
    try:
        hashed = await operators.hash_password(rooms.passwords, known.operator.login, new)
    except Refused:
        return await _show(request, session, known, _WEAK)
    raise greet(request, await _changed(request, session, known, hashed))


_WEAK = "Ce mot de passe se devine : douze caractères au moins, sans l'identifiant. Quatre mots font très bien l'affaire."


async def _changed(request: web.Request, session: Session, known: Factors, hashed: str) -> Entered:
    rooms, operator_id = request.app[ROOMS], known.operator.id
    async with rooms.db.transaction() as tx:
        await operators.set_password(tx, operator_id, hashed)
        await ceremonies.drop(tx, operator_id)
        who = (f"operator:{known.operator.login}", operator_id)
        await operator_phones.withdraw_all(tx, rooms.clock, *who, but=this_phone.endpoint(request))
        origin = origin_of(request, "password")
        opened = await sessions.open_session(tx, rooms.clock, operator_id, session.station_id, origin)
        await audit.append(tx, rooms.clock, None, *acted(known, "login.password_changed"))
    return Entered(opened, "/compte?fait=mot-de-passe")


async def _show(request: web.Request, session: Session, known: Factors, error: str = "") -> web.Response:
    frame = await frame_of(request, session, "Changer de mot de passe")
    return show(PasswordPage(frame, known.operator.login, error), 422 if error else 200)
