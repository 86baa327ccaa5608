"""It is still me: who is logged in shows again all that the account asks for."""

from aiohttp import web

from alertd.stations import audit, factors, operators, sessions
from alertd.stations.factors import Factors, Proof
from alertd.stations.sessions import Session
from alertd.store import Transaction
from alertd.web.addresses import client_address
from alertd.web.contracts.login import ConfirmPage
from alertd.web.office.account import acted
from alertd.web.office.entering import Entered, greet, onward, passkey_path
from alertd.web.office.entrance import text, wait_for_code, wait_your_turn
from alertd.web.office.own_account import account, frame_of
from alertd.web.posted import form
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.visits import token_of

_WRONG = "Le mot de passe ou le code n'est pas le bon. Vérifiez, puis recommencez."


async def confirm_page(request: web.Request) -> web.StreamResponse:
    session, known = await account(request)
    return await _show(request, session, known)


async def confirm(request: web.Request) -> web.StreamResponse:
    """Password, and code where the account asks for one; wrong in one or the other is told the same.

    :raises TooOften: `log_in_too_often`, by the same buckets as a log-in.
    """
    session, known = await account(request)
    rooms, typed = request.app[ROOMS], await form(request)
    password, code = str(typed.get("password", ""))[:1000], text(typed, "code")
    login, address = known.operator.login, client_address(request)
    await wait_your_turn(rooms, login, address)
    if known.second:
        await wait_for_code(rooms, known.operator.id, code, address)
    right = await operators.verify(rooms.db, rooms.passwords, login, password) is not None
    entered = await _prove(request, session, known, code) if right else None
    if entered is None:
        return await _show(request, session, known, _WRONG)
    raise greet(request, entered)


async def proven(
    request: web.Request, tx: Transaction, session: Session, known: Factors, *proofs: Proof
) -> Entered:
    """The session goes on under a new token, and is fresh."""
    rooms = request.app[ROOMS]
    shown = " ".join(proofs)
    opened = await sessions.prove(tx, rooms.clock, token_of(request), session, shown)
    await audit.append(tx, rooms.clock, None, *acted(known, "login.confirmed"), {"proofs": shown})
    return Entered(opened, onward(request))


async def _prove(request: web.Request, session: Session, known: Factors, code: str) -> Entered | None:
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        if not known.second:
            return await proven(request, tx, session, known, Proof.PASSWORD)
        proof = await factors.spend(tx, rooms.clock, rooms.keyring, known.operator.id, code)
        if proof is not None:
            return await proven(request, tx, session, known, Proof.PASSWORD, proof)
        await audit.append(tx, rooms.clock, None, *acted(known, "login.code_refused"))
    return None


async def _show(request: web.Request, session: Session, known: Factors, error: str = "") -> web.Response:
    frame = await frame_of(request, session, "C'est bien vous ?")
    passkey = passkey_path(request, "/compte/confirmer/empreinte") if known.passkeys else ""
    here, login = request.rel_url.raw_path_qs, known.operator.login
    return show(ConfirmPage(frame, here, login, known.second, passkey, error), 401 if error else 200)
