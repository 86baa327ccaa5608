"""The team: who holds which role, who is invited, the keys; where there are two mayors, both decide."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from alertd.errors import Missing, NotAllowed, Refused
from alertd.model import Role, Scope, Station
from alertd.stations import api_keys, audit, organisations, team
from alertd.stations.team import Proposal
from alertd.store.database import Transaction
from alertd.subscribe import invitations
from alertd.web import fresh_proof, words
from alertd.web.contracts import Choice
from alertd.web.contracts.team import MemberLine, ProposalLine, TeamPage
from alertd.web.office.own_account import changing
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/equipe"
SCOPES: Final = (
    Choice("draft", "Brouillons seulement"),
    Choice("info", "Informations"),
    Choice("warning", "Alertes"),
    Choice("danger", "Urgences"),
)
_SCOPE_WORDS: Final = {choice.key: choice.label.lower() for choice in SCOPES}


async def team_page(request: web.Request) -> web.StreamResponse:
    """Who, and what waits."""
    rooms, here = request.app[ROOMS], await _mayor(request)
    return show(await _page(rooms, here, _CONFIRMED if "fait" in request.query else ""))


async def change_role(request: web.Request) -> web.StreamResponse:
    """Another role, or none any more."""

    async def act(rooms: Rooms, here: Visit, typed: Any, tx: Transaction) -> str:
        wanted = str(typed.get("role", ""))
        role = None if wanted == "none" else int(_role(wanted))
        content = {"operator": _id(request), "role": role}
        done = await team.decide(tx, rooms.clock, here.station, here.actor.name, team.ROLE, content)
        return "" if done else _WAITS

    return await _act(request, act, fresh=True)


async def invite(request: web.Request) -> web.StreamResponse:
    """A letter with a link, at once or when the other mayor agrees."""

    async def act(rooms: Rooms, here: Visit, typed: Any, tx: Transaction) -> str:
        said = {"email": str(typed.get("email", ""))[:200], "name": str(typed.get("name", ""))[:120]}
        role, url = int(_role(str(typed.get("role", "")))), rooms.settings.http.public_url
        leaver = here.session.operator.id if typed.get("leaving") == "on" else None
        if leaver is not None and role != Role.MAYOR:
            raise Refused("handover_invalid", "Pour passer la main, invitez au rôle que vous quittez.")
        what = said | {"role": role, "leaver": leaver}
        sent, bells = await invitations.invite(tx, rooms.desk, here.station, here.actor.name, url, what)
        for bell in bells:
            rooms.db.ring(bell)
        return "" if sent else _WAITS

    return await _act(request, act, fresh=True)


async def withdraw(request: web.Request) -> web.StreamResponse:
    """The letter's link opens nothing any more."""

    async def act(rooms: Rooms, here: Visit, _typed: Any, tx: Transaction) -> str:
        if not await tx.execute(
            "team.settle_invitation", _id(request), here.station.id, rooms.clock.now_ms()
        ):
            raise Missing("invitation_unknown", "Cette invitation n'est plus ouverte.")
        what = ("invitation.withdraw", f"invitation:{_id(request)}")
        await audit.append(tx, rooms.clock, here.station.id, here.actor.name, *what)
        return ""

    return await _act(request, act)


async def new_key(request: web.Request) -> web.StreamResponse:
    """A key, whose token is shown this once; where there are two mayors it opens nothing before the other agrees."""
    rooms, here = request.app[ROOMS], await _mayor(request)
    await changing(request, _BACK)
    typed = await form(request)
    try:
        scope = Scope[str(typed.get("scope", ""))[:20].upper()]
        async with rooms.db.transaction() as tx:
            name, people = str(typed.get("name", ""))[:200], typed.get("subscribers") == "on"
            drawn, token = await api_keys.draw(tx, name, scope, subscribers=people)
            done = await team.decide(tx, rooms.clock, here.station, here.actor.name, team.KEY, drawn)
    except KeyError:
        return show(await _page(rooms, here, "Choisissez ce que la clé peut faire."), 422)
    except Refused:
        return show(await _page(rooms, here, "Écrivez à quoi sert la clé, en 80 caractères au plus."), 422)
    return show(await _page(rooms, here, "" if done else _WAITS, token))


async def revoke_key(request: web.Request) -> web.StreamResponse:
    """At once, by one person: what is closed harms nobody."""

    async def act(rooms: Rooms, here: Visit, _typed: Any, tx: Transaction) -> str:
        if _id(request) not in {key.id for key in await api_keys.of_station(tx, here.station.id)}:
            raise Missing("key_unknown", "Cette clé n'existe pas.")
        await api_keys.revoke(tx, rooms.clock, _id(request))
        what = ("key.revoke", f"key:{_id(request)}")
        await audit.append(tx, rooms.clock, here.station.id, here.actor.name, *what)
        return ""

    return await _act(request, act)


