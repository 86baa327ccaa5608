"""The Twilio driver: what it posts, where it stops, what it finds again."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from peers import NOW_MS, Case, letter
from twilio.rest import Client
from twilio_peer import SID, TOKEN, TwilioPeer

from gateways.contract import Credit, Gateway, Message, OptionError, Outcome, Receipt, Surroundings, Trouble
from gateways.loader import load

HOME = "https://alertes.foret.example"
SERVICE = "MG" + "a" * 32
MADE = "Thu, 01 Jan 2026 00:00:01 +0000"  # a second after NOW_MS
KEY = {"api_key_sid": "SK" + "1" * 32, "api_key_secret": "key-secret"}


@pytest.fixture
async def peer() -> AsyncIterator[TwilioPeer]:
    async with TwilioPeer() as played:
        yield played


@asynccontextmanager
async def opened(options: dict[str, Any], home: str = HOME) -> AsyncIterator[Any]:
    gateway = load(
        "sms", "twilio", options, Surroundings(now_ms=lambda: NOW_MS, public_url=home, callbacks="/rappels/")
    )
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def sent(gateway: Gateway, message: Message) -> Receipt:
    (receipt,) = [receipt async for receipt in gateway.send([message])]
    return receipt


@pytest.mark.parametrize(
    ("sender", "key"),
    [("MAIRIE", "From"), ("+33644600000", "From"), ("38080", "From"), (SERVICE, "MessagingServiceSid")],
)
async def test_what_is_posted_is_what_twilios_library_would_post(
    peer: TwilioPeer, sender: str, key: str
) -> None:
    """Field by field: the library, speaking through the same wire, is the judge."""
    message = letter("+33639980001", expires_in_s=50_000)
    async with opened(peer.options(10.0) | {"sender": sender}) as gateway:
        assert (await sent(gateway, message)).outcome is Outcome.ACCEPTED
        client = Client(SID, TOKEN, http_client=gateway._wire)
        client.api.base_url = peer.options(1.0)["base_url"]
        words: dict[str, Any] = {"messaging_service_sid" if sender == SERVICE else "from_": sender}
        callback = f"{HOME}/rappels/sms/{message.reference}"
        await client.messages.create_async(
            to=message.address, body=message.text, validity_period=36_000, status_callback=callback, **words
        )
    ours, theirs = peer.forms
    assert ours == theirs
    assert ours[key] == sender
    assert ours["Body"] == message.text


@pytest.mark.parametrize(("left", "least", "most"), [(90_000, 36_000, 36_000), (60, 1, 60), (2, 1, 2)])
async def test_twilio_gives_a_message_up_when_it_is_over(
    peer: TwilioPeer, left: int, least: int, most: int
) -> None:
    """The validity is what is left, in whole seconds, and at most the ten hours that Twilio takes."""
    async with opened(peer.options(10.0)) as gateway:
        await sent(gateway, letter("+33639980001", expires_in_s=left))
    assert least <= int(peer.forms[0]["ValidityPeriod"]) <= most


async def test_what_has_less_than_a_second_left_stays_here(peer: TwilioPeer) -> None:
    """Twilio takes no validity under a second: the message comes back as not sent."""
    async with opened(peer.options(10.0)) as gateway:
        receipt = await sent(gateway, letter("+33639980001", expires_in_s=0))
    assert (receipt.outcome, receipt.code, peer.forms) == (Outcome.RETRY, "too late", [])


@pytest.mark.parametrize(
    ("home", "called"),
    [
        (HOME, True),
        ("https://alertes.foret.example:8443", True),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("http://192.168.1.4", False),
        ("http://localhost", False),
        ("", False),
    ],
)
async def test_twilio_is_asked_to_call_only_where_it_can_come(
    peer: TwilioPeer, home: str, called: bool
) -> None:
    """A callback to this machine's own address would have every message refused."""
    async with opened(peer.options(10.0), home) as gateway:
        await sent(gateway, letter("+33639980001"))
        assert gateway.capabilities.receipts is called
    assert ("StatusCallback" in peer.forms[0]) is called


