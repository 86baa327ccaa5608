"""Who works in a station. The last mayor stays; where there are two, roles and keys are decided by both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from alertd.clock import DAY, Clock
from alertd.errors import Conflict, Missing, Refused
from alertd.keys import token as new_token
from alertd.keys import token_hash
from alertd.model import Channel, Role, Scope, Station
from alertd.stations import api_keys, audit, operators
from alertd.stations.operators import Operator
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take

LASTS: Final = 7 * DAY
"""How long an invitation, or a proposal, is open."""
ROLE: Final = "role"
KEY: Final = "key"
INVITE: Final = "invite"


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who holds a role."""

    id: int
    login: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one mayor wants, and another has not agreed to yet; `content` by kind."""

    id: int
    kind: str
    content: Mapping[str, Any]
    author: str
    created_at: int


async def members(store: Database | Transaction, station_id: int) -> tuple[Member, ...]:
    """The highest first."""
    rows = await store.fetch("team.members", station_id)
    return tuple(Member(row["id"], row["login"], row["name"], Role(row["role"])) for row in rows)


async def needs_second(store: Database | Transaction, station: Station) -> bool:
    """Whether there are two mayors who can decide."""
    return int((await store.fetch("team.mayors", station.id, 0))[0]["n"]) >= 2


async def decide(
    tx: Transaction, clock: Clock, station: Station, who: str, kind: str, content: Mapping[str, Any]
) -> bool:
    """Do it, or let it wait for another mayor; True when it is done.

    :raises Conflict: `last_mayor`. :raises Missing: `member_unknown`, `key_unknown`.
    """
    await tx.fetch("stations.hold", station.id)
    if not await needs_second(tx, station):
        await carry_out(tx, clock, station, who, kind, content)
        return True
    if kind == ROLE:
        await _check_role(tx, station, content)
    now, id_ = clock.now_ms(), await take(tx, "proposal")
    await tx.execute("team.propose", id_, station.id, kind, json.dumps(content), who, now, now + LASTS)
    await audit.append(tx, clock, station.id, who, "team.propose", f"proposal:{id_}", {"kind": kind})
    return False


async def agree(tx: Transaction, clock: Clock, station: Station, who: str, proposal_id: int) -> Proposal:
    """Another mayor agrees, and it is done; once.

    :raises Conflict: `proposal_closed`: decided, too old, or one's own. Raises as `decide`.
    """
    await tx.fetch("stations.hold", station.id)
    row = await _decided(tx, clock, station, who, proposal_id, "agreed")
    content = json.loads(row["content"])
    await audit.append(
        tx, clock, station.id, who, "team.agree", f"proposal:{proposal_id}", {"kind": row["kind"]}
    )
    await carry_out(tx, clock, station, row["author"], row["kind"], content)
    return Proposal(proposal_id, row["kind"], content, row["author"], 0)


async def decline(tx: Transaction, clock: Clock, station: Station, who: str, proposal_id: int) -> None:
    """Not so; its author may take it back too. :raises Conflict: `proposal_closed`."""
    row = await _decided(tx, clock, station, who, proposal_id, "declined")
    content = json.loads(row["content"])
    if row["kind"] == INVITE:
        where = content.get("station", station.id)
        await tx.execute("team.settle_invitation", content["invitation"], where, clock.now_ms())
    await audit.append(
        tx, clock, station.id, who, "team.decline", f"proposal:{proposal_id}", {"kind": row["kind"]}
    )


async def proposals(store: Database, clock: Clock, station: Station) -> tuple[Proposal, ...]:
    """What waits."""
    rows = await store.fetch("team.proposals", station.id, clock.now_ms())
    return tuple(
        Proposal(row["id"], row["kind"], json.loads(row["content"]), row["author"], row["created_at"])
        for row in rows
    )


async def carry_out(
    tx: Transaction, clock: Clock, station: Station, who: str, kind: str, content: Mapping[str, Any]
) -> None:
    """What was decided. An invitation's letter is its caller's to write."""
    if kind == ROLE:
        await _check_role(tx, station, content)
        wanted = None if content["role"] is None else Role(content["role"])
        await operators.set_role(tx, content["operator"], station.id, wanted)
        detail = {"role": wanted.word if wanted is not None else "none"}
        await audit.append(
            tx, clock, station.id, who, "operator.role", f"operator:{content['operator']}", detail
        )
    elif kind == KEY:
        await api_keys.keep(tx, clock, station, content)
        detail = {"scope": Scope(content["scope"]).word, "subscribers": content["subscribers"]}
        await audit.append(tx, clock, station.id, who, "key.create", f"key:{content['key']}", detail)


def new_invitation() -> tuple[str, bytes]:
    """A token for the letter, and what is kept of it."""
    token = new_token()
    return token, token_hash(token)


async def invitation(store: Database | Transaction, clock: Clock, token: str) -> Row:
    """What a letter's link opens. :raises Missing: `invitation_unknown`: used, withdrawn, too old, or never written."""
    known = token_hash(token) if token.isascii() else b""
    rows = await store.fetch("team.invitation", known, clock.now_ms())
    if not rows:
        sentence = "Cette invitation a servi, a été retirée ou a plus de sept jours : demandez-en une autre à la mairie."
        raise Missing("invitation_unknown", sentence)
    return rows[0]


