"""E-mail: how the connections to a relay are kept and replaced, and which options are refused."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from peers import NOW_MS, Case, letter
from smtp_mailer import mailer, send_one
from smtp_peer import SmtpPeer

from gateways.contract import OptionError, Outcome, Surroundings, Trouble
from gateways.loader import load


@pytest.fixture
async def peer() -> AsyncIterator[SmtpPeer]:
    async with SmtpPeer() as played:
        yield played


async def test_an_unwritable_message_fails_alone(peer: SmtpPeer) -> None:
    """A message that cannot be written down fails without a connection."""
    async with mailer(peer.options(5)) as gateway:
        receipt = await send_one(gateway, "personne")
    assert (receipt.outcome, peer.connections) == (Outcome.FAILED, 0)


async def test_dots_arrive_as_written(peer: SmtpPeer) -> None:
    """A line that is a dot ends no message, and lines that begin with dots keep them."""
    text = ".\n..\n.fin\nsuite"
    async with mailer(peer.options(5)) as gateway:
        assert (await send_one(gateway, await peer.play(Case.ACCEPT), text=text)).outcome is Outcome.ACCEPTED
    received = message_from_bytes(peer.mails[0].replace(b"\r\n..", b"\r\n."), policy=default)
    assert received.get_content().rstrip("\n").splitlines() == text.splitlines()  # type: ignore[attr-defined]


async def test_the_queue_identifier_is_kept(peer: SmtpPeer) -> None:
    """The relay's own word for the message is kept, bounded, so that its administrator can find it."""
    long = await peer.play(Case.ACCEPT)
    peer.verdicts[long] = b"250 2.0.0 queued as " + b"x" * 1000
    async with mailer(peer.options(5)) as gateway:
        short = await send_one(gateway, await peer.play(Case.ACCEPT))
        assert short.provider_ref == "2.0.0 Ok: queued as 4WXYZ"
        assert len((await send_one(gateway, long)).provider_ref) == 200


async def test_connections_are_kept(peer: SmtpPeer) -> None:
    """Messages of one batch and the next share the few connections of the pool."""
    async with mailer(peer.options(5) | {"pool": 3}) as gateway:
        for _ in range(3):
            batch = [letter(await peer.play(Case.ACCEPT)) for _ in range(9)]
            assert {receipt.outcome async for receipt in gateway.send(batch)} == {Outcome.ACCEPTED}
    assert peer.connections == 3
    assert peer.commands.count(b"QUIT") == 3


async def test_an_envelope_that_led_nowhere_is_forgotten(peer: SmtpPeer) -> None:
    """After a refused recipient the same connection takes the next message."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.REFUSE))
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert peer.connections == 1
    assert b"RSET" in peer.commands


async def test_a_server_that_takes_one_command_at_a_time_is_given_so(peer: SmtpPeer) -> None:
    """Without PIPELINING each command waits for its answer, and nothing follows a refused recipient."""
    peer.pipelining = False
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        assert (await send_one(gateway, await peer.play(Case.REFUSE))).outcome is Outcome.REFUSED
        assert b"DATA" not in peer.commands
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert (peer.connections, len(peer.mails)) == (1, 1)


async def test_a_message_for_nobody_is_never_written(peer: SmtpPeer) -> None:
    """A server that waits for a message whose recipient it refused is hung up on; the next goes by a new connection."""
    peer.goes_on = True
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        assert (await send_one(gateway, await peer.play(Case.REFUSE))).outcome is Outcome.REFUSED
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert (peer.connections, len(peer.mails)) == (2, 1)


async def test_a_connection_closed_while_idle_is_replaced(peer: SmtpPeer) -> None:
    """A server that hung up on an idle connection costs no message and no retry."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.ACCEPT))
        peer.hang_up()
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert peer.connections == 2


async def test_a_connection_used_up_is_replaced_at_once(peer: SmtpPeer) -> None:
    """421 on a connection that served before is said of the connection; the message goes by a new one, once."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.ACCEPT))
        spent = await peer.play(Case.ACCEPT)
        peer.answers[spent] = b"421 4.7.0 Enough for this connection"
        receipt = await send_one(gateway, spent)
    assert (receipt.outcome, peer.connections) == (Outcome.RETRY, 2)  # the new one says it too: no third


async def test_a_tear_before_the_message_is_tried_again_at_once(peer: SmtpPeer) -> None:
    """A kept connection that breaks during the envelope is replaced once: nothing of the message was written."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.ACCEPT))
        receipt = await send_one(gateway, await peer.play(Case.TEAR_BEFORE))
    assert (receipt.outcome, receipt.trouble, peer.connections) == (Outcome.RETRY, Trouble.CONNECTION, 2)