async def test_an_api_key_opens_the_account(peer: TwilioPeer) -> None:
    """With a key the token is not sent; the probe asks what a key may read."""
    async with opened(peer.options(10.0) | KEY | {"auth_token": "not that one"}) as gateway:
        assert (await sent(gateway, letter("+33639980001"))).outcome is Outcome.ACCEPTED
        assert (await gateway.check()).outcome is Outcome.ACCEPTED
    assert [path.partition("/Messages")[2] for path in peer.asked] == [".json?PageSize=1"]


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_a_probe_tells_a_suspended_account(peer: TwilioPeer, status: str) -> None:
    """Twilio answers well, and would take no message."""
    peer.status = status
    async with opened(peer.options(10.0)) as gateway:
        probe = await gateway.check()
    assert (probe.outcome, probe.trouble, probe.code) == (Outcome.RETRY, Trouble.CREDIT, status)


@pytest.mark.parametrize(
    ("balance", "credit"),
    [
        (("27.405", "USD"), Credit(27.405, "USD")),
        (("0", "eur"), Credit(0.0, "EUR")),
        (("-12.5", "USD"), None),
        (("nan", "USD"), None),
        (("27", "<b>"), None),
        (None, None),
    ],
)
async def test_a_probe_tells_what_money_is_left(
    peer: TwilioPeer, balance: tuple[str, str] | None, credit: Credit | None
) -> None:
    """A prepaid account's balance; an invoiced one's, below zero, is none, and without it the probe is as good."""
    peer.balance = balance
    async with opened(peer.options(10.0)) as gateway:
        probe = await gateway.check()
    assert (probe.outcome, probe.credit) == (Outcome.ACCEPTED, credit)


@pytest.mark.parametrize("torn", [True, False])
async def test_a_handshake_that_breaks_or_hangs_is_no_lost_message(torn: bool) -> None:
    """Until TLS stands nothing of the message is written: it is tried again, and never looked for."""
    released = asyncio.Event()

    async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not torn:
            await released.wait()
        writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    base_url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    options = {"account_sid": SID, "auth_token": TOKEN, "sender": "M", "base_url": base_url}
    async with opened(options | {"timeout_s": 10.0 if torn else 0.2}) as gateway:
        receipt = await sent(gateway, letter("+33639980001"))
    released.set()
    server.close()
    assert receipt.outcome is Outcome.RETRY
    assert receipt.trouble in {Trouble.CONNECTION, Trouble.TLS}


async def test_a_redirection_is_not_followed(peer: TwilioPeer) -> None:
    """The credentials and the message go to base_url alone."""
    answer = peer.answers["+33639980001"] = _redirection(f"http://127.0.0.1:{peer.port}/elsewhere")
    assert answer.status == 307
    async with opened(peer.options(10.0)) as gateway:
        receipt = await sent(gateway, letter("+33639980001"))
    assert (receipt.outcome, len(peer.forms)) == (Outcome.RETRY, 1)


def _redirection(where: str) -> Any:
    from aiohttp import web

    return web.Response(status=307, headers={"Location": where})


async def _lose(peer: TwilioPeer, gateway: Gateway) -> Message:
    message = letter(await peer.play(Case.TEAR_AFTER))
    assert (await sent(gateway, message)).outcome is Outcome.UNKNOWN
    return message


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        ("queued", None, Outcome.ACCEPTED),
        ("delivered", None, Outcome.DELIVERED),
        ("failed", 21610, Outcome.STOPPED),
    ],
)
async def test_a_lost_message_is_found_by_its_number_and_text(
    peer: TwilioPeer, status: str, code: int | None, outcome: Outcome
) -> None:
    """Among the newest twenty to the same number; a trial account's text has Twilio's sentence before it."""
    async with opened(peer.options(10.0)) as gateway:
        message = await _lose(peer, gateway)
        body = f"Sent from your Twilio trial account - {message.text}"
        found = {"to": message.address, "sid": "SM9", "date_created": MADE}
        peer.listed = [found | {"body": body, "status": status, "error_code": code}]
        (receipt,) = await gateway.look_up([message.reference, "never-sent0"])
    assert (receipt.reference, receipt.outcome, receipt.provider_ref) == (message.reference, outcome, "SM9")
    assert len(peer.asked) == 1
    assert "PageSize=20" in peer.asked[0]


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Un autre texte"},
        {"date_created": "Wed, 31 Dec 2025 23:00:00 +0000"},
        {"date_created": None},
        {"date_created": "hier"},
        {"status": "of tomorrow"},
        {"body": None},
    ],
)
async def test_a_message_that_may_be_another_is_not_taken_for_it(
    peer: TwilioPeer, change: dict[str, Any]
) -> None:
    """Another text, an older message, or what cannot be read: nothing is told, and it stays unknown."""
    async with opened(peer.options(10.0)) as gateway:
        message = await _lose(peer, gateway)
        found = {"to": message.address, "sid": "SM9", "date_created": MADE, "body": message.text, "status": "sent"}  # fmt: skip
        peer.listed = [found | change]
        assert await gateway.look_up([message.reference]) == []
        peer.listed = []
        assert await gateway.look_up([message.reference]) == []
        await peer.play(Case.CREDENTIALS)
        assert await gateway.look_up([message.reference]) == []


