"""`alertd alert`: what a terminal says to the running daemon."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from api_house import House, opened
from click.testing import CliRunner, Result

from alertd.cli import main
from alertd.cli.alerts import expiry
from alertd.clock import SystemClock

CIRCLE = {"type": "Circle", "center": [5.375, 49.209], "radius_m": 800}
NEW = [
    "--station",
    "bras-sur-meuse",
    "--level",
    "warning",
    "--topic",
    "fire",
    "--headline",
    "Incendie",
    "--expires",
    "+2h",
]


@pytest.fixture
async def house(sqlite, clock) -> AsyncIterator[House]:
    """A house on today's clock, as the terminal's; three people in the zone."""
    clock.advance(SystemClock().now_ms() - clock.now_ms())
    async with opened(sqlite, clock) as house:
        for number in range(3):
            await house.call("POST", f"{house.path}/subscribers", house.person(number), key="people")
        yield house


@pytest.fixture
def zone(tmp_path) -> str:
    path = tmp_path / "zone.json"
    path.write_text(json.dumps(CIRCLE))
    return str(path)


async def run(house: House, *words: str, typed: str = "", key: str = "danger", **environment: str) -> Result:
    """What a terminal shows; the command runs in a thread, as it would in another process."""
    url = f"http://{house.client.host}:{house.client.port}"
    told = {"ALERTD_URL": url, "ALERTD_KEY": house.keys.get(key, key)} | environment
    return await asyncio.to_thread(CliRunner().invoke, main, ["alert", *words], input=typed, env=told)


async def alerts(house: House) -> list[dict]:
    return (await house.call("GET", f"{house.path}/alerts"))[1]["alerts"]


async def test_preview_sends_nothing(house, zone):
    """A preview says how many people on which channels, and sends nothing."""
    result = await run(house, "preview", *NEW, "--zone", zone, "--channel", "sms")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "3 people: 3 sms.")
    assert await alerts(house) == []


@pytest.mark.parametrize(("answer", "sent"), [("y\n", 1), ("n\n", 0), ("", 0)])
async def test_send_asks(house, zone, answer, sent):
    """Without --yes the number of people is shown and a yes is awaited; anything else sends nothing, status 1."""
    result = await run(house, "send", *NEW, "--zone", zone, typed=answer)
    assert "Send to 3 people?" in result.stderr
    assert (len(await alerts(house)), result.exit_code) == (sent, 0 if sent else 1)


async def test_send_with_yes(house):
    """With --yes an alert to the whole station goes out as it was previewed; --json answers with it."""
    result = await run(house, "send", *NEW, "--station-wide", "--exercise", "--yes", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["state"], told["level"], told["exercise"]) == ("active", "warning", True)
    assert [one["id"] for one in await alerts(house)] == [told["id"]]


async def test_an_update(house, zone):
    """--update previews and sends the next word of an alert that is under way."""
    first = json.loads((await run(house, "send", *NEW, "--zone", zone, "--yes", "--json")).stdout)
    words = ("send", *NEW, "--zone", zone, "--update", str(first["id"]), "--yes", "--json")
    told = json.loads((await run(house, *words)).stdout)
    assert (told["id"], [event["act"] for event in told["events"]]) == (first["id"], ["alert", "update"])


async def test_list_and_show(house, zone):
    """list has a line for each alert, show tells one with its books."""
    told = json.loads((await run(house, "send", *NEW, "--zone", zone, "--yes", "--json")).stdout)
    listed = await run(house, "list", "--station", "bras-sur-meuse")
    assert "Incendie" in listed.stdout.splitlines()[1]
    shown = await run(house, "show", str(told["id"]))
    assert shown.stdout.startswith(f"Alert {told['id']}: warning fire, active")
    assert "alert: about 3 messages" in shown.stdout


async def test_refusals_are_sentences(house, zone, tmp_path):
    """What cannot be done ends with status 2 and a sentence, never a traceback."""
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    cases = [
        (("preview", *NEW), "--station-wide"),
        (("preview", *NEW, "--zone", zone, "--station-wide"), "one way"),
        (("preview", *NEW, "--zone", str(broken)), "JSON"),
        (("preview", *NEW[:-1], "yesterday", "--station-wide"), "expires_at"),
        (("show", "424242"), "no such alert"),
    ]
    for words, expected in cases:
        result = await run(house, *words)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert expected in result.stderr
    coded = await run(house, "show", "424242", "--json")
    assert json.loads(coded.stderr)["code"] == "alert_unknown"


async def test_without_key_or_daemon(house, unused_tcp_port):
    """Without a key, with a wrong one, or with no daemon, the command says which and what to do."""
    words = ("list", "--station", "bras-sur-meuse")
    assert "alertd key create" in (await run(house, *words, key="")).stderr
    assert "key does not work" in (await run(house, *words, key="alertd_no")).stderr
    silent = await run(house, *words, ALERTD_URL=f"http://127.0.0.1:{unused_tcp_port}")
    assert (silent.exit_code, "is it running?" in silent.stderr) == (2, True)
    assert "http://" in (await run(house, *words, ALERTD_URL="ftp://x")).stderr


def test_spans():
    """+30m, +4h and +2d count from now; anything else is a moment as written."""
    assert expiry("+30m", 0) == "1970-01-01T00:30:00+00:00"
    assert expiry("+2d", 0) == "1970-01-03T00:00:00+00:00"
    assert expiry("2027-01-01T00:00:00Z", 0) == "2027-01-01T00:00:00Z"
