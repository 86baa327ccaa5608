"""alertd alert send | preview | list | show: through the API of the running daemon."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import click

from alertd import catalogue
from alertd.catalogue.nouns import base
from alertd.cli.api import Api, api
from alertd.cli.console import Console, command, table
from alertd.clock import SystemClock, from_ms
from alertd.errors import Refused
from alertd.model import Channel, Level

MOST_ZONE_BYTES: Final = 1_000_000
_SPAN: Final = re.compile(r"\+(\d{1,4})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}

Command = Callable[..., Any]


@click.group()
def alert() -> None:
    """Alerts: preview, send, list, show. Needs a running daemon, and a key in ALERTD_KEY."""


def content_options(function: Command) -> Command:
    """The options that say what is sent, to whom and until when."""
    options = (
        click.option("--station", "slug", required=True, help="Slug of the key's station."),
        click.option(
            "--level",
            type=click.Choice([level.word for level in Level]),
            help="How grave; by default as the topic usually is.",
        ),
        click.option("--topic", required=True, help="A topic's key: fire, flood, water..."),
        click.option(
            "--zone",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A circle or GeoJSON.",
        ),
        click.option("--station-wide", is_flag=True, help="Everyone subscribed to the station."),
        click.option("--group", "groups", type=int, multiple=True, help="Id of a group; may be repeated."),
        click.option("--headline", required=True),
        click.option("--body", default=""),
        click.option("--instruction", default=""),
        click.option("--locale", default="fr", show_default=True, help="The language of the text."),
        click.option(
            "--channel",
            "channels",
            type=click.Choice([channel.word for channel in Channel]),
            multiple=True,
            default=("sms", "push", "email"),
            show_default=True,
        ),
        click.option(
            "--expires", default="+4h", show_default=True, help="+30m, +4h, +2d, or a time with offset."
        ),
        click.option("--exercise", is_flag=True, help="Only to those who accepted exercises."),
        click.option("--url", default=None, help="A page that says more, https."),
        click.option("--update", type=int, default=None, help="Id of the alert that this updates."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@alert.command()
@content_options
@command
async def preview(console: Console, *, slug: str, update: int | None, **said: Any) -> None:
    """Say whom an alert would reach, at what price and how fast. Sends nothing."""
    async with api(console) as daemon:
        found = await _preview(daemon, slug, _content(**said), update)
    console.say(_preview_text(found), found)


@alert.command()
@content_options
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--repeat", is_flag=True, help="Send also what went out in the last ten minutes.")
@command
async def send(
    console: Console, *, slug: str, update: int | None, yes: bool, repeat: bool, **said: Any
) -> None:
    """Preview an alert, ask, and send it exactly as it was previewed."""
    async with api(console) as daemon:
        found = await _preview(daemon, slug, _content(**said), update)
        console.note(_preview_text(found))
        if not yes:
            click.confirm(f"Send to {found['people']} people?", abort=True, err=True)
        path = f"/stations/{quote(slug)}/alerts" if update is None else f"/alerts/{update}/update"
        wish = {"preview_digest": found["preview_digest"], "repeat": repeat}
        sent = await daemon.call("POST", path, wish)
    console.say(f"Alert {sent['id']} is on its way: {sent['expected']} messages expected.", sent)


@alert.command("list")
@click.option("--station", "slug", required=True, help="Slug of the key's station.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@command
async def list_(console: Console, *, slug: str, limit: int) -> None:
    """List the station's alerts, newest first."""
    async with api(console) as daemon:
        page = await daemon.call("GET", f"/stations/{quote(slug)}/alerts", query={"limit": str(limit)})
    shown = ("id", "state", "level", "topic", "created_at", "headline")
    console.say(table([{name: one[name] for name in shown} for one in page["alerts"]]), page["alerts"])


@alert.command()
@click.argument("alert_id", type=click.IntRange(1))
@command
async def show(console: Console, *, alert_id: int) -> None:
    """Show one alert, with what became of its messages."""
    async with api(console) as daemon:
        found = await daemon.call("GET", f"/alerts/{alert_id}")
    console.say(_alert_text(found), found)


