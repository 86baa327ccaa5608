"""OVHcloud: what a job says, clocks that differ, damaged answers, what became of a message, and which options are refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from ovh_peer import OvhPeer
from peers import NOW_MS, Case, letter

from gateways.contract import Credit, Gateway, Message, OptionError, Outcome, Receipt, Surroundings, Trouble
from gateways.loader import load


@pytest.fixture
async def peer() -> AsyncIterator[OvhPeer]:
    async with OvhPeer() as played:
        yield played


@asynccontextmanager
async def account(peer: OvhPeer, timeout_s: float = 10.0, **changes: Any) -> AsyncIterator[Gateway]:
    """A gateway aimed at the peer, open."""
    options = peer.options(timeout_s) | changes
    gateway = load("operateur", "ovh", options, Surroundings(now_ms=lambda: NOW_MS))
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def send_one(gateway: Gateway, message: Message) -> Receipt:
    [receipt] = [receipt async for receipt in gateway.send([message])]
    return receipt


@pytest.mark.parametrize("level", ["danger", "warning", "info"])
@pytest.mark.parametrize("clause", [True, False])
async def test_no_warning_bears_a_stop_clause(peer: OvhPeer, level: str, clause: bool) -> None:
    """A message with the clause would wait until Monday: danger and warning never have it, whatever is configured."""
    async with account(peer, stop_clause_for_info=clause) as gateway:
        await send_one(gateway, letter(await peer.play(Case.ACCEPT), level=level))
    [job] = peer.jobs
    assert job["noStopClause"] is (level != "info" or not clause)
    assert (job["priority"] == "high") is (level == "danger")


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(20, 1), (119, 1), (150, 2), (3630, 60), (10 * 86_400, 2880)]
)
async def test_validity_is_told_in_whole_minutes(peer: OvhPeer, seconds: int, minutes: int) -> None:
    """What is left is rounded down, to a minute at least and to the two days that OVHcloud takes at most."""
    async with account(peer) as gateway:
        await send_one(gateway, letter(await peer.play(Case.ACCEPT), expires_in_s=seconds))
    assert peer.jobs[0]["validityPeriod"] == minutes


async def test_what_is_over_does_not_leave(peer: OvhPeer) -> None:
    """A message whose time has passed since `send` was called is given back, and no job is made of it."""
    async with account(peer) as gateway:
        late = gateway.send([letter(await peer.play(Case.ACCEPT), expires_in_s=-1)])
        [receipt] = [receipt async for receipt in late]
    assert (receipt.outcome, receipt.code, receipt.trouble) == (Outcome.RETRY, "too late", None)
    assert peer.jobs == []


async def test_what_is_over_once_connected_does_not_leave(peer: OvhPeer) -> None:
    """The clock is read again at the last moment before the first byte: here the time was long in coming."""
    peer.slow_time = True
    async with account(peer) as gateway:
        receipt = await send_one(gateway, letter(await peer.play(Case.ACCEPT), expires_in_s=1))
    assert (receipt.outcome, receipt.code) == (Outcome.RETRY, "too late")
    assert (peer.jobs, peer.asked) == ([], ["GET /1.0/auth/time"])


@pytest.mark.parametrize(
    ("text", "coding"), [("Crue à 18 h, montez à l'étage.", "7bit"), ("Crue ⚠ naïf", "8bit")]
)
async def test_the_coding_is_what_the_text_needs(peer: OvhPeer, text: str, coding: str) -> None:
    """GSM-7 where the text fits it, else UCS-2; the text arrives as written."""
    async with account(peer) as gateway:
        await send_one(gateway, letter(await peer.play(Case.ACCEPT), text=text))
    assert (peer.jobs[0]["coding"], peer.jobs[0]["message"]) == (coding, text)


@pytest.mark.parametrize(
    "number",
    ["+262692000000", "+590690000000", "+596696000000", "+594694000000", "+508550000", "+687750000", "+68987000000"],
)  # fmt: skip
async def test_overseas_numbers_pass_as_they_are(peer: OvhPeer, number: str) -> None:
    """Every number is told in its international form, overseas ones too."""
    async with account(peer) as gateway:
        assert (await send_one(gateway, letter(number))).outcome is Outcome.ACCEPTED
    assert peer.jobs[0]["receivers"] == [number]


async def test_a_national_number_is_not_guessed_at(peer: OvhPeer) -> None:
    """A number that is not international makes no job, and kills no address."""
    async with account(peer) as gateway:
        assert (await send_one(gateway, letter("0639980100"))).outcome is Outcome.FAILED
    assert peer.asked == []


@pytest.mark.parametrize(
    ("sender", "said"), [("MAIRIE", {"sender": "MAIRIE"}), ("", {"senderForResponse": True})]
)
async def test_a_sender_or_a_short_number(peer: OvhPeer, sender: str, said: dict[str, Any]) -> None:
    """Without a sender the message comes from a short number that can be answered."""
    async with account(peer, sender=sender) as gateway:
        await send_one(gateway, letter(await peer.play(Case.ACCEPT)))
    assert {
        key: peer.jobs[0].get(key) for key in ("sender", "senderForResponse") if key in peer.jobs[0]
    } == said


async def test_clocks_are_compared_once(peer: OvhPeer) -> None:
    """A batch whose messages leave together asks the time once, and each signature is of the provider's clock."""
    async with account(peer) as gateway:
        batch = [letter(await peer.play(Case.ACCEPT)) for _ in range(20)]
        assert {receipt.outcome async for receipt in gateway.send(batch)} == {Outcome.ACCEPTED}
    assert peer.asked.count("GET /1.0/auth/time") == 1


