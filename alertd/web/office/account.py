"""Mon compte: how one's own account is kept, where it is open, and how it is closed there."""

import re
from typing import Final

from aiohttp import web

from alertd.model import Mode
from alertd.stations import audit, passkeys, recovery, sessions, stations
from alertd.stations.factors import Factors
from alertd.stations.passkeys import Kept
from alertd.stations.sessions import Listed, Session
from alertd.subscribe import operator_phones
from alertd.subscribe.operator_phones import Phone
from alertd.web import doorway, fresh_proof, words
from alertd.web.contracts.login import AccountPage, Device, Seat, SheetPage, Told
from alertd.web.office import this_phone
from alertd.web.office.devices import device
from alertd.web.office.own_account import account, changing, frame_of
from alertd.web.posted import form
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.visits import forget, token_of

NOTICES: Final = {
    "code": "C'est fait : à la prochaine connexion, un code du téléphone sera demandé.",
    "sans-code": "C'est fait : plus aucun code ne sera demandé.",
    "empreinte": "C'est fait : cet appareil ouvre votre compte par l'empreinte ou le visage.",
    "sans-empreinte": "C'est fait : cet appareil n'ouvre plus votre compte.",
    "mot-de-passe": "C'est fait : le nouveau mot de passe compte dès maintenant, et vos autres appareils sont déconnectés.",
    "ferme": "C'est fait : cet appareil doit se reconnecter.",
    "notifications": "C'est fait : une notification d'essai part vers ce téléphone. Rien ne vient ? Regardez ses réglages de notifications.",
    "sans-notifications": "C'est fait : ce téléphone n'est plus prévenu.",
    "confirme": "Merci, c'est bien vous. Recommencez ce que vous vouliez changer.",
}
PROOFS: Final = {
    "password": "mot de passe",
    "totp": "code du téléphone",
    "recovery": "code de secours",
    "passkey": "empreinte ou visage",
    "link": "lien reçu par e-mail",
}
PARIS: Final = "Europe/Paris"
_ID: Final = re.compile(r"[0-9a-f]{64}")


async def account_page(request: web.Request) -> web.StreamResponse:
    """How the account is kept, and where it is open."""
    session, known = await account(request)
    return show(await _page(request, session, known))


async def new_sheet(request: web.Request) -> web.StreamResponse:
    """A new sheet of recovery codes, shown this once; the one before is worth nothing any more."""
    session, known = await changing(request)
    if not known.second:
        raise web.HTTPSeeOther("/compte")
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        codes = await recovery.renew(tx, known.operator.id)
        await audit.append(tx, rooms.clock, None, *acted(known, "login.recovery_renewed"))
    return await show_sheet(request, session, known, codes)


async def show_sheet(
    request: web.Request, session: Session, known: Factors, codes: tuple[str, ...]
) -> web.Response:
    """As the answer to what made them, and at no address: they cannot be called up again."""
    frame = await frame_of(request, session, "Vos codes de secours")
    return show(SheetPage(frame, known.operator.login, codes))


async def close_seat(request: web.Request) -> web.StreamResponse:
    """Log out one device, this one included. Nothing is asked for again: it takes away, and gives nobody anything."""
    _, known = await account(request)
    rooms, wanted = request.app[ROOMS], str((await form(request)).get("session", ""))
    if _ID.fullmatch(wanted):
        async with rooms.db.transaction() as tx:
            if await sessions.revoke(tx, known.operator.id, wanted):
                await audit.append(tx, rooms.clock, None, *acted(known, "login.revoked"))
    raise web.HTTPSeeOther("/compte?fait=ferme")


async def close_everywhere(request: web.Request) -> web.StreamResponse:
    """Log out everywhere, here too: for a phone that was lost."""
    _, known = await account(request)
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        closed = await sessions.close_all(tx, known.operator.id)
        who = (f"operator:{known.operator.login}", known.operator.id)
        await operator_phones.withdraw_all(tx, rooms.clock, *who)
        await audit.append(
            tx, rooms.clock, None, *acted(known, "login.revoked_everywhere"), {"sessions": closed}
        )
    response = web.HTTPSeeOther("/connexion")
    forget(response, rooms)
    raise response


def acted(known: Factors, action: str) -> tuple[str, str, str]:
    """Who, what and on what, for the audit: oneself, on one's own account."""
    return f"operator:{known.operator.login}", action, f"operator:{known.operator.id}"


async def _page(request: web.Request, session: Session, known: Factors) -> AccountPage:
    rooms = request.app[ROOMS]
    listed = await sessions.of_operator(rooms.db, rooms.clock, known.operator.id)
    zone = PARIS
    if session.actor is not None:
        zone = (await stations.by_id(rooms.db, session.actor.station_id)).timezone
    kept = await passkeys.of_operator(rooms.db, known.operator.id)
    here, now = sessions.id_of(token_of(request)), rooms.clock.now_ms()
    phones, this = (
        await operator_phones.of_operator(rooms.db, known.operator.id),
        this_phone.endpoint(request),
    )
    return AccountPage(
        frame=await frame_of(request, session, "Mon compte"),
        name=known.operator.name,
        login=known.operator.login,
        notice=NOTICES.get(request.query.get("fait", ""), ""),
        must_secure=fresh_proof.must_secure(rooms, session),
        possible=passkeys.site_of(rooms.settings.http.public_url) is not None,
        devices=tuple(_device(one, zone, now) for one in kept),
        this_device=device(request.headers.get("User-Agent", "")),
        totp=known.totp,
        sheet=words.count(known.recovery, "code", "codes") if known.second else "",
        few=known.recovery <= recovery.FEW,
        push_key=doorway.key_of(rooms, Mode.LIVE),
        phones=tuple(_phone(one, this, zone, now) for one in phones),
        renewal=this_phone.renewal(rooms, this) if this in {one.id for one in phones} else "",
        seats=tuple(_seat(one, here, zone, now) for one in listed),
    )


def _device(one: Kept, zone: str, now: int) -> Device:
    note = f"ajouté {words.when(one.created_at, zone, now)}"
    if one.used_at is not None:
        note += f", servi {words.when(one.used_at, zone, now)}"
    return Device(one.id, one.name, note)


def _phone(one: Phone, this: int, zone: str, now: int) -> Told:
    return Told(one.id, f"depuis {words.when(one.since, zone, now)}", one.id == this)


def _seat(one: Listed, here: str, zone: str, now: int) -> Seat:
    shown = " et ".join(PROOFS[word] for word in one.origin.proofs.split() if word in PROOFS)
    opened = f"ouvert {words.when(one.opened_at, zone, now)}"
    seen = "" if one.id == here else f"vu {words.when(one.seen_at, zone, now)}"
    parts = (opened, seen, shown and f"par {shown}", one.origin.network and f"réseau {one.origin.network}")
    note = ", ".join(part for part in parts if part)
    return Seat(one.id, one.origin.device or "Appareil inconnu", note, one.id == here)
