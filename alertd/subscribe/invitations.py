"""Invitations: a letter with a link, by which somebody comes to work in a station. Seven days, and once."""

from collections.abc import Mapping
from typing import Any, Final

from alertd.clock import DAY, HOUR, Clock
from alertd.deliver import routes
from alertd.deliver.owners import owners
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.errors import Conflict, Missing, Refused
from alertd.model import Channel, Mode, Role, Station
from alertd.stations import audit, operators, organisations, team
from alertd.stations.operators import Operator
from alertd.store.database import Database, Transaction
from alertd.store.ids import take
from alertd.subscribe import contacts
from alertd.subscribe.addresses import email_address

LIMIT: Final = Limit("invitation", 3, HOUR)
PATH: Final = "/invitation"


async def invite(
    tx: Transaction,
    house: House,
    station: Station,
    who: str,
    public_url: str,
    said: Mapping[str, Any],
    above: Station | None = None,
) -> tuple[bool, tuple[str, ...]]:
    """Invite `said` (email, name, role; `leaver`, who hands the role over and leaves when it is taken); whether the letter is on its way, and its bells. Else another mayor agrees first: of the station, or of the one `above` whose mayor invites.

    The e-mail is the login. Someone who works elsewhere already keeps name and password, and gains a role; with an account of
    another login, it is taken by that account (`team.accept_as`).

    :raises Refused: of the address, `operator_invalid`, `invitation_unsent`: nobody can carry the letter.
    """
    operator, id_, link = await _offer(tx, house, station, who, public_url, said)
    content = {
        "invitation": id_,
        "operator": operator.id,
        "role": int(said["role"]),
        "leaver": said.get("leaver"),
        "station": station.id,
        "organisation": station.name if above else "",
    }
    if not await team.decide(tx, house.clock, above or station, who, team.INVITE, content):
        return False, ()
    return True, await _write(tx, house, station, operator, link)


async def first(tx: Transaction, clock: Clock, station: Station, operator: Operator, who: str) -> str:
    """The token of an invitation that no letter carries: whoever founds the instance gives the link to its first mayor, who holds the
    role already and has no way in yet.
    """
    _, token = await _open(tx, clock, station, operator, who, Role.MAYOR)
    await _note(tx, clock, station, operator, who, Role.MAYOR)
    return token


async def send(
    tx: Transaction, house: House, station: Station, who: str, public_url: str, said: Mapping[str, Any]
) -> tuple[str, ...]:
    """As `invite`, by whoever owns the machine, whom no second mayor has to agree with; the bells to ring."""
    operator, _, link = await _offer(tx, house, station, who, public_url, said)
    return await _write(tx, house, station, operator, link)


async def check_headless(tx: Transaction, clock: Clock, child: Station) -> None:
    """Whether the station above may invite who is to answer for this one: an organisation without anybody who does, and one letter at
    a time, so that none is kept back to come in by when somebody does.

    :raises Conflict: `not_an_organisation`, `head_there`, `head_invited`.
    """
    await tx.fetch("stations.hold", child.id)
    if not organisations.is_organisation(child):
        raise Conflict(
            "not_an_organisation", "Une commune est confiée à son maire par l'hébergeur, pas d'ici."
        )
    if await heads(tx, child):
        raise Conflict("head_there", "Elle a un responsable : c'est à cette personne d'inviter la suite.")
    if await tx.fetch("team.invited", child.id, clock.now_ms()):
        raise Conflict(
            "head_invited", "Une invitation est déjà ouverte : retirez-la avant d'en écrire une autre."
        )


async def heads(store: Database | Transaction, station: Station) -> tuple[str, ...]:
    """The names of those who answer for a station."""
    return tuple(one.name for one in await team.members(store, station.id) if one.role is Role.MAYOR)


