"""alertd check-config | coach | phone"""

from collections.abc import Sequence
from typing import Final

import click

from alertd import catalogue
from alertd.cli.console import Console, command
from alertd.cli.serve import require_https
from alertd.clock import SystemClock
from alertd.errors import ConfigurationError
from alertd.keys import LASTING_BYTES
from alertd.node.seal import signer_of
from alertd.publish.links import Links
from alertd.settings import Gateway, Settings, sender_names
from alertd.subscribe.addresses import read_phone
from alertd.web.callbacks import PREFIX
from gateways.contract import Message, OptionError, Surroundings
from gateways.loader import load
from gateways.text import gsm_safe, measure

FRANCE: Final = "+33"


@click.command("check-config")
@command
def check_config(console: Console) -> None:
    """Read settings, catalogue and gateways; say what was understood, or where the fault is."""
    settings = console.settings
    known = catalogue.load()
    for name, gateway in settings.gateways.items():
        _check_gateway(name, gateway, settings.http.public_url)
    signer_of(settings)
    understood = {
        "http": f"{settings.http.host}:{settings.http.port}",
        "public_url": settings.http.public_url,
        "store": settings.store.url.partition(":")[0],
        "secret_file": str(settings.keys.secret_file),
        "gateways": {name: list(gateway.channels) for name, gateway in settings.gateways.items()},
        "topics": len(known.topics),
        "templates": len(known.templates),
        "languages": list(known.languages),
        "advice": _advice(settings),
    }
    console.say("\n".join(f"{key}: {value}" for key, value in understood.items()), understood)


@click.command()
@click.argument("text")
@click.option("--to", "number", default=FRANCE, show_default=True, help="A number or prefix, for its tariff.")
@command
def coach(console: Console, *, text: str, number: str) -> None:
    """What a text costs as an SMS, as it stands, and how it would read in the SMS alphabet."""
    measured = measure(text)
    answer = {
        "encoding": measured.encoding,
        "segments": measured.segments,
        "units": measured.units,
        "gsm_safe": gsm_safe(text),
        "price": _price(console.settings, measured.segments, number),
    }
    console.say("\n".join(f"{key}: {value}" for key, value in answer.items()), answer)


@click.command()
@click.argument("number")
@click.option(
    "--region", default="FR", show_default=True, help="Where it is typed: FR, RE, GP, GF, MQ, YT..."
)
@command
def phone(console: Console, *, number: str, region: str) -> None:
    """What a telephone number is."""
    read = read_phone(number, region.upper())
    answer = {"valid": read.valid, "possible": read.possible, "e164": read.e164, "type": read.type}
    console.say("\n".join(f"{key}: {value}" for key, value in answer.items()), answer)


def _price(settings: Settings, segments: int, number: str) -> float | None:
    """Euros by the preferred SMS sender; None while there is none."""
    for name in settings.route("sms"):
        for sender in settings.gateways[name].senders:
            units = segments if sender.unit == "segment" else 1
            return round(units * sender.price_to(number), 6)
    return None


def _check_gateway(name: str, table: Gateway, public_url: str) -> None:
    """With an invented key: the instance's secret is not looked at, and may not exist yet."""
    surroundings = Surroundings(
        record=_nowhere,
        now_ms=SystemClock().now_ms,
        lasting_key=lambda _: bytes(LASTING_BYTES),
        public_url=public_url,
        callbacks=PREFIX,
    )
    try:
        load(name, table.driver, table.options, surroundings, table.channels)
    except OptionError as error:
        raise ConfigurationError("gateway_options", str(error)) from error


def _advice(settings: Settings) -> list[str]:
    """What would be refused at the start; where SMS are sent, links that are too long and names that are blocked."""
    said = [Links.of(settings.http).advice] if settings.route("sms") else []
    said += sender_names.advice(settings.gateways)
    try:
        require_https(settings.http)
    except ConfigurationError as error:
        said.append(error.message)
    return [each for each in said if each]


async def _nowhere(name: str, messages: Sequence[Message]) -> None:
    """Nothing is sent: the gateway is only made."""