async def decide(request: web.Request) -> web.StreamResponse:
    """The other mayor agrees, or not."""

    async def act(rooms: Rooms, here: Visit, typed: Any, tx: Transaction) -> str:
        who, id_ = here.actor.name, _id(request)
        if typed.get("act") != "agree":
            await team.decline(tx, rooms.clock, here.station, who, id_)
            return ""
        agreed = await team.agree(tx, rooms.clock, here.station, who, id_)
        if agreed.kind == team.INVITE:
            where = await _invited_to(tx, here, agreed)
            url = rooms.settings.http.public_url
            for bell in await invitations.resend(tx, rooms.desk, where, agreed.author, url, agreed.content):
                rooms.db.ring(bell)
        return ""

    return await _act(request, act, fresh=True)


async def _invited_to(tx: Transaction, here: Visit, agreed: Proposal) -> Station:
    """Here, or to answer for an organisation that is still under this station. :raises Missing: `station_unknown`."""
    where = agreed.content.get("station", here.station.id)
    return here.station if where == here.station.id else await organisations.child(tx, here.station, where)


_BACK: Final = f"{PATH}?fait=confirme"
_CONFIRMED: Final = "C'est bien vous : recommencez maintenant, rien ne vous sera demandé pendant dix minutes."
_WAITS: Final = "C'est demandé : un autre maire de cette station doit être d'accord, sous sept jours."


async def _act(
    request: web.Request,
    act: Callable[[Rooms, Visit, Any, Transaction], Awaitable[str]],
    *,
    fresh: bool = False,
) -> web.StreamResponse:
    """One change in one transaction; the page again with a sentence where something stands in its way, or waits. `fresh`: it
    opens something, and whoever sits before an open page that is not theirs must not.
    """
    rooms, here = request.app[ROOMS], await _mayor(request)
    if fresh:
        await changing(request, _BACK)
    typed = await form(request)
    try:
        async with rooms.db.transaction() as tx:
            notice = await act(rooms, here, typed, tx)
    except Refused as error:
        return show(await _page(rooms, here, error.french), error.status)
    if notice:
        return show(await _page(rooms, here, notice))
    raise web.HTTPSeeOther(PATH)


async def _mayor(request: web.Request) -> Visit:
    here = await visit(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed("team_not_allowed", "L'équipe et les clés reviennent au maire, ou au responsable.")
    return here


async def _page(rooms: Rooms, here: Visit, notice: str = "", token: str = "") -> TeamPage:
    now, timezone, names = rooms.clock.now_ms(), here.station.timezone, _roles(here)
    found = await team.members(rooms.db, here.station.id)
    invited = await rooms.db.fetch("team.invited", here.station.id, now)
    by_id = {member.id: member.name for member in found}
    return TeamPage(
        frame=frame("Équipe et clés", here),
        notice=notice,
        token=token,
        prove="" if fresh_proof.is_fresh(rooms.clock, here.session) else f"/compte/confirmer?retour={_BACK}",
        both=await team.needs_second(rooms.db, here.station),
        proposals=tuple(
            ProposalLine(
                one.id,
                _proposed(one, by_id, names),
                f"{one.author.removeprefix('operator:')}, {words.when(one.created_at, timezone, now)}",
                one.author == here.actor.name,
            )
            for one in await team.proposals(rooms.db, rooms.clock, here.station)
        ),
        members=tuple(
            MemberLine(one.id, one.name, one.login, one.role.word, names[one.role]) for one in found
        ),
        invited=tuple(
            Choice(
                str(row["id"]),
                row["login"],
                f"{names[Role(row['role'])]}, {words.left(row['expires_at'], now)}"
                + (", passation" if row["leaver_id"] is not None else ""),
            )
            for row in invited
        ),
        keys=await _keys(rooms, here, now),
        roles=tuple(Choice(role.word, name) for role, name in names.items()),
        scopes=SCOPES,
    )


async def _keys(rooms: Rooms, here: Visit, now: int) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            str(key.id),
            key.name,
            f"{_SCOPE_WORDS[key.scope.word]}{', abonnés' if key.subscribers else ''}, "
            f"{words.when(key.created_at, here.station.timezone, now)}",
        )
        for key in await api_keys.of_station(rooms.db, here.station.id)
        if key.revoked_at is None
    )


def _roles(here: Visit) -> dict[Role, str]:
    """A school has no mayor."""
    own = {Role.MAYOR: words.HEAD} if organisations.is_organisation(here.station) else {}
    return {role: own.get(role, name) for role, name in words.ROLES.items()}


def _proposed(one: Proposal, names: dict[int, str], roles: dict[Role, str]) -> str:
    if one.kind == team.KEY:
        return f"Nouvelle clé « {one.content['name']} » : {_SCOPE_WORDS[Scope(one.content['scope']).word]}"
    if one.kind == team.INVITE and one.content.get("organisation"):
        return f"Inviter une personne : responsable de {one.content['organisation']}"
    if one.kind == team.INVITE:
        return f"Inviter une personne : {roles[Role(one.content['role'])]}"
    person = names.get(one.content["operator"], "une personne partie")
    role = one.content["role"]
    return f"Retirer {person}" if role is None else f"{person} : {roles[Role(role)]}"


def _role(word: str) -> Role:
    try:
        return Role[word[:20].upper()]
    except KeyError:
        raise Refused("role_unknown", "Choisissez un rôle.") from None


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