async def test_a_clock_that_moved_is_measured_again(peer: OvhPeer) -> None:
    """A signature refused for its time alone is made anew, at once: nothing had left."""
    async with account(peer) as gateway:
        await send_one(gateway, letter(await peer.play(Case.ACCEPT)))
        peer.ahead_s -= 9_000
        receipt = await send_one(gateway, letter(await peer.play(Case.ACCEPT)))
    assert receipt.outcome is Outcome.ACCEPTED
    assert (peer.asked.count("GET /1.0/auth/time"), len(peer.jobs)) == (2, 2)


@pytest.mark.parametrize(
    "answer",
    [b"", b"null", b"[]", b'{"ids": [', b"[" * 60_000, b'{"ids": [1, 2]}', b'{"ids": ["x"]}', b'{"ids": [true]}',
     b'{"ids": [], "invalidReceivers": []}', b'{"ids": [], "invalidReceivers": ["+1", "+2"]}', b" " * 200_000, b"\xff\xfe"],
    ids=lambda answer: answer[:40].decode(errors="replace") + f" ({len(answer)})",
)  # fmt: skip
async def test_a_damaged_answer_leaves_the_outcome_unknown(peer: OvhPeer, answer: bytes) -> None:
    """An answer that does not say what became of the message, or is endless, kills nobody and sends nothing twice."""
    number = await peer.play(Case.ACCEPT)
    peer.answers[number] = answer
    async with account(peer) as gateway:
        receipt = await send_one(gateway, letter(number))
        assert receipt.outcome is Outcome.UNKNOWN
        after = await send_one(gateway, letter(await peer.play(Case.ACCEPT)))
    assert after.outcome is Outcome.ACCEPTED


async def test_a_truncated_answer_leaves_the_outcome_unknown(peer: OvhPeer) -> None:
    """An answer that breaks off before its announced end is none."""
    number = await peer.play(Case.ACCEPT)
    peer.truncated = number
    async with account(peer) as gateway:
        assert (await send_one(gateway, letter(number))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"creditsLeft": 49.9}, Trouble.CREDIT),
        ({"creditsLeft": 0}, Trouble.CREDIT),
        ({"status": "disable"}, Trouble.CREDENTIALS),
        ({"creditsLeft": "?"}, Trouble.PROVIDER),
        ({"creditsLeft": 50}, None),
    ],
)
async def test_a_probe_reads_the_credits(
    peer: OvhPeer, changes: dict[str, Any], trouble: Trouble | None
) -> None:
    """Below `credit_floor` the gateway would fall silent in the middle of an alert: it is told down before."""
    peer.account |= changes
    async with account(peer, credit_floor=50) as gateway:
        probe = await gateway.check()
    assert (probe.trouble, probe.outcome is Outcome.ACCEPTED) == (trouble, trouble is None)
    left = peer.account["creditsLeft"]
    assert probe.credit == (None if left == "?" else Credit(left, "credits"))
    assert peer.jobs == []


@pytest.mark.parametrize("status", ["waitingValidation", "refused", "disable"])
async def test_a_probe_names_a_sender_that_is_not_valid(peer: OvhPeer, status: str) -> None:
    """A sender that OVHcloud has not validated carries nothing."""
    peer.sender = status
    async with account(peer) as gateway:
        assert (await gateway.check()).trouble is Trouble.SENDER


