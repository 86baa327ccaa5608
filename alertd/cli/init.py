"""alertd init"""

import os
import secrets
import sys
from pathlib import Path
from typing import Any, Final

import click
from pydantic import ValidationError

from alertd.cli.commune import Known, known, slug_of
from alertd.cli.console import DEFAULT, Console, command, private
from alertd.cli.founding import Plan, found
from alertd.cli.serve import require_https
from alertd.cli.units import DATA, place
from alertd.errors import ConfigurationError, Refused
from alertd.model import Mode
from alertd.settings import Http, Settings
from alertd.stations.passwords import MOST
from alertd.stations.stations import KINDS, NewStation

FILE: Final = click.Path(dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
ASKED: Final = {
    "name": "Name of the commune, as residents read it",
    "latitude": "Latitude of the mairie, in degrees",
    "longitude": "Longitude of the mairie, in degrees",
    "public_url": "Public address (https://...)",
    "email": "E-mail address of whoever keeps this instance",
}


@click.command()
@click.option("--contour", type=FILE, help="GeoJSON file of the outline; name and code are taken from it.")
@click.option(
    "--insee",
    default="",
    help="INSEE code: the name comes from it, and the outline where there is a network.",
)
@click.option("--name", help="Name of the commune.")
@click.option("--lat", "latitude", type=float, help="Latitude of the mairie.")
@click.option("--lon", "longitude", type=float, help="Longitude of the mairie.")
@click.option("--slug", help="What it is called in addresses; from the name, if left out.")
@click.option("--kind", type=click.Choice(KINDS), default="commune", show_default=True)
@click.option("--phone", help="Of the mairie, as residents read it.")
@click.option("--timezone", help="The commune's, or Europe/Paris.")
@click.option("--region", help="Of telephone numbers: FR, RE, GP, GF, MQ, YT...; the commune's, or FR.")
@click.option("--training", is_flag=True, help="A rehearsal for ever: nothing leaves.")
@click.option("--public-url", help="Where residents will come: https://...")
@click.option("--email", help="Of whoever keeps this instance: told of troubles, and named to push services.")
@click.option("--login", default="mairie", show_default=True, help="The first operator's; role: mayor.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, instead of making one."
)
@click.option("--data", type=FOLDER, default=Path("var"), show_default=True, help="Folder of the database.")
@click.option("--secret-file", type=FILE, help="File of the secret; beside the configuration, if left out.")
@click.option(
    "--recovery-to", type=FILE, help="Write the recovery key there (a USB stick), instead of showing it."
)
@click.option("--units", type=FOLDER, help="Put systemd's units there: /etc/systemd/system.")
@command
async def init(
    console: Console, *, contour: Path | None, insee: str, units: Path | None, **said: Any
) -> None:
    """Make an instance: configuration, secret and recovery key, station, first operator; and say what is left to do.

    What is not given is asked for, where there is somebody to ask.
    """
    found_ = await _known(console, contour, insee or _code(contour, said), said)
    answers = _answers(said, found_)
    _look_at(answers["public_url"])
    plan = _plan(console, answers, found_)
    _look_where(said["recovery_to"])
    founded = await found(plan)
    recovery = founded.keyring.recovery()
    if said["recovery_to"]:
        _keep(said["recovery_to"], recovery)
    copied = place(units, plan.configuration, plan.secret_file, anew=False) if units else []
    told = {
        "configuration": str(plan.configuration),
        "secret_file": str(plan.secret_file),
        "station": plan.station.slug,
        "login": plan.login,
        "password": None if said["password_stdin"] else plan.password,
        "link": founded.link or None,
        "recovery": None if said["recovery_to"] else recovery,
        "recovery_file": str(said["recovery_to"]) if said["recovery_to"] else None,
        "units": copied,
    }
    console.say(_told(told, plan), told)


def _look_at(public_url: str) -> None:
    """A slash at its end is forgiven. :raises ConfigurationError: `public_url_invalid`, `public_url_clear`."""
    try:
        http = Http(public_url=public_url.rstrip("/"))
    except ValidationError as error:
        said = f"{public_url[:100]!r} is no public address: write https:// and the host alone, as https://alertes.example.fr"
        raise ConfigurationError("public_url_invalid", said) from error
    require_https(http)


def _look_where(recovery_to: Path | None) -> None:
    """Before anything is made. :raises Refused: `recovery_place`: the key could not be written there."""
    if recovery_to is None:
        return
    if recovery_to.exists() or not recovery_to.parent.is_dir():
        why = "is there already" if recovery_to.exists() else "is in no folder that is there"
        raise Refused("recovery_place", f"{recovery_to} {why}: name a new file. Nothing was made.")


def _code(contour: Path | None, said: dict[str, Any]) -> str:
    """Asked for first, where somebody is there and nothing else tells which commune it is."""
    if contour or said["name"] or said["kind"] != "commune" or not sys.stdin.isatty():
        return ""
    told: str = click.prompt(
        "INSEE code of the commune (55073), or nothing", default="", show_default=False, err=True
    )
    return told


async def _known(console: Console, contour: Path | None, insee: str, said: dict[str, Any]) -> Known:
    """There is no configuration yet: what the environment says of the register holds."""
    if said["kind"] != "commune" and not contour:
        return Known(insee=insee or None)
    settings = Settings.load(None, os.environ).communes
    return await known(console, settings, file=contour, insee=insee, name=said["name"])


def _answers(said: dict[str, Any], found_: Known) -> dict[str, Any]:
    """What was given, what is known, and what is asked for."""
    answers = found_.filling(said)
    missing = [name for name in ASKED if answers[name] is None]
    if missing and not sys.stdin.isatty():
        options = {"latitude": "--lat", "longitude": "--lon", "public_url": "--public-url"}
        named = ", ".join(options.get(name, f"--{name}") for name in missing)
        raise Refused("init_missing", f"Nobody is there to be asked: give {named}.")
    return answers | {name: _ask(name) for name in missing}


def _ask(name: str) -> Any:
    return click.prompt(ASKED[name], type=float if name in {"latitude", "longitude"} else str, err=True)


def _plan(console: Console, answers: dict[str, Any], found_: Known) -> Plan:
    target = (console.configuration or DEFAULT).absolute()
    station = NewStation(
        slug=answers["slug"] or slug_of(answers["name"]),
        name=answers["name"],
        latitude=answers["latitude"],
        longitude=answers["longitude"],
        kind=answers["kind"],
        mode=Mode.TRAINING if answers["training"] else Mode.LIVE,
        timezone=answers["timezone"],
        region=answers["region"],
        outline=found_.outline,
        insee=found_.insee,
        phone=answers["phone"],
    )
    return Plan(
        configuration=target,
        data=answers["data"].absolute(),
        secret_file=(answers["secret_file"] or target.with_name("secret.key")).absolute(),
        public_url=answers["public_url"].rstrip("/"),
        station=station,
        login=answers["login"],
        password=_password() if answers["password_stdin"] else _made(answers["public_url"]),
        email=answers["email"],
    )


def _made(public_url: str) -> str | None:
    """To try it on this machine a password is enough; elsewhere none is shown, and a link leads in."""
    return None if public_url.startswith("https:") else "-".join(secrets.token_hex(2) for _ in range(5))


def _password() -> str:
    return sys.stdin.readline(MOST + 2).rstrip("\r\n")


def _keep(path: Path, recovery: str) -> None:
    with private(path, "x") as file:
        file.write(f"alertd, recovery key:\n{recovery}\n")


def _told(told: dict[str, Any], plan: Plan) -> str:
    shown = (
        told["recovery"]
        and f"\n\n    {told['recovery']}\n\n  It is not shown again by itself (alertd secret recovery)."
    )
    kept = shown or f" {told['recovery_file']}"
    way = "" if told["password"] is None else f", password {told['password']}"
    enter = f"""Log in at {plan.public_url}/connexion as {told["login"]}{way}; then set up a passkey or a code on /compte."""
    if told["link"]:
        enter = f"""Once that answers, open on the telephone of the first mayor ({told["login"]}), once and within seven days:
     {told["link"]}
     It asks for a password, then for a finger or a face (a passkey)."""
    return f"""Made: {told["configuration"]}, the secret {told["secret_file"]}, the station {told["station"]}.

RECOVERY KEY. On paper, away from this machine and from the backups: with it and a backup everything comes back, without it
nobody's address can be read again.{kept}

What is left to do:
  1. {_serving(told, plan)}
  2. {enter}
  3. Ways out: until [gateways] in the configuration names a provider of SMS, e-mail or calls, a live station reaches
     browsers alone. docs/fournisseurs.md says what to buy.
  4. Backups on another disk ([backup] folder), or elsewhere ([backup.remote], alertd-backup-send.timer).
  5. Who is told when something breaks: alertd operator contact {told["login"]} --email ... --sms ... (two channels), and
     alertd canary add, a test that flies every few minutes to an address of yours.
  6. alertd doctor says what is still wrong.{_outlining(plan)}"""


def _outlining(plan: Plan) -> str:
    """A commune that is drawn nowhere: its zones and its page know no border."""
    if plan.station.kind != "commune" or plan.station.outline is not None:
        return ""
    return f"""
  7. The commune's outline, by which its border and its neighbours are known: alertd station outline {plan.station.slug}, where
     there is a network, or with a GeoJSON file of it."""


def _serving(told: dict[str, Any], plan: Plan) -> str:
    if not plan.public_url.startswith("https:"):
        return "`alertd serve` answers on this machine alone; residents need an https:// address (docs/install.md)."
    elsewhere = (
        f"""
     The units let alertd write {DATA} alone: a drop-in with ReadWritePaths={plan.data} and WorkingDirectory= is needed."""
        if told["units"] and plan.data != DATA
        else ""
    )
    return f"""A reverse proxy with a certificate for {plan.public_url}: docs/proxy has Caddy and nginx. systemctl enable --now
     alertd.socket alertd alertd-backup.timer, or `alertd serve` to try.{elsewhere}"""
