"""The app that shows codes: set up by a picture, renewed, turned off."""

import io
from typing import Final

import segno
from aiohttp import web
from markupsafe import Markup

from alertd.stations import audit, ceremonies, recovery, totp
from alertd.stations.ceremonies import Ceremony, Kind
from alertd.stations.factors import Factors
from alertd.stations.sessions import Session
from alertd.web.contracts.login import CodePage
from alertd.web.office.account import acted, show_sheet
from alertd.web.office.entrance import WRONG_CODE, text
from alertd.web.office.own_account import changing, frame_of
from alertd.web.posted import form
from alertd.web.rooms import ROOMS
from alertd.web.show import show

BORDER: Final = 4
"""Modules of white around a QR code, which readers need (ISO/IEC 18004, 6.3.8), by night too."""


async def begin_code(request: web.Request) -> web.StreamResponse:
    """A new secret, which counts once the app has shown a code of it; an app of before goes on until then."""
    session, known = await changing(request)
    rooms, secret = request.app[ROOMS], totp.new_secret()
    async with rooms.db.transaction() as tx:
        what = (Kind.TOTP, known.operator.id, secret.encode())
        token = await ceremonies.begin(tx, rooms.clock, rooms.keyring, *what)
    return await _show(request, session, known, token, secret)


async def keep_code(request: web.Request) -> web.StreamResponse:
    """The app showed the right code: from now on it is asked for. With the first comes a sheet of recovery codes."""
    session, known = await changing(request)
    rooms, typed = request.app[ROOMS], await form(request)
    token = text(typed, "token")
    held = await ceremonies.look(rooms.db, rooms.clock, rooms.keyring, Kind.TOTP, token)
    if held is None or held.operator_id != known.operator.id:
        raise web.HTTPSeeOther("/compte")
    step = totp.step_of(held.body.decode(), text(typed, "code"), rooms.clock.now_ms())
    if step is None:
        return await _show(request, session, known, token, held.body.decode(), WRONG_CODE)
    codes = await _keep(request, known, held, token, step)
    if codes:
        return await show_sheet(request, session, known, codes)
    raise web.HTTPSeeOther("/compte?fait=code")


async def drop_code(request: web.Request) -> web.StreamResponse:
    """No code is asked for any more; without another second proof the recovery codes go, too."""
    _, known = await changing(request)
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        if await totp.turn_off(tx, known.operator.id):
            if not known.passkeys:
                await recovery.drop(tx, known.operator.id)
            await ceremonies.drop(tx, known.operator.id)
            await audit.append(tx, rooms.clock, None, *acted(known, "login.totp_off"))
    raise web.HTTPSeeOther("/compte?fait=sans-code")


async def _keep(
    request: web.Request, known: Factors, held: Ceremony, token: str, step: int
) -> tuple[str, ...]:
    """App, ceremony and sheet in one transaction; the new recovery codes, where there were none."""
    rooms, operator = request.app[ROOMS], known.operator
    async with rooms.db.transaction() as tx:
        if not await ceremonies.take(tx, rooms.clock, held.kind, token):
            return ()
        await totp.keep(tx, rooms.clock, rooms.keyring, operator.id, held.body.decode(), step)
        action = "login.totp_renewed" if known.totp else "login.totp_on"
        await audit.append(tx, rooms.clock, None, *acted(known, action))
        return () if known.recovery else await recovery.renew(tx, operator.id)


async def _show(
    request: web.Request, session: Session, known: Factors, token: str, secret: str, error: str = ""
) -> web.Response:
    app = totp.app(secret, known.operator.login, request.app[ROOMS].settings.http.public_url)
    frame = await frame_of(request, session, "Le code du téléphone")
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    page = CodePage(frame, token, _picture(app.uri), grouped, app.uri, error)
    return show(page, 401 if error else 200)


def _picture(uri: str) -> Markup:
    """The QR code as SVG: shapes only, no style and no script, so that the strictest policy lets it through."""
    out = io.BytesIO()
    code = segno.make(uri, error="m", micro=False)
    code.save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=BORDER, dark="#000", light="#fff",
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return Markup(out.getvalue().decode())  # noqa: S704 - made of numbers alone  # nosec B704
