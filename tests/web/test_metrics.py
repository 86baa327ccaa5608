"""Prometheus' figures: true, bounded, and for those alone who may read them."""

import re
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict
from prometheus_client.parser import text_string_to_metric_families

from alertd import __version__
from alertd.clock import MINUTE
from alertd.deliver.figures import Figures
from alertd.deliver.spool import Spool
from alertd.model import Channel, Lane, State
from alertd.settings import Settings
from alertd.store.ids import take
from alertd.web.app import build
from alertd.web.rooms import Rooms
from gateways.contract import Outcome, Receipt


def sums(text):
    """Every sample by its name and labels' values."""
    families = text_string_to_metric_families(text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


async def scrape(client, **headers):
    response = await client.get("/metrics", headers=headers)
    return response.status, await response.text()


@asynccontextmanager
async def serving(desk, figures=None, spool=None, **http):
    settings = Settings.model_validate({"http": http})
    rooms = Rooms(replace(desk, settings=settings), lambda: True, figures=figures or Figures(), spool=spool)
    async with TestClient(TestServer(build(rooms))) as client:
        yield client


async def test_what_the_store_says_is_told(desk, station, db, clock, tmp_path):
    """Queued by lane, the oldest's age, unknowns, open receipts, what is spooled, which nodes are alive."""
    now = clock.now_ms()
    spooled = tmp_path / "node.receipts"
    spooled.write_bytes(b"x" * 120)
    async with db.transaction() as tx:
        for number, lane in enumerate((Lane.DANGER, Lane.INFO), 1):
            await tx.execute(
                "messages.add",
                number,
                station.id,
                1,
                None,
                None,
                "alert",
                1,
                lane,
                None,
                now + MINUTE * 30,
                0,
            )
            await tx.execute("tallies.add", number, 1, Channel.SMS, State.QUEUED, 10 * number)
            await tx.execute("tallies.add", number, 2, Channel.EMAIL, State.UNKNOWN, number)
        await tx.execute("receipts.add", 1, "ovh", now, b"sealed", 1, 0)
        await tx.fetch("nodes.start", await take(tx, "node"), "mairie-1", "boot")
    clock.advance(2 * MINUTE)
    async with db.transaction() as tx:
        await tx.fetch("nodes.start", await take(tx, "node"), "mairie-2", "boot")
    async with serving(desk, spool=Spool(db, desk.keyring, spooled)) as client:
        status, text = await scrape(client)
    told = sums(text)
    assert status == 200
    assert told["alertd_queued", "danger"] == 10
    assert told["alertd_queued", "info"] == 20
    assert told["alertd_queued", "warning"] == 0
    assert 120 <= told["alertd_oldest_queued_seconds",] <= 130
    assert told["alertd_unknown",] == 3
    assert told["alertd_open_receipts",] == 1
    assert told["alertd_spool_bytes",] == 120
    assert (told["alertd_node_up", "mairie-1"], told["alertd_node_up", "mairie-2"]) == (0, 1)
    assert told["alertd_store_up",] == 1
    assert told["alertd_build_info", __version__] == 1


async def test_a_quiet_house_has_no_oldest(desk):
    """Nothing queued is nothing waiting."""
    async with serving(desk) as client:
        told = sums((await scrape(client))[1])
    assert told["alertd_oldest_queued_seconds",] == 0
    assert told["alertd_queued", "danger"] == 0


async def test_rates_and_credit_are_told_as_rounded_as_everywhere(desk, db):
    """A supervisor's figures tell no more than the page: fives, and nothing below."""
    async with db.transaction() as tx:
        await tx.execute("rates.keep", Channel.SMS, "ovh", "", 58, 58, 57, 3)
        await tx.execute("rates.keep", Channel.SMS, "ovh", "+262692", 4, 40, 40, 0)
    figures = Figures()
    figures.left("ovh", 1240.5)
    async with serving(desk, figures=figures) as client:
        told = sums((await scrape(client))[1])
    assert told["alertd_gateway_credit", "ovh"] == 1240.5
    assert {key: n for key, n in told.items() if key[0] == "alertd_gateway_messages"} == {
        ("alertd_gateway_messages", "sms", "ovh", "handed", ""): 55,
        ("alertd_gateway_messages", "sms", "ovh", "delivered", ""): 55,
    }


async def test_two_nodes_of_one_process_count_apart(desk):
    """Each has a registry of its own: what one heard, the other did not."""
    one, other = Figures(), Figures()
    one.heard("ovh", [Receipt("r", Outcome.ACCEPTED)] * 3 + [Receipt("r", Outcome.UNKNOWN)])
    one.decided("ovh", "gateway.down")
    one.found("ovh", working=False)
    async with serving(desk, figures=one) as here, serving(desk, figures=other) as there:
        told, untold = sums((await scrape(here))[1]), sums((await scrape(there))[1])
    assert told["alertd_receipts_total", "ovh", "accepted", "answer"] == 3
    assert told["alertd_receipts_total", "ovh", "unknown", "answer"] == 1
    assert told["alertd_gateway_decisions_total", "gateway.down", "ovh"] == 1
    assert told["alertd_gateway_up", "ovh"] == 0
    assert not any("ovh" in key for key in untold)


async def test_a_store_that_does_not_answer_is_told_too(desk, db):
    """What this process knows is told; what the store would say is left out, not told as it was."""
    figures = Figures()
    async with serving(desk, figures=figures) as client:
        await scrape(client)
        await db.close()
        status, text = await scrape(client)
    told = sums(text)
    assert (status, told["alertd_store_up",]) == (200, 0)
    assert ("alertd_queued", "danger") not in told
    assert ("alertd_unknown",) not in told


async def test_by_default_figures_are_for_this_machine_alone(desk):
    """Whoever comes through a proxy, or by a name bent to this machine, finds no such page."""
    async with serving(desk) as client:
        assert (await scrape(client))[0] == 200
        for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=x"}, {"Host": "evil.example"}):
            assert (await scrape(client, **headers))[0] == 404


@pytest.mark.parametrize(
    ("forwarded", "proxies", "networks", "status"),
    [
        ("10.1.2.3", ["127.0.0.1"], ["10.0.0.0/8"], 200),
        ("10.1.2.3", [], ["10.0.0.0/8"], 404),  # nobody vouches for the proxy
        ("192.0.2.7", ["127.0.0.1"], ["10.0.0.0/8"], 404),
        ("10.1.2.3, 192.0.2.7", ["127.0.0.1"], ["10.0.0.0/8"], 404),  # the nearest counts
        ("2001:db8::7", ["127.0.0.1"], ["2001:db8::/32"], 200),
        ("::ffff:10.1.2.3", ["127.0.0.1"], ["10.0.0.0/8"], 200),  # as a socket for both kinds writes it
        ("10.1.2.3, ::ffff:127.0.0.1", ["127.0.0.1"], ["10.0.0.0/8"], 200),
    ],
)
async def test_networks_that_are_named_may_read(desk, forwarded, proxies, networks, status):
    """Through a trusted proxy, by the address it speaks for; what others write into the header is not believed."""
    async with serving(desk, trusted_proxies=proxies, metrics_from=networks) as client:
        assert (await scrape(client, **{"X-Forwarded-For": forwarded}))[0] == status


async def test_a_proxy_that_writes_a_line_of_its_own_is_read_last(desk):
    """Some (HAProxy) leave the visitor's header where it stands and add their own below it: the lines are one list."""
    named = {"trusted_proxies": ["127.0.0.1"], "metrics_from": ["10.0.0.0/8"]}
    async with serving(desk, **named) as client:
        for lines, status in ((("10.1.2.3", "192.0.2.7"), 404), (("192.0.2.7", "10.1.2.3"), 200)):
            headers = CIMultiDict([("X-Forwarded-For", line) for line in lines])
            assert (await client.get("/metrics", headers=headers)).status == status


async def test_no_network_is_nobody(desk):
    """An empty list closes the page for this machine, too."""
    async with serving(desk, metrics_from=[]) as client:
        assert (await scrape(client))[0] == 404


async def test_requests_are_counted_by_pattern_and_class_alone(desk, station):
    """A route by its pattern, a status by its class, a method that nobody knows as another: whatever strangers ask, there are few
    labels; a stream's length is nobody's waiting.
    """
    async with serving(desk) as client:
        for path in (f"/{station.slug}", "/nulle-part/du/tout", "/partir/0aBcDeFgHiJ", "/healthz"):
            await client.get(path)
        await client.request("OPTIONS", "/healthz")
        text = (await scrape(client))[1]
    told = sums(text)
    assert told["alertd_http_requests_total", "GET", "/healthz", "2xx"] == 1
    assert told["alertd_http_requests_total", "GET", "none", "4xx"] == 1
    assert told["alertd_http_requests_total", "other", "none", "4xx"] == 1
    assert told["alertd_http_request_duration_seconds_count", "GET", "/healthz"] == 1
    assert "0aBcDeFgHiJ" not in text
    assert "nulle-part" not in text


@pytest.mark.parametrize(("proxies", "believed"), [(["127.0.0.1"], True), ([], False)])
async def test_a_request_is_known_by_one_id(desk, proxies, believed):
    """The id goes back in the answer; one that a trusted proxy gave is kept, a stranger's or a strange one is not."""
    async with serving(desk, trusted_proxies=proxies) as client:
        given = (await client.get("/healthz", headers={"X-Request-ID": "edge-0123456789"})).headers[
            "X-Request-ID"
        ]
        strange = (await client.get("/healthz", headers={"X-Request-ID": "a b=c"})).headers["X-Request-ID"]
    assert (given == "edge-0123456789") is believed
    assert re.fullmatch("[0-9a-f]{16}", strange)
