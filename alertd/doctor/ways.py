"""Ways out: each gateway is asked without sending anything, and a live station must reach somebody."""

import asyncio
from typing import Final

from alertd.accounts import alone
from alertd.clock import Clock
from alertd.deliver import owners
from alertd.deliver.breaker import is_failure
from alertd.deliver.probes import probe
from alertd.deliver.routes import SANDBOX
from alertd.doctor.finding import Finding, Findings, advice, fine, wrong
from alertd.errors import AlertdError
from alertd.keys import Keyring
from alertd.publish.links import Links
from alertd.rotation.heirlooms import inherited
from alertd.settings import Settings, sender_names
from alertd.store import Database
from gateways.contract import Receipt

WORDS: Final = {"sms": "SMS", "push": "notifications", "email": "e-mail", "voice": "calls"}


async def channels(settings: Settings) -> Findings:
    """By which a live station reaches people."""
    served = [word for word in WORDS if settings.route(word) or settings.own(word)]
    if not served:
        yield wrong(
            "ways",
            "There is no [gateways] table: a live station reaches nobody. docs/fournisseurs.md says what to buy.",
        )
        return
    yield fine("ways", f"Live stations reach people by {', '.join(WORDS[word] for word in served)}.")
    missing = [WORDS[word] for word in WORDS if word not in served]
    if "sms" not in served:
        yield advice(
            "ways",
            "Without SMS, whoever has no smartphone is reached by nothing else than calls, if there are any.",
        )
    if "push" not in served:
        yield advice(
            "push", 'Without a gateway of driver "webpush" notifications, which cost nothing, do not leave.'
        )
    if missing:
        yield advice("ways", f"Not set up: {', '.join(missing)}.")
    for said in (
        Links.of(settings.http).advice if "sms" in served else "",
        *sender_names.advice(settings.gateways),
    ):
        if said:
            yield advice("sms", said)


def _all_own(word: str) -> str:
    return (
        f"Every gateway for {WORDS[word]} is some station's own (its stations option): other stations reach nobody so, nothing stands "
        "in while one is down, and what alertd itself writes (log-in links, alarms) does not leave so."
    )


async def own(settings: Settings, db: Database | None) -> Findings:
    """Whether the stations are there whose own a gateway is said to be, and others have a way, too."""
    for word in WORDS:
        if settings.own(word) and not settings.route(word):
            yield advice("gateways", _all_own(word))
    for said in await owners.mistaken(db, settings) if db is not None else ():
        yield advice("gateways", f"{said}.")


async def gateways(settings: Settings, clock: Clock, db: Database | None) -> Findings:
    """Whether each answers: address, keys, certificate, credit."""
    names = [name for name, table in settings.gateways.items() if table.driver != SANDBOX]
    if db is None and names:
        yield advice("gateways", "Gateways are asked once there is a database of this version.")
        return
    for found in await asyncio.gather(*(_ask(settings, clock, db, name) for name in names if db is not None)):
        yield found


async def _ask(settings: Settings, clock: Clock, db: Database, name: str) -> Finding:
    try:
        keyring = await inherited(db, Keyring.load(settings.keys.secret_file))
        async with alone(settings, clock, db, keyring, name) as gateway:
            return _told(name, await probe(gateway))
    except AlertdError as error:
        return wrong(f"gateway {name}", error.message)


def _told(name: str, said: Receipt) -> Finding:
    subject = f"gateway {name}"
    credit = f" Credit left: {said.credit.left:g} {said.credit.unit}." if said.credit else ""
    if is_failure(said):
        why = said.trouble.value if said.trouble else said.code or "no answer"
        return wrong(
            subject,
            f"It does not work ({why}).{credit} `alertd gateways check {name} --to` your own address says more.",
        )
    return fine(subject, f"It answers.{credit}")
