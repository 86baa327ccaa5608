"""FCM: what a phone's message says, one word for all, and which errors mean what."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fcm_peer import AUDIENCE, FcmPeer, error, key_file
from fcm_project import TOKEN, project, send
from peers import LENT, NOW_MS, Case, letter

from gateways.contract import OptionError, Outcome, Surroundings
from gateways.fcm.payload import MOST_BYTES
from gateways.loader import load
from gateways.registration import Registration

FID = "fXk3gPqzR0mVbN2wLd8aYc"


@pytest.fixture
async def peer() -> AsyncIterator[FcmPeer]:
    async with FcmPeer() as played:
        yield played


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        (f"fid:{FID}", "fid", FID),
        (FID, "fid", FID),
        (TOKEN, "token", TOKEN),
        (f"token:{TOKEN}", "token", TOKEN),
    ],
)
async def test_a_phone_is_named_as_it_registered(peer: FcmPeer, address: str, field: str, value: str) -> None:
    """An installation id and a token go each in their own field, and never both."""
    async with project(peer) as gateway:
        [receipt] = await send(gateway, letter(address))
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.provider_ref.startswith("projects/foret-sur-eau/messages/")
    assert {key: peer.messages[0].get(key) for key in ("fid", "token")} == {"fid": None, "token": None} | {field: value}  # fmt: skip
    assert Registration.read(address).canonical() == f"{field}:{value}"


@pytest.mark.parametrize(
    "address",
    ["", "fid:", "fid:short", f"fid:{FID}x", "token:", "token:a b", f'token:{"x" * 30}","topic":"all', "x" * 2000,
     "https://fcm.googleapis.com/x", '{"endpoint":"https://fcm.googleapis.com/x"}', f"topic:{FID}"],
)  # fmt: skip
async def test_what_is_no_registration_is_told_to_nobody(peer: FcmPeer, address: str) -> None:
    """A browser's subscription, or what would break out of its field, fails here and marks no address dead."""
    async with project(peer) as gateway:
        [receipt] = await send(gateway, letter(address))
    assert (receipt.outcome, receipt.code, peer.asked) == (Outcome.FAILED, "not written", 0)


@pytest.mark.parametrize(
    ("level", "android", "shown", "apns", "interrupts"),
    [
        ("danger", "HIGH", "PRIORITY_MAX", "10", "time-sensitive"),
        ("warning", "HIGH", "PRIORITY_HIGH", "10", "active"),
        ("info", "NORMAL", "PRIORITY_DEFAULT", "5", "active"),
    ],
)
async def test_a_level_decides_how_loud_it_is(
    peer: FcmPeer, level: str, android: str, shown: str, apns: str, interrupts: str
) -> None:
    """Android: its priority and the app's channel of that level; iPhone: its priority and what it interrupts."""
    channels = {"danger": "vigilance_rouge", "warning": "warning", "info": "info"}
    async with project(peer, android_channel_danger="vigilance_rouge") as gateway:
        await send(gateway, letter(TOKEN, level=level))
    [message] = peer.messages
    assert message["android"]["priority"] == android
    assert message["android"]["notification"]["channel_id"] == channels[level]
    assert message["android"]["notification"]["notification_priority"] == shown
    assert message["apns"]["headers"]["apns-priority"] == apns
    assert message["apns"]["payload"]["aps"]["interruption-level"] == interrupts
    assert message["apns"]["payload"]["aps"]["sound"] == "default"


@pytest.mark.parametrize("level", ["danger", "warning", "info"])
async def test_only_a_danger_breaks_through_silence_and_only_where_apple_allows_it(
    peer: FcmPeer, level: str
) -> None:
    """`critical_alerts` says that the app holds the entitlement; a warning is never critical."""
    async with project(peer, critical_alerts=True) as gateway:
        await send(gateway, letter(TOKEN, level=level))
    aps = peer.messages[0]["apns"]["payload"]["aps"]
    assert (aps["interruption-level"] == "critical") is (level == "danger")
    assert (aps["sound"] == {"critical": 1, "name": "default", "volume": 1.0}) is (level == "danger")


