"""Found an instance: its secret, database, first station and operator, and configuration, in the order in which a stop halfway can
be begun anew; the configuration, whose presence says that all is done, comes last.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from alertd.cli import configuration
from alertd.cli.console import ACTOR
from alertd.clock import SystemClock
from alertd.errors import Refused
from alertd.keys import Keyring
from alertd.model import Channel, Role
from alertd.node.store import open_store
from alertd.settings import Settings
from alertd.stations import audit, operators, stations
from alertd.stations.passwords import Passwords
from alertd.stations.stations import NewStation
from alertd.store import Transaction
from alertd.subscribe import contacts, invitations
from alertd.subscribe.addresses import canonical


@dataclass(frozen=True, slots=True)
class Plan:
    """What was answered. `data` holds the database, `secret_file` the secret, apart from each other where possible."""

    configuration: Path
    data: Path
    secret_file: Path
    public_url: str
    station: NewStation
    login: str
    password: str | None
    """None: the operator chooses one behind a link."""
    email: str


@dataclass(frozen=True, slots=True)
class Founded:
    """The keyring, for the recovery key; and where the first operator comes in, "" where a password was made."""

    keyring: Keyring
    link: str


def text_of(plan: Plan) -> str:
    """The configuration's text."""
    behind_proxy = plan.public_url.startswith("https:")
    chosen: dict[tuple[str, str], configuration.Value] = {
        ("http", "public_url"): plan.public_url,
        ("store", "url"): f"sqlite:{plan.data / 'alertd.db'}",
        ("keys", "secret_file"): str(plan.secret_file),
        ("node", "folder"): str(plan.data),
    }
    if not behind_proxy and (port := urlsplit(plan.public_url).port):
        chosen["http", "port"] = port
    if behind_proxy:
        chosen["http", "trusted_proxies"] = ["127.0.0.1/32", "::1/128"]
    push = configuration.gateway("webpush", "webpush", ["push"], "web", {"contact": f"mailto:{plan.email}"})
    return configuration.written(chosen, push if behind_proxy else "")


def settings_of(plan: Plan, text: str) -> Settings:
    """The same, as alertd will read it; ConfigurationError where it would not."""
    draft = plan.configuration.with_name(f".{plan.configuration.name}.draft")
    tomllib.loads(text)
    draft.write_text(text, "utf-8")
    try:
        return Settings.load(draft, {})
    finally:
        draft.unlink()


async def found(plan: Plan) -> Founded:
    """Do it all.

    :raises Refused: `init_there`: there is a configuration. Also whatever is wrong with an answer.
    """
    if plan.configuration.exists():
        raise Refused(
            "init_there",
            f"There is a configuration at {plan.configuration}: nothing was changed. See: alertd doctor",
        )
    for folder in (plan.configuration.parent, plan.data):
        folder.mkdir(
            mode=0o755 if folder == plan.configuration.parent else 0o700, parents=True, exist_ok=True
        )
    text = text_of(plan)
    settings = settings_of(plan, text)
    hashed = (
        None
        if plan.password is None
        else await operators.hash_password(Passwords(), plan.login, plan.password)
    )
    keyring = Keyring.load(plan.secret_file, create=True)
    link = await _settle(plan, settings, keyring, hashed)
    _write(plan.configuration, text)
    return Founded(keyring, link)


async def _settle(plan: Plan, settings: Settings, keyring: Keyring, hashed: str | None) -> str:
    """Station, operator, and where the operator is told of troubles, in one transaction; the link, where one leads in."""
    clock = SystemClock()
    store = await open_store(settings, clock)
    try:
        async with store.transaction() as tx:
            station = await stations.add(tx, clock, plan.station)
            operator = await operators.add(tx, clock, login=plan.login, name=plan.login, password_hash=hashed)
            await operators.set_role(tx, operator.id, station.id, Role.MAYOR)
            await _note(tx, clock, station.id, operator.id)
            address = canonical(Channel.EMAIL, plan.email, plan.station.region)
            await contacts.give(tx, clock, keyring, ACTOR, plan.login, Channel.EMAIL, address)
            if hashed is not None:
                return ""
            token = await invitations.first(tx, clock, station, operator, ACTOR)
            return f"{plan.public_url}{invitations.PATH}/{token}"
    finally:
        await store.close()


async def _note(tx: Transaction, clock: SystemClock, station_id: int, operator_id: int) -> None:
    await audit.append(tx, clock, station_id, ACTOR, "station.add", f"station:{station_id}", {"by": "init"})
    await audit.append(
        tx, clock, station_id, ACTOR, "operator.add", f"operator:{operator_id}", {"role": Role.MAYOR.word}
    )


def _write(path: Path, text: str) -> None:
    """Readable by the daemon's own user too: there is no secret in it."""
    with open(path, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o644)) as file:
        file.write(text)