async def test_no_secret_is_printed_or_logged(peer: TwilioPeer, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the receipts of a refusal, nor in what is logged, nor in what the gateway is made of."""
    caplog.set_level(logging.DEBUG)
    async with opened(peer.options(10.0) | KEY | {"other_auth_token": "tomorrow-token"}) as gateway:
        receipts = [await sent(gateway, letter(await peer.play(case))) for case in (Case.CREDENTIALS, Case.TEAR_AFTER)]  # fmt: skip
        parts = [vars(gateway), vars(gateway._wire), gateway._signatures, gateway._account, *receipts]
        shown = caplog.text + "".join(map(repr, parts)) + repr(gateway._wire._credentials)
    assert [secret for secret in (TOKEN, "key-secret", "tomorrow-token", "Basic ") if secret in shown] == []


GOOD: dict[str, Any] = {"account_sid": SID, "auth_token": TOKEN, "sender": "MAIRIE"}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (GOOD | {"account_sid": "AC1"}, "account_sid"),
        (GOOD | {"sender": "MAIRIE DE FORET"}, "sender"),
        (GOOD | {"sender": "Forêt"}, "sender"),
        (GOOD | {"sender": "0644600000"}, "sender"),
        (GOOD | {"base_url": "http://api.twilio.com"}, "base_url"),
        (GOOD | {"base_url": "https://u:p@api.twilio.com"}, "base_url"),
        (GOOD | {"base_url": "https://x.example", "region": "ie1"}, "base_url"),
        (GOOD | {"region": "ie1.evil.example/"}, "region"),
        (GOOD | {"auth_token": None}, "auth_token: is missing"),
        (GOOD | {"api_key_sid": KEY["api_key_sid"]}, "api_key_sid"),
        (GOOD | {"api_key_secret": "s"}, "api_key_sid"),
        (GOOD | {"timeout_s": 0}, "timeout_s"),
    ],
)
def test_a_table_that_cannot_work_is_refused(options: dict[str, Any], fault: str) -> None:
    """The error names the option, and never shows the token."""
    with pytest.raises(OptionError, match=rf"^\[gateways\.sms\] .*{fault}") as caught:
        load("sms", "twilio", options, Surroundings(now_ms=lambda: NOW_MS))
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("place", "host"),
    [
        ({}, "api.twilio.com"),
        ({"region": "ie1", "edge": "dublin"}, "api.dublin.ie1.twilio.com"),
        ({"region": "ie1"}, "api.ie1.twilio.com"),
        ({"edge": "frankfurt"}, "api.frankfurt.us1.twilio.com"),
    ],
)
def test_a_region_has_its_own_host(place: dict[str, str], host: str) -> None:
    """As Twilio's library builds it, which is asked here."""
    gateway: Any = load("sms", "twilio", GOOD | place, Surroundings(now_ms=lambda: NOW_MS))
    theirs = Client(SID, TOKEN, region=place.get("region"), edge=place.get("edge")).get_hostname("https://api.twilio.com")  # fmt: skip
    assert gateway._account.messages.startswith(f"https://{host}/2010-04-01/Accounts/{SID}/")
    assert theirs.rstrip("/") == f"https://{host}"
