"""What every gateway does, whichever provider is behind it: the contract of gateways.contract, held by each driver."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import product
from typing import Any

import pytest
from fcm_peer import FcmPeer
from ovh_peer import OvhPeer
from peers import LENT, Case, Peer, letter
from sandbox_peer import SandboxPeer
from smpp_peer import SmppPeer
from smtp_peer import SmtpPeer
from twilio_peer import TwilioPeer
from twilio_voice_peer import TwilioVoicePeer
from vonage_peer import VonagePeer
from webpush_peer import WebPushPeer

from gateways.contract import Callback, Gateway, Message, Outcome, Receipt, Surroundings, Trouble
from gateways.loader import drivers, load

PEERS: tuple[type[Peer], ...] = (
    FcmPeer,
    OvhPeer,
    SandboxPeer,
    SmppPeer,
    SmtpPeer,
    TwilioPeer,
    TwilioVoicePeer,
    VonagePeer,
    WebPushPeer,
)
HANGS = {Case.HANG_BEFORE, Case.HANG_AFTER}

EXPECTED: dict[Case, tuple[set[Outcome], Trouble | None]] = {
    Case.ACCEPT: ({Outcome.ACCEPTED, Outcome.DELIVERED}, None),
    Case.REFUSE: ({Outcome.REFUSED}, None),
    Case.REJECT: ({Outcome.FAILED}, None),
    Case.THROTTLE: ({Outcome.THROTTLED}, None),
    Case.ERROR: ({Outcome.RETRY}, None),
    Case.CREDENTIALS: ({Outcome.RETRY}, Trouble.CREDENTIALS),
    Case.AWAY: ({Outcome.RETRY}, Trouble.CONNECTION),
    Case.HANG_BEFORE: ({Outcome.RETRY}, Trouble.CONNECTION),
    Case.TEAR_BEFORE: ({Outcome.RETRY}, Trouble.CONNECTION),
    Case.HANG_AFTER: ({Outcome.UNKNOWN}, None),
    Case.TEAR_AFTER: ({Outcome.UNKNOWN}, None),
    Case.RUBBISH_AFTER: ({Outcome.UNKNOWN}, None),
}


@pytest.fixture(params=PEERS, ids=lambda make: make.driver)
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    async with request.param() as played:
        yield played


@asynccontextmanager
async def opened(peer: Peer, timeout_s: float = 10.0) -> AsyncIterator[Gateway]:
    """A gateway aimed at the peer, open."""
    surroundings = Surroundings(record=getattr(peer, "record", None), **LENT)
    gateway = load("essai", peer.driver, peer.options(timeout_s), surroundings)
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def receipts(gateway: Gateway, batch: Sequence[Message]) -> dict[str, Receipt]:
    """Send, and check the first clause: exactly one receipt for each message."""
    got = [receipt async for receipt in gateway.send(batch)]
    assert sorted(receipt.reference for receipt in got) == sorted(message.reference for message in batch)
    return {receipt.reference: receipt for receipt in got}


def where(*cases: Case) -> pytest.MarkDecorator:
    """Run a test for each of these cases with each peer where it can occur."""
    pairs = [(make, case) for make in PEERS for case in cases if case not in make.not_applicable]
    ids = [f"{make.driver}-{case}" for make, case in pairs]
    return pytest.mark.parametrize(("peer", "case"), pairs, ids=ids, indirect=["peer"])


def test_every_driver_is_held_to_the_contract() -> None:
    """No driver is installed whose provider is not played here."""
    assert {make.driver for make in PEERS} == set(drivers())


@pytest.mark.parametrize("make", PEERS, ids=lambda make: make.driver)
def test_what_cannot_occur_is_named(make: type[Peer]) -> None:
    """A case is left out for a provider only with its reason; being accepted and refused concern everyone."""
    assert all(case in Case and why for case, why in make.not_applicable.items())
    assert not {Case.ACCEPT, Case.REFUSE, Case.THROTTLE, Case.ERROR} & set(make.not_applicable)


@where(*Case)
async def test_outcome(peer: Peer, case: Case) -> None:
    """Whatever the provider does becomes one receipt, and only what may have left is unknown."""
    message = letter(await peer.play(case))
    async with opened(peer, 0.2 if case in HANGS else 10.0) as gateway:
        receipt = (await receipts(gateway, [message]))[message.reference]
    outcomes, trouble = EXPECTED[case]
    assert receipt.outcome in outcomes
    assert trouble is None or receipt.trouble is trouble
    assert receipt.code
    assert (receipt.retry_after_s is None) is (receipt.outcome is not Outcome.THROTTLED)


async def test_accepted_messages_arrive(peer: Peer) -> None:
    """A full batch is taken, each message once, by one gateway again and again."""
    async with opened(peer) as gateway:
        for _ in range(2):
            batch = [letter(await peer.play(Case.ACCEPT)) for _ in range(min(gateway.capabilities.batch, 20))]
            await receipts(gateway, batch)
            assert sorted(peer.taken) == sorted(message.address for message in batch)
            peer.taken.clear()


async def test_a_bad_message_harms_no_other(peer: Peer) -> None:
    """In one batch each message has its own outcome."""
    cases = [Case.REFUSE, Case.ACCEPT, Case.THROTTLE, Case.ACCEPT, Case.ERROR, Case.REJECT, Case.ACCEPT]
    async with opened(peer) as gateway:
        batch = [letter(await peer.play(case)) for case in cases]
        got = await receipts(gateway, batch)
    for case, message in zip(cases, batch, strict=True):
        assert got[message.reference].outcome in EXPECTED[case][0]


@where(Case.TEAR_BEFORE, Case.TEAR_AFTER, Case.HANG_BEFORE, Case.HANG_AFTER)
async def test_a_gateway_recovers_by_itself(peer: Peer, case: Case) -> None:
    """After a broken or silent connection the next message passes, without a new gateway."""
    async with opened(peer, 0.5) as gateway:
        await receipts(gateway, [letter(await peer.play(case))])
        after = letter(await peer.play(Case.ACCEPT))
        got = await receipts(gateway, [after])
    assert got[after.reference].outcome in EXPECTED[Case.ACCEPT][0]


@where(Case.AWAY)
async def test_an_absent_provider_stops_nobody_from_opening(peer: Peer, case: Case) -> None:
    """A whole batch to a provider that is away comes back to be tried again; the daemon starts all the same."""
    address = await peer.play(case)
    async with opened(peer) as gateway:
        got = await receipts(gateway, [letter(address) for _ in range(gateway.capabilities.batch)])
    assert {receipt.outcome for receipt in got.values()} == {Outcome.RETRY}


async def test_a_caller_may_stop_early(peer: Peer) -> None:
    """Who stops reading receipts leaves no task behind, and the gateway still serves."""
    async with opened(peer) as gateway:
        batch = [letter(await peer.play(Case.ACCEPT)) for _ in range(8)]
        before = asyncio.all_tasks()
        async with aclosing(gateway.send(batch)) as answers:  # type: ignore[type-var]
            await anext(answers)
        assert not any(task.get_coro().__qualname__ == "Desk._work" for task in asyncio.all_tasks() - before)
        await receipts(gateway, [letter(await peer.play(Case.ACCEPT))])


async def test_an_empty_batch_has_no_receipt(peer: Peer) -> None:
    """Nothing sent, nothing answered."""
    async with opened(peer) as gateway:
        assert await receipts(gateway, []) == {}


async def test_close_may_be_called_twice(peer: Peer) -> None:
    """Closing what is closed is no error, whether or not anything was sent."""
    async with opened(peer) as gateway:
        await receipts(gateway, [letter(await peer.play(Case.ACCEPT))])
        await gateway.close()


async def test_a_probe_finds_a_provider_well(peer: Peer) -> None:
    """A probe sends no message."""
    async with opened(peer) as gateway:
        assert (await gateway.check()).outcome is Outcome.ACCEPTED
    assert peer.taken == []


@where(Case.CREDENTIALS, Case.AWAY)
async def test_a_probe_names_the_trouble(peer: Peer, case: Case) -> None:
    """A probe tells wrong credentials from an absent provider."""
    await peer.play(case)
    async with opened(peer) as gateway:
        probe = await gateway.check()
    assert (probe.outcome, probe.trouble) == (Outcome.RETRY, EXPECTED[case][1])


async def test_a_foreign_call_gives_nothing(peer: Peer) -> None:
    """A callback that the provider did not sign tells nothing, and raises nothing, however it is written."""
    home = "https://mairie.example/rappels/essai"
    words = ("", "é", "Bearer a.b.c", "\udcff", "Bearer \udcff.\udcff.\udcff", "=" * 9_000)
    kinds = ("text/plain", "application/json", "application/x-www-form-urlencoded")
    paths = (
        "",
        "/Ab3.é",
        "/Ab3.\udcff",
        "/%ff?place=%ff&bodySHA256=\udcff",
        "/[",
        "//[::1",
        "/Ab3:99999999/?amd=1",
    )
    async with opened(peer) as gateway:
        for path, kind, word in product(paths, kinds, words):
            headers = {"content-type": kind, "x-twilio-signature": word, "authorization": word}
            for url in (home + path, f"http://[{path}"):
                assert list(gateway.read_callback(Callback("POST", url, headers, b"\xff{not=it"))) == []


async def test_the_unheard_of_is_not_found(peer: Peer) -> None:
    """Nothing is said of a reference that was never sent."""
    async with opened(peer) as gateway:
        assert list(await gateway.look_up(["never-sent0"])) == []


async def test_secrets_are_not_shown(peer: Peer) -> None:
    """Neither the gateway nor what it is made of shows a secret option when printed."""
    secrets = [
        str(value)
        for key, value in peer.options(1.0).items()
        if re.search("(password|secret|token|key)(?!_uri)", key)
    ]
    async with opened(peer) as gateway:
        shown = _printed(gateway, depth=4)
    assert not [secret for secret in secrets if secret in shown]


def _printed(thing: Any, depth: int) -> str:
    parts = getattr(thing, "__dict__", {}).values() if depth else ()
    return repr(thing) + "".join(_printed(part, depth - 1) for part in parts)
