"""Log in, log out, and choose in whose name to speak."""

from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from alertd.errors import TooOften
from alertd.stations import audit, ceremonies, factors, operators, sessions, throttle
from alertd.stations.ceremonies import Ceremony, Kind
from alertd.stations.factors import Factors, Proof
from alertd.subscribe import operator_phones
from alertd.web import words
from alertd.web.addresses import client_address
from alertd.web.contracts import Frame, LoginPage, StationsPage
from alertd.web.contracts.login import SecondPage
from alertd.web.office import this_phone
from alertd.web.office.entering import Entered, enter, greet, onward, passkey_path, step
from alertd.web.paths import ours
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import post_line, show
from alertd.web.visits import forget, session_of, token_of


async def log_in_page(request: web.Request) -> web.StreamResponse:
    if await session_of(request) is not None:
        raise web.HTTPSeeOther(onward(request))
    return show(_log_in_page(request))


async def log_in(request: web.Request) -> web.StreamResponse:
    """A session in a cookie, or the question for the second proof; the same words for an unknown login and a wrong password.

    :raises TooOften: `log_in_too_often`, by login and network.
    """
    rooms, typed = request.app[ROOMS], await form(request)
    login, password = text(typed, "login"), str(typed.get("password", ""))[:1000]
    await wait_your_turn(rooms, login, client_address(request))
    operator = await operators.verify(rooms.db, rooms.passwords, login, password)
    known = await factors.of(rooms.db, operator.id) if operator else None
    if known is None:
        return show(_log_in_page(request, login, _WRONG), 401)
    if known.second:
        return await ask_second(request, known, Proof.PASSWORD)
    async with rooms.db.transaction() as tx:
        entered = await enter(request, tx, known.operator, Proof.PASSWORD)
    raise greet(request, entered)


async def second(request: web.Request) -> web.StreamResponse:
    """The second proof: the app's code, or a recovery code. A wrong one may be mended while the first proof holds.

    :raises TooOften: `log_in_too_often`, by operator.
    """
    rooms, typed = request.app[ROOMS], await form(request)
    token, code = text(typed, "token"), text(typed, "code")
    held = await ceremonies.look(rooms.db, rooms.clock, rooms.keyring, Kind.SECOND, token)
    known = await factors.of(rooms.db, held.operator_id) if held else None
    if held is None or known is None:
        return show(_log_in_page(request, error=_OVER), 401)
    await wait_for_code(rooms, known.operator.id, code, client_address(request))
    entered = await _with_code(request, held, known, token, code)
    if entered is None:
        return show(_second_page(request, known, Proof(held.body.decode()), token, WRONG_CODE), 401)
    raise greet(request, entered)


async def log_out(request: web.Request) -> web.StreamResponse:
    """The session is over, and this telephone shows nothing more until the same person is back."""
    rooms, session = request.app[ROOMS], await session_of(request)
    async with rooms.db.transaction() as tx:
        await sessions.close_session(tx, token_of(request))
        if session is not None:
            phone = this_phone.endpoint(request)
            await operator_phones.sleep(tx, session.operator.id, phone, rooms.clock)
    response = web.HTTPSeeOther("/connexion")
    forget(response, rooms)
    raise response


async def stations_page(request: web.Request) -> web.StreamResponse:
    session = await session_of(request)
    if session is None:
        raise web.HTTPSeeOther("/connexion?retour=/stations")
    posts = await operators.posts(request.app[ROOMS].db, session.operator.id)
    frame = Frame("Au nom de qui ?", operator=session.operator.name, csrf=session.csrf)
    return show(StationsPage(frame, tuple(map(post_line, posts)), onward(request)))


async def choose_station(request: web.Request) -> web.StreamResponse:
    if await session_of(request) is None:
        raise web.HTTPSeeOther("/connexion?retour=/stations")
    typed = await form(request)
    wanted = str(typed.get("station", ""))
    station_id = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 16 else 0
    async with request.app[ROOMS].db.transaction() as tx:
        await sessions.choose_station(tx, token_of(request), station_id)
    raise web.HTTPSeeOther(ours(str(typed.get("retour", "/"))[:500]))


WRONG_CODE = "Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant, puis recommencez."
_WRONG = "L'identifiant ou le mot de passe n'est pas le bon. Vérifiez les deux, puis recommencez."
_SAID: Final = {
    Proof.PASSWORD: "Votre mot de passe est le bon.",
    Proof.LINK: "Votre lien est le bon.",
}
_OVER = "Trop de temps a passé, ou cette page a déjà servi : recommencez."


def text(typed: MultiMapping[Any], name: str) -> str:
    """A short field; nobody's where it holds a NUL, which no database can look for."""
    value = str(typed.get(name, ""))[:200]
    return "" if "\0" in value else value


async def wait_your_turn(rooms: Rooms, login: str, address: str) -> None:
    """:raises TooOften: `log_in_too_often`."""
    async with rooms.db.transaction() as tx:
        seconds = await throttle.log_in_wait(tx, rooms.clock, login, address)
    check_wait(seconds)


async def wait_for_code(rooms: Rooms, operator_id: int, code: str, address: str) -> None:
    """Six digits could be guessed: slow, by operator. A recovery code could not, and passes when codes are hammered at.

    :raises TooOften: `log_in_too_often`.
    """
    async with rooms.db.transaction() as tx:
        if len("".join(code.split())) <= 8:
            seconds = await throttle.code_wait(tx, rooms.clock, operator_id)
        else:
            seconds = await throttle.knock_wait(tx, rooms.clock, address)
    check_wait(seconds)


def check_wait(seconds: float) -> None:
    """:raises TooOften: `log_in_too_often`, unless there is nothing to wait for."""
    if seconds:
        raise TooOften(
            "log_in_too_often",
            f"Trop d'essais de suite : attendez {words.wait(seconds)}, puis recommencez.",
            retry_after_s=seconds,
        )


async def ask_second(request: web.Request, known: Factors, first: Proof) -> web.Response:
    """The page that asks for the second proof, where the first was right."""
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        what = (Kind.SECOND, known.operator.id, first.value.encode())
        token = await ceremonies.begin(tx, rooms.clock, rooms.keyring, *what)
    return show(_second_page(request, known, first, token))


async def _with_code(
    request: web.Request, held: Ceremony, known: Factors, token: str, code: str
) -> Entered | None:
    """Code, ceremony and session in one transaction: none of them is used twice."""
    rooms, operator = request.app[ROOMS], known.operator
    async with rooms.db.transaction() as tx:
        proof = await factors.spend(tx, rooms.clock, rooms.keyring, operator.id, code)
        if proof is not None and await ceremonies.take(tx, rooms.clock, held.kind, token):
            return await enter(request, tx, operator, Proof(held.body.decode()), proof)
        who = (f"operator:{operator.login}", "login.code_refused", f"operator:{operator.id}")
        await audit.append(tx, rooms.clock, None, *who)
    return None


def _second_page(
    request: web.Request, known: Factors, first: Proof, token: str, error: str = ""
) -> SecondPage:
    return SecondPage(
        frame=Frame("Encore une preuve"),
        action=step(request, "/connexion/code"),
        said=_SAID.get(first, ""),
        token=token,
        totp=known.totp,
        passkey=passkey_path(request, "/connexion/empreinte") if known.passkeys else "",
        link=first is Proof.PASSWORD,
        error=error,
    )


def _log_in_page(request: web.Request, login: str = "", error: str = "") -> LoginPage:
    passkey = passkey_path(request, "/connexion/empreinte")
    return LoginPage(Frame("Se connecter"), step(request, "/connexion"), login, error, passkey)