async def test_a_lost_message_is_found_by_its_tag(peer: OvhPeer) -> None:
    """What the provider took before the line broke is found by our reference, and what became of it is told."""
    message = letter(await peer.play(Case.TEAR_AFTER))
    async with account(peer) as gateway:
        assert (await send_one(gateway, message)).outcome is Outcome.UNKNOWN
        [found] = await gateway.look_up([message.reference, "never-sent0"])
        assert (found.reference, found.outcome) == (message.reference, Outcome.ACCEPTED)
        peer.outgoing[int(found.provider_ref)] |= {"deliveryReceipt": 1, "ptt": 4}
        [found] = await gateway.look_up([message.reference])
    assert found.outcome is Outcome.DELIVERED


async def test_an_accepted_message_is_asked_for_by_its_identifier(peer: OvhPeer) -> None:
    """One question where the identifier was answered, not two."""
    message = letter(await peer.play(Case.ACCEPT))
    async with account(peer) as gateway:
        receipt = await send_one(gateway, message)
        peer.asked.clear()
        [found] = await gateway.look_up([message.reference])
    assert peer.asked == [f"GET /1.0/sms/sms-ab12345-1/outgoing/{receipt.provider_ref}"]
    assert found.provider_ref == receipt.provider_ref


async def test_a_foreign_message_is_no_answer(peer: OvhPeer) -> None:
    """What bears another tag is passed over."""
    message = letter(await peer.play(Case.ACCEPT))
    async with account(peer) as gateway:
        receipt = await send_one(gateway, message)
        peer.outgoing[int(receipt.provider_ref)]["tag"] = "another-one"
        assert list(await gateway.look_up([message.reference])) == []


async def test_a_look_up_gives_what_it_found_in_time(peer: OvhPeer) -> None:
    """Where the provider falls silent, what was found before is given, and the rest stays unasked."""
    batch = [letter(await peer.play(Case.ACCEPT)) for _ in range(3)]
    async with account(peer, timeout_s=0.5, parallel=1) as gateway:
        assert len([receipt async for receipt in gateway.send(batch)]) == 3
        peer.silent_after = 1
        found = await gateway.look_up([message.reference for message in batch])
    assert [each.reference for each in found] == [batch[0].reference]


async def test_nothing_secret_is_told(peer: OvhPeer, caplog: pytest.LogCaptureFixture) -> None:
    """Neither receipts nor logs hold a key, a signature or a number."""
    cases = [Case.CREDENTIALS, Case.REJECT, Case.REFUSE, Case.TEAR_AFTER, Case.RUBBISH_AFTER, Case.ACCEPT]
    caplog.set_level(0)
    async with account(peer) as gateway:
        told = [await send_one(gateway, letter(await peer.play(case))) for case in cases]
    words = json.dumps([repr(receipt) for receipt in told]) + caplog.text
    assert not [
        word for word in ("application-7f3a", "secret-of", "consumer-91bc", "$1$", "3363998") if word in words
    ]


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"base_url": "http://eu.api.ovh.com/1.0"}, "base_url"),
        ({"base_url": "https://"}, "base_url"),
        ({"sender": "X"}, "sender"),
        ({"sender": "MAIRIE DE FORET"}, "sender"),
        ({"service_name": "../me"}, "service_name"),
        ({"consumer_key": None}, "consumer_key"),
        ({"consumer_key": ""}, "consumer_key"),
        ({"application_secret_file": "/nowhere"}, "application_secret_file"),
        ({"consumer": "x"}, "consumer"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(changes: dict[str, Any], option: str) -> None:
    """The error names the option, and never holds a secret."""
    peer = OvhPeer()
    peer.base = "http://127.0.0.1:1/1.0"
    with pytest.raises(OptionError) as caught:
        load("operateur", "ovh", peer.options(1) | changes, Surroundings(now_ms=lambda: NOW_MS))
    assert f"[gateways.operateur] {option}:" in str(caught.value)
    assert "secret-of" not in str(caught.value)


async def test_silence_after_the_first_byte_is_not_waited_for_longer(peer: OvhPeer) -> None:
    """A provider that took the message and says nothing leaves it unknown once `timeout_s` is over."""
    async with account(peer, timeout_s=0.3) as gateway:
        receipt = await send_one(gateway, letter(await peer.play(Case.HANG_AFTER)))
        await asyncio.wait_for(peer.got_job.wait(), 60)
    assert (receipt.outcome, receipt.trouble) == (Outcome.UNKNOWN, Trouble.CONNECTION)