def expiry(text: str, now: int) -> str:
    """The moment that `--expires` means: `+4h` counts from `now` (UTC milliseconds), anything else is left as it is."""
    span = _SPAN.fullmatch(text.strip())
    if not span:
        return text.strip()
    return (from_ms(now) + timedelta(**{_UNITS[span[2]]: int(span[1])})).isoformat()


async def _preview(daemon: Api, slug: str, content: Mapping[str, Any], update: int | None) -> dict[str, Any]:
    body = dict(content) if update is None else {**content, "alert": update}
    found: dict[str, Any] = await daemon.call("POST", f"/stations/{quote(slug)}/alerts/preview", body)
    return found


def _usual_level(topic: str) -> str:
    """The topic's own level; an unknown topic is left for the daemon to refuse."""
    known = catalogue.load().topics.get(base(topic))
    return known.level if known else Level.INFO.word


def _content(
    *, zone: Path | None, station_wide: bool, groups: tuple[int, ...], locale: str, expires: str, **said: Any
) -> dict[str, Any]:
    """The alert as the API reads it."""
    text = {part: said[part] for part in ("headline", "body", "instruction")}
    return {
        "level": said["level"] or _usual_level(said["topic"]),
        "topic": said["topic"],
        "target": _target(zone, station_wide=station_wide, groups=groups),
        "texts": {locale: text},
        "channels": list(said["channels"]),
        "expires_at": expiry(expires, SystemClock().now_ms()),
        "exercise": said["exercise"],
        "url": said["url"],
    }


def _target(zone: Path | None, *, station_wide: bool, groups: tuple[int, ...]) -> dict[str, Any]:
    if (zone is not None) + station_wide + bool(groups) != 1:
        message = "Say to whom, in one way: --zone FILE, --station-wide, or --group ID."
        raise Refused("target_missing", message)
    if zone is not None:
        return {"zone": _read_zone(zone)}
    return {"station": True} if station_wide else {"groups": list(groups)}


def _read_zone(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_ZONE_BYTES + 1)
        if len(raw) > MOST_ZONE_BYTES:
            raise Refused("zone_too_large", f"{path} is larger than a zone ever is: simplify its outline.")
        return json.loads(raw)
    except (OSError, ValueError, RecursionError):
        raise Refused("zone_unreadable", f"{path} does not hold JSON that can be read.") from None


def _preview_text(found: Mapping[str, Any]) -> str:
    endpoints = ", ".join(f"{n} {channel}" for channel, n in found["endpoints"].items())
    lines = [f"{found['people']} people: {endpoints}."]
    if found["unreached"]:
        lines.append(f"{found['unreached']} more in the target have none of these channels.")
    if found["without_gateway"]:
        lines.append(f"No gateway serves {', '.join(found['without_gateway'])}: nothing leaves there.")
    if found["price"] is not None:
        low = f"{found['price_low']:.2f} to " if found["price_low"] < found["price"] else ""
        lines.append(f"About {low}{found['price']:.2f} euros.")
    for channel, n in found["delayed"].items():
        lines.append(
            f"{n} {channel} wait {found['silence'][channel]} s for a phone that acknowledges, and are then not sent."
        )
    if found["last_s"] is not None:
        lines.append(
            f"Half are reached after {found['half_s']:.0f} s, the last after {found['last_s']:.0f} s."
        )
    if found["repairs"]:
        lines.append(f"The zone was repaired ({', '.join(found['repairs'])}): look at it before sending.")
    return "\n".join(lines)


def _alert_text(found: Mapping[str, Any]) -> str:
    exercise = " (exercise)" if found["exercise"] else ""
    lines = [f"Alert {found['id']}: {found['level']} {found['topic']}, {found['state']}{exercise}"]
    lines += [found["headline"], f"until {found['expires_at']}"]
    for event in found["events"]:
        books = ", ".join(f"{n} {state}" for state, n in event["tally"].items() if n) or "nothing yet"
        whole = event["planned"] if event["planned"] is not None else f"about {event['expected']}"
        lines.append(f"{event['created_at']}  {event['act']}: {whole} messages: {books}")
    return "\n".join(lines)