@pytest.mark.parametrize(("seconds", "ttl"), [(3600, 3599), (60, 59), (40_000_000, 2_419_200)])
async def test_a_message_lives_as_long_as_is_left(peer: FcmPeer, seconds: int, ttl: int) -> None:
    """Android counts seconds, Apple has a date; at most the four weeks that FCM keeps one."""
    async with project(peer) as gateway:
        await send(gateway, letter(TOKEN, expires_in_s=seconds))
    [message] = peer.messages
    assert message["android"]["ttl"] == f"{ttl}s"
    assert message["apns"]["headers"]["apns-expiration"] == str(NOW_MS // 1000 + ttl)


async def test_what_is_over_does_not_leave(peer: FcmPeer) -> None:
    """It is given back, whether it was over at once or while the word was waited for."""
    peer.hold_tokens = asyncio.Event()
    async with project(peer) as gateway:
        [over] = await send(gateway, letter(TOKEN, expires_in_s=-1))
        asyncio.get_running_loop().call_later(1.05, peer.hold_tokens.set)
        [late] = await send(gateway, letter(TOKEN, expires_in_s=1))
    assert [(each.outcome, each.code) for each in (over, late)] == [(Outcome.RETRY, "too late")] * 2
    assert peer.asked == 0


async def test_a_phone_is_not_told_that_it_is_asked_after(peer: FcmPeer) -> None:
    """FCM checks the registration and hands nothing to the phone; whoever uninstalled the app is dead all the same."""
    async with project(peer) as gateway:
        gone = await peer.play(Case.ACCEPT)
        peer.answers[gone] = error(404, "NOT_FOUND", "UNREGISTERED")
        told = {
            each.outcome
            for address in (TOKEN, gone)
            for each in await send(gateway, letter(address, silent=True))
        }
        assert gateway.capabilities.silent is not None
        assert gateway.capabilities.silent(TOKEN)
    assert told == {Outcome.ACCEPTED, Outcome.REFUSED}
    assert (peer.checked, peer.messages) == ([f"token:{TOKEN}"], [])


async def test_one_key_for_all_of_an_alert(peer: FcmPeer) -> None:
    """What waits, and what is shown, is replaced by what follows in the thread; the key says nothing of the thread."""
    async with project(peer) as gateway:
        for thread in ("alert-7", "alert-7", "alert-8"):
            await send(gateway, letter(TOKEN, thread=thread))
    keys = [
        {
            message["android"]["collapse_key"],
            message["android"]["notification"]["tag"],
            message["apns"]["headers"]["apns-collapse-id"],
            message["data"]["thread"],
        }
        for message in peer.messages
    ]
    assert [len(each) for each in keys] == [1, 1, 1]
    assert keys[0] == keys[1] != keys[2]
    assert "alert" not in str(keys)
    assert len(keys[0].pop()) <= 64


async def test_nothing_personal_is_told(peer: FcmPeer) -> None:
    """The text, the link and the reference; data are strings, and no other field goes to Google."""
    async with project(peer) as gateway:
        await send(gateway, letter(TOKEN, url="https://alertes.foret.example/a/abcdefghijk"))
    [message] = peer.messages
    assert set(message) == {"token", "notification", "data", "android", "apns"}
    assert message["notification"] == {"title": "Crue de la Rivière", "body": letter(TOKEN).text}
    assert set(message["data"]) == {"level", "locale", "reference", "thread", "url"}
    assert all(isinstance(value, str) for value in message["data"].values())


async def test_the_text_may_stay_with_us(peer: FcmPeer) -> None:
    """`show_text = false`: Google and Apple learn who speaks and where the rest is; the app fetches it."""
    async with project(peer, show_text=False) as gateway:
        await send(gateway, letter(TOKEN))
    [message] = peer.messages
    assert "notification" not in message
    assert "notification" not in message["android"]
    aps = message["apns"]["payload"]["aps"]
    assert (aps["alert"], aps["mutable-content"]) == ({"title": "Mairie de Forêt-sur-Eau"}, 1)
    assert not [word for word in ("Crue", "étage") if word in json.dumps(message, ensure_ascii=False)]


@pytest.mark.parametrize("text", ["é" * 5_000, "Montez à l’étage. " * 300, "\u0001" * 3_000, "👨‍👩‍👧" * 900])
async def test_a_long_text_is_cut_to_what_fcm_takes(peer: FcmPeer, text: str) -> None:
    """Whatever the text is made of, under 3,900 bytes, with the rest behind the link."""
    async with project(peer) as gateway:
        [receipt] = await send(gateway, letter(TOKEN, text=text, url="https://f.example/" + "y" * 900))
    assert receipt.outcome is Outcome.ACCEPTED
    assert peer.sizes[0] <= MOST_BYTES
    assert peer.messages[0]["notification"]["body"].endswith("…")


async def test_what_cannot_be_cut_or_written_fails(peer: FcmPeer) -> None:
    """A link longer than the notification, half a character: this message, and nothing of the phone."""
    async with project(peer) as gateway:
        receipts = await send(gateway, letter(TOKEN, url="y" * 4_000), letter(TOKEN, text="\ud800"))
    assert {(each.outcome, each.code) for each in receipts} == {(Outcome.FAILED, "not written")}
    assert peer.asked == 0


async def test_a_phone_that_is_gone_is_dead_and_no_other(peer: FcmPeer) -> None:
    """UNREGISTERED is said of one phone: the others of its batch are told."""
    async with project(peer) as gateway:
        gone, other = letter(await peer.play(Case.ACCEPT)), letter(await peer.play(Case.ACCEPT))
        peer.answers[gone.address] = error(404, "NOT_FOUND", "UNREGISTERED")
        outcomes = {each.reference: each.outcome for each in await send(gateway, gone, other)}
    assert outcomes == {gone.reference: Outcome.REFUSED, other.reference: Outcome.ACCEPTED}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"type": "authorized_user"}, "service_account_file"),
        ({"private_key": "no key"}, "service_account_file"),
        ({"client_email": None, "private_key": ""}, "service_account_file"),
        ({"project_id": ""}, "project_id: is missing"),
        ({"token_uri": "http://oauth2.example/token"}, "token_uri"),
    ],
)
def test_a_key_that_cannot_work_is_refused(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    """The error names the option, and never shows the key."""
    options = {"service_account_file": str(key_file(tmp_path, **changes))}
    with pytest.raises(OptionError, match=rf"^\[gateways\.telephones\] {fault}") as caught:
        load("telephones", "fcm", options, Surroundings(**LENT))
    assert "PRIVATE" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"service_account_file": "/nowhere/key.json"}, "service_account_file: /nowhere/key.json cannot be read"),
        ({"base_url": "http://fcm.googleapis.com"}, "base_url"),
        ({"base_url": "https://u:p@fcm.googleapis.com"}, "base_url"),
        ({"token_uri": "ftp://oauth2.googleapis.com"}, "token_uri"),
        ({"project_id": "Forêt"}, "project_id"),
        ({"android_channel_danger": "a b"}, "android_channel_danger"),
        ({"parallel": 0}, "parallel"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"critical_alerts": "yes"}, "critical_alerts"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_work_is_refused(tmp_path: Path, options: dict[str, Any], fault: str) -> None:
    """An option that cannot be used is named with its table."""
    with pytest.raises(OptionError, match=rf"^\[gateways\.telephones\] {fault}"):
        load("telephones", "fcm", {"service_account_file": str(key_file(tmp_path))} | options, Surroundings(**LENT))  # fmt: skip


def test_a_word_is_fetched_where_the_key_says(tmp_path: Path) -> None:
    """Without token_uri Google's own; the project is the key's unless another is named."""
    options = {"service_account_file": str(key_file(tmp_path)), "project_id": "autre-projet"}
    gateway: Any = load("telephones", "fcm", options, Surroundings(**LENT))
    assert gateway._word._account.token_uri == AUDIENCE
    assert str(gateway._url) == "https://fcm.googleapis.com/v1/projects/autre-projet/messages:send"
