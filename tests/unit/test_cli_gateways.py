"""Who speaks for a channel, as the running nodes see it, and an administrator's last word, at the command line."""

import asyncio
import json
import time

import pytest
from click.testing import CliRunner

from alertd.cli import main
from alertd.clock import SystemClock
from alertd.deliver import sightings
from alertd.deliver.sightings import Sighting
from alertd.model import Channel
from alertd.stations import audit
from alertd.store import connect
from alertd.store.ids import take
from gateways.contract import Credit

SINCE = 1_790_000_000_000
TOLD = "2026-09-21T18:13:20+04:00"
"""The same, where it is four hours later than in Greenwich."""

TWO = """
[gateways.first]
driver = "smtp"
channels = ["email"]
options = { host = "127.0.0.1", port = 1, tls = "none", from_address = "a@example.org" }
[gateways.second]
driver = "smtp"
channels = ["email"]
options = { host = "127.0.0.1", port = 2, tls = "none", from_address = "a@example.org" }
"""
RESERVED = """
[gateways.texts]
driver = "smtp"
channels = ["sms"]
senders = [{ name = "MAIRIE" }]
[gateways.spare]
driver = "smtp"
channels = ["sms"]
senders = [{ name = "VILLE", rate = 2.5, unit = "segment" }, { name = "URGENCE", reserved = "danger" }]
"""


@pytest.fixture
def alertd(tmp_path):
    """Run a command on an instance of its own; its exit status and JSON."""
    config = tmp_path / "alertd.toml"
    places = f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    config.write_text(places + TWO)

    def run(*words, as_json=True):
        told = [*words, "--config", str(config), *(["--json"] if as_json else [])]
        result = CliRunner().invoke(main, told)
        said = result.stdout or result.stderr
        return result.exit_code, json.loads(said) if as_json else said

    return run


@pytest.fixture
def see(tmp_path):
    """Nodes that are alive write what they see; `decided` is what the last of them entered in the audit."""

    async def written(nodes, decided):
        store = connect(f"sqlite:{tmp_path}/a.db", SystemClock())
        await store.open()
        async with store.transaction() as tx:
            for name, seen in nodes.items():
                node = await take(tx, "node")
                await tx.fetch("nodes.start", node, name, "boot")
                await sightings.tell(tx, node, seen, anew=True)
            if decided:
                said = {"reason": "connection"}
                await audit.append(tx, SystemClock(), None, f"node:{node}", decided, "gateway:first", said)
        await store.close()

    return lambda nodes, decided="": asyncio.run(written(nodes, decided))


@pytest.fixture
def reunion(monkeypatch):
    """The machine keeps the time of La Réunion, four hours ahead of UTC the year round."""
    monkeypatch.setenv("TZ", "Indian/Reunion")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def down(name, *, speaks=()):
    return Sighting(name, False, SINCE, "connection", None, speaks)


def works(name, *, speaks=(), dangers=()):
    return Sighting(name, True, SINCE - 1_000, "", 0.0, speaks, (), dangers)


def test_the_list_tells_health_and_credit(alertd, see):
    """The share of failures of late, and what the account has left; nothing where nobody knows."""
    first = Sighting("first", True, SINCE, "", 0.05, ("email",), credit=Credit(1240.5, "credits"))
    see({"one": [first, Sighting("second", True, SINCE, "", None, ())]})
    assert shown(alertd, "failures", "credit") == [("5%", "1240.5 credits"), ("", "")]


def test_the_list_tells_what_arrived_by_range_of_numbers(alertd, tmp_path):
    """Rounded down to fives with its share; a range of fewer than five addresses is there without figures."""

    async def count():
        store = connect(f"sqlite:{tmp_path}/a.db", SystemClock())
        await store.open()
        async with store.transaction() as tx:
            await tx.execute("rates.keep", Channel.EMAIL, "first", "", 130, 130, 117, 2)
            await tx.execute("rates.keep", Channel.EMAIL, "first", "+33639", 126, 126, 117, 2)
            await tx.execute("rates.keep", Channel.EMAIL, "first", "+262692", 4, 40, 40, 0)
        await store.close()

    asyncio.run(count())
    assert shown(alertd, "handed", "delivered", "seen")[0] == ("130", "115 (88%)", "under 5")
    ranges = alertd("gateways", "list")[1]["ranges"]
    assert [(row["prefix"], row["handed"], row["delivered"]) for row in ranges] == [
        ("+33639", "125", "115 (92%)"),
        ("+262692", "under 5", "under 5"),
    ]


