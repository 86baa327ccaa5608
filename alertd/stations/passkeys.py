"""Passkeys: a finger or a face, on a device that keeps the key and shows it to this address alone (WebAuthn, level 2).

The device is asked to know the person (user verification), and to find the account by itself (discoverable): nobody types
a login. What a browser brings is a stranger's bytes until the library has verified every one of them.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from alertd.clock import Clock
from alertd.errors import Refused
from alertd.stations.operators import Operator
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take

MOST: Final = 10
"""Of one operator at a time."""
LONGEST: Final = 20_000
"""Characters that are read of what a browser brings; a real one has some two thousand."""
NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Site:
    """To which address alone the devices show their keys. `id` is its host, `origin` scheme, host and port."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Made:
    """A key that a device has made for here, verified."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A passkey as its owner sees it; times in UTC milliseconds."""

    id: int
    credential_id: bytes
    name: str
    created_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Who showed a passkey, verified; `use` it in the transaction of what it leads to."""

    id: int
    operator_id: int
    sign_count: int


def site_of(public_url: str) -> Site | None:
    """None where browsers make no passkeys: without https (this machine apart), or at an address without a name.

    https://www.w3.org/TR/webauthn-2/#relying-party-identifier
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if not host or _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc.lower()}")


def to_make(site: Site, operator: Operator, known: tuple[Kept, ...], challenge: bytes) -> str:
    """What a browser is asked in order to make one, as JSON. Devices that have one already are left out."""
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.id,
        user_id=_handle(operator.id),
        user_name=operator.login,
        user_display_name=operator.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
    )
    return webauthn.options_to_json(options)


def to_show(site: Site, challenge: bytes) -> str:
    """What a browser is asked in order to show one, whichever it has for here, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site.id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


def made(site: Site, challenge: bytes, credential: str) -> Made:
    """The key in what a browser brought.

    :raises Refused: `passkey_refused`: for another address, another challenge, without a finger or a face, or no key at all.
    """
    try:
        seen = webauthn.verify_registration_response(
            credential=_bounded(credential),
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # whatever a stranger's bytes make of the library's parsers: it is no key
        raise refused() from error
    return Made(seen.credential_id, seen.credential_public_key, seen.sign_count)


async def shown(store: Database, site: Site, challenge: bytes, credential: str) -> Shown:
    """Whose passkey a browser showed. :raises Refused: `passkey_refused`, whatever was wrong with it."""
    try:
        brought = parse_authentication_credential_json(_bounded(credential))
    except Exception as error:  # as above
        raise refused() from error
    rows = await store.fetch("passkeys.by_credential", brought.raw_id)
    if not rows or brought.response.user_handle not in {None, _handle(rows[0]["operator_id"])}:
        raise refused()
    seen = _verified(site, challenge, brought, rows[0])
    return Shown(rows[0]["id"], rows[0]["operator_id"], seen.new_sign_count)


async def use(tx: Transaction, clock: Clock, one: Shown) -> bool:
    """Remember that it was shown; False when another request with the same counter was quicker."""
    return bool(await tx.execute("passkeys.use", one.id, one.sign_count, clock.now_ms()))


async def keep(tx: Transaction, clock: Clock, operator_id: int, made: Made, name: str) -> bool:
    """Another passkey of an operator; False when it is known already, or there are ten."""
    if len(await of_operator(tx, operator_id)) >= MOST:
        return False
    what = (made.credential_id, made.public_key, made.sign_count)
    name = " ".join(name.split())[:NAME] or "Appareil"
    id_ = await take(tx, "passkey")
    return bool(await tx.execute("passkeys.add", id_, operator_id, *what, name, clock.now_ms()))


async def of_operator(store: Database | Transaction, operator_id: int) -> tuple[Kept, ...]:
    """Those of an operator, the oldest first."""
    rows = await store.fetch("passkeys.of_operator", operator_id)
    return tuple(
        Kept(row["id"], bytes(row["credential_id"]), row["name"], row["created_at"], row["used_at"])
        for row in rows
    )


async def remove(tx: Transaction, operator_id: int, passkey_id: int) -> bool:
    """Whether there was one of that operator's; it opens nothing any more."""
    return bool(await tx.execute("passkeys.remove", passkey_id, operator_id))


async def drop(tx: Transaction, operator_id: int) -> None:
    """All of an operator's."""
    await tx.execute("passkeys.drop_of_operator", operator_id)


def refused() -> Refused:
    """One sentence for all that can be wrong: nothing is told to whoever tries."""
    return Refused(
        "passkey_refused", "Cet appareil n'a pas été reconnu. Recommencez, ou entrez par le mot de passe."
    )


def _verified(site: Site, challenge: bytes, brought: Any, row: Row) -> Any:
    try:
        return webauthn.verify_authentication_response(
            credential=brought,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=bytes(row["public_key"]),
            credential_current_sign_count=row["sign_count"],
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise refused() from error


def _bounded(credential: str) -> str:
    if len(credential) > LONGEST:
        message = "longer than what any browser brings"
        raise ValueError(message)
    return credential


def _handle(operator_id: int) -> bytes:
    """By which a device keeps accounts apart; it says nothing of the person."""
    return operator_id.to_bytes(8, "big")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
