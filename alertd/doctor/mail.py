"""Mail: whether the world may know that letters from the mairie's domain are the mairie's: SPF, DMARC, DKIM.

https://datatracker.ietf.org/doc/html/rfc7208, rfc7489, rfc6376. Only DNS is asked.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from alertd.doctor.finding import Finding, Findings, advice, fine, wrong
from alertd.settings import Settings

ANSWER_S: Final = 5.0
DRIVER: Final = "smtp"


def resolver(nameserver: str = "") -> Resolver:
    """This machine's, or one that is named: ADDRESS or ADDRESS:PORT."""
    made = Resolver(configure=not nameserver)
    made.lifetime = ANSWER_S
    if nameserver:
        address, _, port = nameserver.partition(":")
        made.nameservers, made.port = [address], int(port or 53)
    return made


async def look(settings: Settings, asked: Resolver) -> Findings:
    """Each domain that a gateway writes from."""
    for name, table in settings.gateways.items():
        domain = str(table.options.get("from_address", "")).rpartition("@")[2]
        if table.driver == DRIVER and domain:
            yield await _spf(asked, domain)
            yield await _dmarc(asked, domain)
            yield await _dkim(asked, name, domain, table.options)


async def _spf(asked: Resolver, domain: str) -> Finding:
    found = [each for each in await _texts(asked, domain) if each.lower().split(" ")[0] == "v=spf1"]
    if len(found) != 1:
        what = "no SPF record" if not found else "several SPF records, which count as none"
        return wrong(
            "SPF", f'{domain} has {what}: one TXT record, "v=spf1 include:... -all", as your relay says.'
        )
    if "+all" in found[0].lower().split() or "all" in found[0].lower().split():
        return wrong("SPF", f"The SPF record of {domain} lets anybody write in its name: end it with -all.")
    return fine("SPF", f"{domain} says who may write in its name.")


async def _dmarc(asked: Resolver, domain: str) -> Finding:
    """Its own, or that of the domain above it."""
    for above in (domain, domain.partition(".")[2]):
        found = [
            each for each in await _texts(asked, f"_dmarc.{above}") if each.lower().startswith("v=dmarc1")
        ]
        if len(found) == 1:
            policy = _tags(found[0]).get("p", "none").lower()
            if policy == "none":
                return advice(
                    "DMARC",
                    f"{above} asks that nothing be done with forged letters: p=quarantine, once reports are clean.",
                )
            return fine("DMARC", f"{above} asks that forged letters be put aside or refused (p={policy}).")
    return wrong(
        "DMARC",
        f'{domain} has no DMARC record, so large providers put letters aside: TXT _dmarc.{domain} "v=DMARC1; p=none; rua=mailto:..."',
    )


async def _dkim(asked: Resolver, name: str, domain: str, options: Mapping[str, Any]) -> Finding:
    selector = str(options.get("dkim_selector", ""))
    if not selector:
        return advice(
            "DKIM",
            f"{name} does not sign letters itself: see in a letter received that the relay does (DKIM-Signature).",
        )
    where = f"{selector}._domainkey.{domain}"
    found = [tags for each in await _texts(asked, where) if "p" in (tags := _tags(each))]
    if not found:
        return wrong(
            "DKIM", f"Letters are signed, and nobody can verify it: there is no TXT record at {where}."
        )
    ours = _public(Path(str(options.get("dkim_key_file", ""))))
    if ours is None:
        return advice("DKIM", f"There is a key at {where}; ours cannot be read from here to be compared.")
    if ours != found[0]["p"].replace(" ", ""):
        return wrong(
            "DKIM",
            f"The key at {where} is not that of {options.get('dkim_key_file')}: letters are taken for forged.",
        )
    return fine("DKIM", f"The key at {where} is the one that letters are signed with.")


async def _texts(asked: Resolver, name: str) -> list[str]:
    """TXT records, each whole; a name server that does not answer raises TimeoutError."""
    try:
        answer = await asked.resolve(name, "TXT")
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise TimeoutError(str(error)) from error
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]


def _tags(record: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in record.split(";"))
    return {tag.strip().lower(): value.strip() for tag, _, value in pairs if value}


def _public(key_file: Path) -> str | None:
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None
    return base64.b64encode(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()