def shown(alertd, *columns):
    """The columns of the list's first two gateways."""
    return [tuple(row[column] for column in columns) for row in alertd("gateways", "list")[1]["gateways"][:2]]


def test_a_preferred_gateway_is_listed_with_who_and_why(alertd):
    """What was preferred, for which channel and why, is there to be read; then the nodes choose again."""
    assert alertd("gateways", "prefer", "second", "--channel", "email", "--reason", "contrat")[0] == 0
    _, listed = alertd("gateways", "list")
    places = [(row["gateway"], row["place"], row["preferred"]) for row in listed["gateways"]]
    assert places[:2] == [("first", "1", ""), ("second", "2", "yes")]
    assert listed["decisions"][0] | {"at": ""} == {
        "at": "",
        "who": "cli",
        "what": "gateway.prefer",
        "gateway": "second",
        "why": "contrat",
    }
    assert alertd("gateways", "auto", "--channel", "email")[0] == 0
    assert not any(row["preferred"] for row in alertd("gateways", "list")[1]["gateways"])


def test_a_gateway_that_does_not_serve_the_channel_is_refused(alertd):
    """A name that is not on the channel's route is told with the route."""
    status, said = alertd("gateways", "prefer", "second", "--channel", "sms", "--reason", "contrat")
    assert (status, said["code"]) == (2, "gateway_unknown")


@pytest.mark.usefixtures("reunion")
def test_the_list_tells_who_is_down_since_when_and_who_speaks(alertd, see):
    """A dead first gateway and the second that speaks for it read otherwise than in good health; hours are local."""
    see({"mairie-1": [works("first", speaks=("email",)), works("second")]})
    assert shown(alertd, "place", "gateway", "state", "speaks", "reason") == [
        ("1", "first", "up", "yes", ""),
        ("2", "second", "up", "", ""),
    ]
    see({"mairie-2": [down("first"), works("second", speaks=("email",))]}, decided="gateway.down")
    row = alertd("gateways", "list")[1]["gateways"][0]
    assert (row["state"], row["since"], row["reason"]) == ("down for mairie-2", TOLD, "connection")
    assert shown(alertd, "speaks") == [("yes for mairie-1",), ("yes for mairie-2",)]
    decision = alertd("gateways", "list")[1]["decisions"][0]
    assert (decision["who"], decision["what"]) == ("node mairie-2", "gateway.down")
    assert decision["at"].endswith("+04:00")
    words = alertd("gateways", "list", as_json=False)[1]
    assert TOLD in words
    assert "down for mairie-2" in words


def test_a_gateway_that_all_nodes_find_down_is_down(alertd, see):
    """Without a word about nodes, which agree."""
    found = [down("first"), works("second", speaks=("email",))]
    see({"mairie-1": found, "mairie-2": found})
    assert shown(alertd, "state", "speaks") == [("down", ""), ("up", "yes")]


def test_without_a_living_node_nobody_is_said_to_be_up(alertd):
    """The list says that it does not know, rather than that all is well."""
    assert shown(alertd, "state", "since", "speaks") == [("unknown", "", "")] * 2
    assert "No running node has said what it sees" in alertd("gateways", "list", as_json=False)[1]


def test_senders_reserved_for_danger_are_marked_and_so_is_who_speaks_for_danger(alertd, see, tmp_path):
    """Everyday messages leave by one gateway while danger leaves by the other's reserved number."""
    config = tmp_path / "alertd.toml"
    config.write_text(config.read_text().replace(TWO, RESERVED))
    see({"mairie-1": [works("texts", speaks=("sms",)), works("spare", dangers=("sms",))]})
    assert shown(alertd, "gateway", "speaks", "senders", "danger_only") == [
        ("texts", "all but danger", "1", ""),
        ("spare", "danger", "2", "URGENCE"),
    ]
    assert shown(alertd, "gateway", "rate") == [
        ("texts", "unlimited"),
        ("spare", "2.5 segments/s, unlimited"),
    ]


def test_a_station_s_own_is_listed_with_whose_it_is_and_is_not_imposed(alertd, tmp_path):
    """In a place of its own; a preference of it is refused with the reason, and a name that no station has is said."""
    config = tmp_path / "alertd.toml"
    config.write_text(
        config.read_text().replace("[gateways.second]", '[gateways.second]\nstations = ["bras"]')
    )
    assert shown(alertd, "gateway", "place", "stations") == [("first", "1", ""), ("second", "own", "bras")]
    status, said = alertd("gateways", "prefer", "second", "--channel", "email", "--reason", "contrat")
    assert (status, said["code"]) == (2, "gateway_own")
    found = alertd("doctor")[1]
    assert any("there is no station bras" in one["said"] for one in found)