async def test_a_tear_after_the_message_is_never_tried_again(peer: SmtpPeer) -> None:
    """What may have been taken is not written a second time."""
    async with mailer(peer.options(5)) as gateway:
        torn = await peer.play(Case.TEAR_AFTER)
        assert (await send_one(gateway, torn)).outcome is Outcome.UNKNOWN
    assert peer.taken == [torn]


async def test_a_batch_meets_an_absent_server_once(peer: SmtpPeer) -> None:
    """After one refused log-in the rest of a batch is not tried one by one: accounts are locked for less."""
    await peer.play(Case.CREDENTIALS)
    async with mailer(peer.options(5) | {"pool": 2}) as gateway:
        batch = [letter("marie@peer.example") for _ in range(50)]
        got = [receipt async for receipt in gateway.send(batch)]
    assert {receipt.trouble for receipt in got} == {Trouble.CREDENTIALS}
    assert peer.connections == 2


async def test_stopping_early_closes_what_was_underway(peer: SmtpPeer) -> None:
    """A conversation that is broken off is closed, not handed to the next message."""
    async with mailer(peer.options(30) | {"pool": 1}) as gateway:
        asking = asyncio.ensure_future(send_one(gateway, await peer.play(Case.HANG_AFTER)))
        await peer.got_data.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not [task for task in asyncio.all_tasks() if "_send_one" in repr(task.get_coro())]
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert peer.connections == 2


async def test_a_server_that_greets_with_a_refusal_is_in_trouble(peer: SmtpPeer) -> None:
    """A refusal on connecting is the account's matter, and fails no message."""
    peer.greeting = b"554 5.7.1 You are on a list"
    async with mailer(peer.options(5)) as gateway:
        receipt = await send_one(gateway, await peer.play(Case.ACCEPT))
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.PROVIDER)


@pytest.mark.parametrize(
    ("answer", "outcome", "trouble"),
    [
        (b"553 5.7.1 <alertes@foret.example>: Sender address rejected: not owned by user", Outcome.RETRY, Trouble.SENDER),
        (b"554 5.7.1 Insufficient credits", Outcome.RETRY, Trouble.CREDIT),
        (b"550 5.4.5 Daily sending limit exceeded", Outcome.THROTTLED, Trouble.QUOTA),
        (b"530 5.7.0 Authentication required", Outcome.RETRY, Trouble.CREDENTIALS),
    ],
)  # fmt: skip
async def test_a_relay_that_refuses_us_refuses_nobody_else(
    peer: SmtpPeer, answer: bytes, outcome: Outcome, trouble: Trouble
) -> None:
    """What is said of our sender, credit, quota or account after RCPT or the message is no word about its recipient."""
    async with mailer(peer.options(5)) as gateway:
        first, second = await peer.play(Case.ACCEPT), await peer.play(Case.ACCEPT)
        peer.answers[first] = peer.verdicts[second] = answer
        for address in (first, second):
            receipt = await send_one(gateway, address)
            assert (receipt.outcome, receipt.trouble) == (outcome, trouble)


GOOD = {"host": "relais.example", "from_address": "a@foret.example"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"tls": "none", "username": "m", "password": "p4ssw0rd"},
            "tls: a password must not cross a network in clear",
        ),
        ({"username": "m"}, "password: is missing beside username"),
        (
            {"username": "m", "password": "p4ssw0rd", "password_file": "/nowhere"},
            "keep either password or password_file",
        ),
        ({"password_file": "/nowhere/at/all"}, "password_file: /nowhere/at/all cannot be read"),
        ({"from_address": "Mairie <a@foret.example>"}, "from_address: write one e-mail address"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file: /nowhere/ca.pem holds no certificates"),
        ({"pool": 0}, "pool: "),
        ({"timeout_s": 0}, "timeout_s: "),
        ({"hots": "x"}, "hots: is not an option of this driver"),
    ],
)
def test_a_bad_option_is_named(changes: dict[str, Any], said: str) -> None:
    """An option that cannot be used is named with its table, and the password is not repeated."""
    with pytest.raises(OptionError) as caught:
        load("courriel", "smtp", GOOD | changes, Surroundings(now_ms=lambda: NOW_MS))
    assert str(caught.value).startswith("[gateways.courriel] ")
    assert said in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)


async def test_a_password_may_live_in_a_file(peer: SmtpPeer, tmp_path: Path) -> None:
    """The first line of password_file is the password."""
    (tmp_path / "secret").write_text("correct-horse\n", encoding="utf-8")
    options = {key: value for key, value in peer.options(5).items() if key != "password"}
    async with mailer(options | {"password_file": tmp_path / "secret"}) as gateway:
        assert (await gateway.check()).outcome is Outcome.ACCEPTED
    assert b"AUTH PLAIN AG1haXJpZQBjb3JyZWN0LWhvcnNl" in peer.commands