async def resend(
    tx: Transaction, house: House, station: Station, who: str, public_url: str, content: Mapping[str, Any]
) -> tuple[str, ...]:
    """The other mayor agreed: the letter leaves, with a token of its own; the bells to ring.

    :raises Missing: `invitation_unknown`: it was taken back meanwhile.
    """
    if not await tx.execute(
        "team.settle_invitation", content["invitation"], station.id, house.clock.now_ms()
    ):
        raise Missing("invitation_unknown", "Cette invitation a été retirée.")
    rows = await tx.fetch("contacts.by_id", content["operator"])
    operator = Operator(content["operator"], rows[0]["login"], rows[0]["name"])
    role, leaver = Role(content["role"]), content.get("leaver")
    _, token = await _open(tx, house.clock, station, operator, who, role, leaver)
    return await _write(tx, house, station, operator, f"{public_url}{PATH}/{token}")


async def _offer(
    tx: Transaction, house: House, station: Station, who: str, public_url: str, said: Mapping[str, Any]
) -> tuple[Operator, int, str]:
    """Whom, the invitation's id, and the link that only a letter holds."""
    operator, role = await _operator(tx, house, station, who, said), Role(said["role"])
    id_, token = await _open(tx, house.clock, station, operator, who, role, said.get("leaver"))
    await _note(tx, house.clock, station, operator, who, role)
    return operator, id_, f"{public_url}{PATH}/{token}"


async def _open(
    tx: Transaction,
    clock: Clock,
    station: Station,
    operator: Operator,
    who: str,
    role: Role,
    leaver: int | None = None,
) -> tuple[int, str]:
    """An invitation's id, and the token that nobody but its bearer has."""
    token, known = team.new_invitation()
    now, id_ = clock.now_ms(), await take(tx, "invitation")
    terms = (int(role), known, who, now, now + team.LASTS, leaver)
    await tx.execute("team.invite", id_, station.id, operator.id, *terms)
    return id_, token


async def _note(
    tx: Transaction, clock: Clock, station: Station, operator: Operator, who: str, role: Role
) -> None:
    whom, detail = f"operator:{operator.id}", {"role": role.word}
    await audit.append(tx, clock, station.id, who, "invitation.write", whom, detail)


async def _operator(
    tx: Transaction, house: House, station: Station, who: str, said: Mapping[str, Any]
) -> Operator:
    address = email_address(str(said["email"]))
    try:
        known = await operators.by_login(tx, address)
    except Missing:
        name = str(said["name"]).strip() or address.partition("@")[0]
        made = await operators.add(tx, house.clock, login=address, name=name)
        told, mode = (who, made.login, Channel.EMAIL, address), await _mode(tx, house, station)
        await contacts.give(tx, house.clock, house.keyring, *told, mode)
        return made
    await team.refuse_rehearsed(tx, station.id, known.id)
    return known


async def _mode(tx: Transaction, house: House, station: Station) -> Mode:
    """Where a letter of a station in training goes: to the sandbox, but only where e-mail has no other way out."""
    whose = await owners(tx, house.routes.owning, station.id)
    out = routes.first(house.routes, Mode.LIVE, Channel.EMAIL, danger=False, owners=whose)
    return Mode.LIVE if out is not None else station.mode


async def _write(
    tx: Transaction, house: House, station: Station, operator: Operator, link: str
) -> tuple[str, ...]:
    """To the person's own e-mail addresses; at least one letter must be on its way."""
    note = Note(
        "service.invitation",
        {"link": link},
        title="service.invitation_title",
        station_id=station.id,
        within_ms=DAY,
        thread="invitation",
        limit=LIMIT,
    )
    bells = []
    for endpoint in await contacts.mailboxes(tx, operator.id, station.mode):
        written = await service(tx, house, endpoint, note)
        if isinstance(written, Written):
            bells.append(written.bell)
    if not bells:
        raise Refused(
            "invitation_unsent",
            "This letter cannot leave (no gateway for e-mail, or too many letters to this person): alertd operator add|role",
            french="Cette lettre ne peut pas partir (pas de passerelle d'e-mail, ou trop de lettres à cette personne) : "
            "l'administrateur peut ajouter la personne.",
        )
    return tuple(bells)
