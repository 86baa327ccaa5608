"""Invitations: a letter with a link, by which somebody comes to work in a station. Seven days, and once."""

from collections.abc import Mapping
from typing import Any, Final

from alertd.clock import DAY, HOUR
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.errors import Missing, Refused
from alertd.model import Channel, Role, Station
from alertd.stations import audit, operators, team
from alertd.stations.operators import Operator
from alertd.store.database import Transaction
from alertd.store.ids import take
from alertd.subscribe import contacts
from alertd.subscribe.addresses import email_address

LIMIT: Final = Limit("invitation", 3, HOUR)
PATH: Final = "/invitation"


async def invite(
    tx: Transaction, house: House, station: Station, who: str, public_url: str, said: Mapping[str, Any]
) -> tuple[bool, tuple[str, ...]]:
    """Invite `said` (email, name, role; `leaver`, who hands the role over and leaves when it is taken); whether the letter is on its way, and its bells. Else another mayor agrees first.

    The e-mail is the login. Someone who works elsewhere already keeps name and password, and gains a role.

    :raises Refused: of the address, `operator_invalid`, `invitation_unsent`: nobody can carry the letter.
    """
    operator = await _operator(tx, house, who, said)
    token, known = team.new_invitation()
    now, id_ = house.clock.now_ms(), await take(tx, "invitation")
    leaver = said.get("leaver")
    terms = (int(said["role"]), known, who, now, now + team.LASTS, leaver)
    await tx.execute("team.invite", id_, station.id, operator.id, *terms)
    detail = {"role": Role(said["role"]).word}
    await audit.append(
        tx, house.clock, station.id, who, "invitation.write", f"operator:{operator.id}", detail
    )
    link = f"{public_url}{PATH}/{token}"
    content = {"invitation": id_, "operator": operator.id, "role": int(said["role"]), "leaver": leaver}
    if not await team.decide(tx, house.clock, station, who, team.INVITE, content):
        return False, ()
    return True, await _write(tx, house, station, operator, link)


async def resend(
    tx: Transaction, house: House, station: Station, who: str, public_url: str, content: Mapping[str, Any]
) -> tuple[str, ...]:
    """The other mayor agreed: the letter leaves, with a token of its own; the bells to ring."""
    await tx.execute("team.settle_invitation", content["invitation"], station.id, house.clock.now_ms())
    rows = await tx.fetch("contacts.by_id", content["operator"])
    operator = Operator(content["operator"], rows[0]["login"], rows[0]["name"])
    token, known = team.new_invitation()
    now, id_ = house.clock.now_ms(), await take(tx, "invitation")
    terms = (content["role"], known, who, now, now + team.LASTS, content.get("leaver"))
    await tx.execute("team.invite", id_, station.id, operator.id, *terms)
    return await _write(tx, house, station, operator, f"{public_url}{PATH}/{token}")


async def _operator(tx: Transaction, house: House, who: str, said: Mapping[str, Any]) -> Operator:
    address = email_address(str(said["email"]))
    try:
        return await operators.by_login(tx, address)
    except Missing:
        name = str(said["name"]).strip() or address.partition("@")[0]
        made = await operators.add(tx, house.clock, login=address, name=name)
        await contacts.give(tx, house.clock, house.keyring, who, made.login, Channel.EMAIL, address)
        return made


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
    for row in await tx.fetch("contacts.mailboxes", operator.id, int(Channel.EMAIL), contacts.MOST):
        written = await service(tx, house, row["id"], note)
        if isinstance(written, Written):
            bells.append(written.bell)
    if not bells:
        raise Refused(
            "invitation_unsent",
            "Cette lettre ne peut pas partir (pas de passerelle d'e-mail, ou trop de lettres à cette personne) : "
            "l'administrateur peut ajouter la personne.",
        )
    return tuple(bells)