async def accept(tx: Transaction, clock: Clock, token: str, password_hash: str | None) -> Row:
    """Take the role that the letter offered, once; a password where the person had no way in.

    :raises Missing: `invitation_unknown`. :raises Refused: `password_missing`.
    """
    row = await invitation(tx, clock, token)
    if not row["known"] and password_hash is None:
        raise Refused("password_missing", "Choisissez un mot de passe.")
    if not row["known"]:
        await operators.set_password(tx, row["operator_id"], password_hash or "")
    await _take(tx, clock, row, Operator(row["operator_id"], row["login"], row["name"]))
    return row


async def accept_as(tx: Transaction, clock: Clock, token: str, own: Operator) -> Row:
    """Take it with the account that somebody has already, under another login: the letter's link shows whose the address is, the
    session whose the account is. No address is looked up among those at which operators are told, so that inviting one tells nobody
    whose it is. Not where the address is a login that opens already: its letter is worth nothing to whoever else holds it.

    :raises Missing: `invitation_unknown`. :raises Conflict: `invitation_not_yours`.
    """
    row = await invitation(tx, clock, token)
    if row["known"] and row["operator_id"] != own.id:
        raise Conflict(
            "invitation_not_yours", "Cette invitation est pour un autre compte : acceptez-la avec lui."
        )
    await _take(tx, clock, row, own)
    return row


async def refuse_rehearsed(tx: Transaction, station_id: int, operator_id: int) -> None:
    """Nothing that was proven in the sandbox exists for a live station: not an account, either, whose letter anybody may have taken.

    :raises Conflict: `operator_rehearsed`.
    """
    if await tx.fetch("team.rehearsed", operator_id, station_id, int(Channel.EMAIL)):
        raise Conflict(
            "operator_rehearsed",
            "This account was made in the sandbox, where others read along: it works in no live station. Give it a password and an address "
            "at the console first: alertd operator password LOGIN, alertd operator contact LOGIN --email ADDRESS",
            french="Ce compte a été créé dans le bac à sable, où d'autres lisent : il n'a aucun rôle dans une station réelle. Prenez une "
            "autre adresse, ou demandez à l'administrateur de lui donner un mot de passe et une adresse.",
        )


async def _take(tx: Transaction, clock: Clock, row: Row, person: Operator) -> None:
    """Once. A letter lowers nobody: who holds more already keeps it."""
    station_id, offered = row["station_id"], Role(row["role"])
    await refuse_rehearsed(tx, station_id, person.id)
    if not await tx.execute("team.settle_invitation", row["id"], station_id, clock.now_ms()):
        raise Missing("invitation_unknown", "Cette invitation a déjà servi.")
    held = await tx.fetch("operators.find_role", person.id, station_id)
    await operators.set_role(tx, person.id, station_id, max([offered, *(Role(one["role"]) for one in held)]))
    detail = {"role": offered.word, "by": row["invited_by"]}
    who, whom = f"operator:{person.login}", f"operator:{person.id}"
    await audit.append(tx, clock, station_id, who, "invitation.accept", whom, detail)
    if row["leaver_id"] not in {None, person.id}:
        await _hand_over(tx, clock, row, who)


async def _hand_over(tx: Transaction, clock: Clock, row: Row, who: str) -> None:
    """Who handed over leaves, now that somebody else holds the role: never before, so that the station has a head all along."""
    station_id, leaver = row["station_id"], row["leaver_id"]
    await tx.fetch("stations.hold", station_id)
    if not (await tx.fetch("team.mayors", station_id, leaver))[0]["n"]:
        return
    await operators.set_role(tx, leaver, station_id, None)
    await audit.append(
        tx, clock, station_id, who, "operator.handover", f"operator:{leaver}", {"role": "none"}
    )


async def _check_role(tx: Transaction, station: Station, content: Mapping[str, Any]) -> None:
    held = {member.id: member.role for member in await members(tx, station.id)}.get(content["operator"])
    if held is None:
        french = "Cette personne n'a pas de rôle ici : invitez-la."
        raise Missing("member_unknown", f"This person has no role in {station.slug}.", french=french)
    others = (await tx.fetch("team.mayors", station.id, content["operator"]))[0]["n"]
    if held is Role.MAYOR and content["role"] != Role.MAYOR and not others:
        said = f"This is the last mayor of {station.slug}: give somebody else that role first."
        french = "C'est le dernier maire : donnez d'abord ce rôle à quelqu'un d'autre."
        raise Conflict("last_mayor", said, french=french)


async def _decided(tx: Transaction, clock: Clock, station: Station, who: str, id_: int, state: str) -> Row:
    rows = await tx.fetch("team.decide", id_, station.id, state, who, clock.now_ms())
    if not rows:
        raise Conflict(
            "proposal_closed", "C'est déjà décidé, trop ancien, ou à décider par une autre personne."
        )
    return rows[0]
