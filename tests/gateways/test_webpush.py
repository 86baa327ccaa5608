"""Notifications to browsers: what a push service is told, what the browser reads, what each answer means."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from peers import NOW_MS, Case, letter
from webpush_peer import WebPushPeer
from webpush_pusher import opened_pusher, push_one

from gateways.contract import Callback, Outcome, Trouble
from gateways.patience import patience_s, wait_s
from gateways.subscription import decoded
from gateways.webpush.receipts import Acknowledgements
from gateways.webpush.verdict import judge


@pytest.fixture
async def peer() -> AsyncIterator[WebPushPeer]:
    async with WebPushPeer() as played:
        yield played


async def test_the_service_worker_needs_to_fetch_nothing(peer: WebPushPeer) -> None:
    """The message brings all that a notification shows, its link, and where to report."""
    async with opened_pusher(peer.options(5)) as gateway:
        message = letter(await peer.play(Case.ACCEPT), url="https://foret.example/a/abcdefghijk")
        assert [each.outcome async for each in gateway.send([message])] == [Outcome.ACCEPTED]
    [told] = peer.payloads
    assert told.pop("ack").startswith(f"/rappels/navigateurs/{message.reference}.")
    assert told == {
        "title": "Crue de la Rivière",
        "body": message.text,
        "url": message.url,
        "tag": "alert-7",
        "level": "danger",
        "locale": "fr",
        "reference": message.reference,
    }


@pytest.mark.parametrize(("level", "urgency"), [("danger", "high"), ("warning", "high"), ("info", "normal")])
async def test_a_service_is_told_how_urgent_it_is(peer: WebPushPeer, level: str, urgency: str) -> None:
    """Urgency in the words of RFC 8030, and a length of life that was left."""
    async with opened_pusher(peer.options(5)) as gateway:
        await push_one(gateway, await peer.play(Case.ACCEPT), level=level, expires_in_s=3600)
        await push_one(gateway, await peer.play(Case.ACCEPT), level=level, expires_in_s=40_000_000)
    [first, second] = [headers for _, headers, _ in peer.requests]
    assert (first["Urgency"], first["TTL"]) == (urgency, "3599")
    assert second["TTL"] == "2419200"
    assert first["Content-Encoding"] == "aes128gcm"
    assert "Cookie" not in first


async def test_a_phone_is_asked_silently_whether_it_is_there(peer: WebPushPeer) -> None:
    """Its worker is told to show next to nothing, and the service that nobody need be woken; Apple's is never asked."""
    async with opened_pusher(peer.options(5)) as gateway:
        address = await peer.play(Case.ACCEPT)
        await push_one(gateway, address, level="info", silent=True)
        may = gateway.capabilities.silent
    [(_, headers, _)] = peer.requests
    assert headers["Urgency"] == "low"
    assert peer.payloads[0]["silent"] is True
    assert may is not None
    hosts = ("web.push.apple.com", "x.push.apple.com", "fcm.googleapis.com", "push.apple.com.example")
    assert [may(address.replace(peer.origin, f"https://{host}")) for host in hosts] == [
        False,
        False,
        True,
        True,
    ]
    assert not may("no subscription")


async def test_one_topic_for_all_of_an_alert(peer: WebPushPeer) -> None:
    """What still waits at the service is replaced by what follows in the thread; the topic says nothing of the thread."""
    async with opened_pusher(peer.options(5)) as gateway:
        for thread in ("alert-7", "alert-7", "alert-8", ""):
            await push_one(gateway, await peer.play(Case.ACCEPT), thread=thread)
    one, again, other, none = [headers.get("Topic", "") for _, headers, _ in peer.requests]
    assert one == again != other
    assert len(one) == 32
    assert len(decoded(one)) == 24
    assert none == ""


async def test_we_sign_for_each_service(peer: WebPushPeer) -> None:
    """The word is signed by the key that browsers were given, for this service's origin, and names whom to write to."""
    async with opened_pusher(peer.options(5)) as gateway:
        await push_one(gateway, await peer.play(Case.ACCEPT))
        token, key = vapid(peer.requests[0][1])
        assert key == gateway.capabilities.application_server_key
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(decoded(claims)) == {
        "aud": peer.origin,
        "exp": NOW_MS // 1000 + 12 * 3600,
        "sub": "mailto:alertes@foret.example",
    }
    r, s = (int.from_bytes(half, "big") for half in (decoded(signature)[:32], decoded(signature)[32:]))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ECDSA(SHA256()))


async def test_a_word_is_signed_once_until_it_is_nearly_over(peer: WebPushPeer) -> None:
    """Kept for eleven hours; signed anew after, and after a clock was set back."""
    now = [NOW_MS]
    async with opened_pusher(peer.options(5), now_ms=lambda: now[0]) as gateway:
        for hours in (0, 10.9, 11.1, 4):
            now[0] = NOW_MS + int(hours * 3_600_000)
            await push_one(gateway, await peer.play(Case.ACCEPT))
    first, kept, renewed, back = [vapid(headers)[0] for _, headers, _ in peer.requests]
    assert first == kept
    assert len({first, renewed, back}) == 3


def vapid(headers: dict[str, str]) -> tuple[str, str]:
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    return token, key


@pytest.mark.parametrize(
    ("status", "outcome", "trouble"),
    [
        (200, Outcome.ACCEPTED, None),
        (201, Outcome.ACCEPTED, None),
        (202, Outcome.ACCEPTED, None),
        (301, Outcome.RETRY, Trouble.PROVIDER),
        (307, Outcome.RETRY, Trouble.PROVIDER),
        (400, Outcome.FAILED, None),
        (401, Outcome.RETRY, Trouble.CREDENTIALS),
        (403, Outcome.RETRY, Trouble.CREDENTIALS),
        (404, Outcome.REFUSED, None),
        (406, Outcome.THROTTLED, Trouble.QUOTA),
        (408, Outcome.RETRY, None),
        (410, Outcome.REFUSED, None),
        (413, Outcome.FAILED, None),
        (429, Outcome.THROTTLED, Trouble.QUOTA),
        (500, Outcome.RETRY, Trouble.PROVIDER),
        (503, Outcome.RETRY, Trouble.PROVIDER),
    ],
)
async def test_what_an_answer_means(
    peer: WebPushPeer, status: int, outcome: Outcome, trouble: Trouble | None
) -> None:
    """Only 404 and 410 say that a browser is gone; no redirection is followed."""
    async with opened_pusher(peer.options(5)) as gateway:
        address = await peer.play(Case.ACCEPT)
        where = {"Location": f"{peer.origin}/elsewhere"}
        peer.answers[address] = web.Response(status=status, text="un\nmot", headers=where)
        receipt = await push_one(gateway, address)
    assert (receipt.outcome, receipt.trouble, receipt.code) == (outcome, trouble, str(status))
    assert receipt.detail == "un mot"
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions."),
        (401, '{"code":401,"errno":109,"error":"Unauthorized","message":"VAPID public key mismatch"}'),
        (400, '{"reason":"VapidPkHashMismatch"}'),
        (400, "UnauthorizedRegistration"),
    ],
)  # fmt: skip
async def test_a_strangers_subscription_does_not_accuse_our_key(
    peer: WebPushPeer, status: int, words: str
) -> None:
    """Made for another key: ours is in doubt only until the service has taken a message by it; nobody is dead."""
    async with opened_pusher(peer.options(5)) as gateway:
        first, second = await peer.play(Case.ACCEPT), await peer.play(Case.ACCEPT)
        peer.answers |= {each: web.Response(status=status, text=words) for each in (first, second)}
        doubted = await push_one(gateway, first)
        await push_one(gateway, await peer.play(Case.ACCEPT))
        believed = await push_one(gateway, second)
    assert (doubted.outcome, doubted.trouble) == (Outcome.RETRY, Trouble.CREDENTIALS)
    assert (believed.outcome, believed.trouble) == (Outcome.FAILED, None)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("99999999", 3600.0),
        ("9" * 400, 3600.0),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120.0),
        ("Thu, 01 Jan 2026 00:02:00 -0000", 120.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 1.0),
        ("", 60.0),
        ("soon", 60.0),
        ("-5", 60.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(told: str, seconds: float) -> None:
    """Between a second and an hour, whatever is written there."""
    assert wait_s(told, NOW_MS) == seconds


@pytest.mark.parametrize(("told", "seconds"), [("15", 15.0), ("3600", 60.0), ("soon", 60.0), ("", None)])
def test_who_is_away_is_believed_for_a_minute(told: str, seconds: float | None) -> None:
    """A service in trouble (503) says when to come again: never sooner, but a danger does not wait for an hour that it names."""
    receipt = judge("r", 503, "", retry_after=told, now_ms=NOW_MS)
    assert (receipt.outcome, receipt.retry_after_s) == (Outcome.RETRY, seconds)
    assert patience_s(Outcome.FAILED, "7", NOW_MS) is None


async def test_a_long_answer_is_read_in_part(peer: WebPushPeer) -> None:
    """A body without an end holds up nothing: the status is the answer, and the next message passes."""
    async with opened_pusher(peer.options(5)) as gateway:
        long = await peer.play(Case.ACCEPT)
        peer.answers[long] = web.Response(status=201, body=b"x" * 5_000_000)
        receipt = await push_one(gateway, long)
        assert (receipt.outcome, len(receipt.detail)) == (Outcome.ACCEPTED, 300)
        assert (await push_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED


async def test_cookies_are_forgotten(peer: WebPushPeer) -> None:
    """What a service wants remembered is not: nothing ties one browser's messages to another's."""
    async with opened_pusher(peer.options(5)) as gateway:
        address = await peer.play(Case.ACCEPT)
        peer.answers[address] = web.Response(status=201, headers={"Set-Cookie": "who=me; Path=/"})
        await push_one(gateway, address)
        await push_one(gateway, address)
    assert "Cookie" not in peer.requests[1][1]


async def test_what_is_over_is_not_written(peer: WebPushPeer) -> None:
    """A message whose time ended before it could be written comes back, and nothing of it left."""
    async with opened_pusher(peer.options(5)) as gateway:
        receipt = await push_one(gateway, await peer.play(Case.ACCEPT), expires_in_s=-1)
    assert (receipt.outcome, receipt.code, peer.requests) == (Outcome.RETRY, "too late", [])


async def test_a_service_worker_reports(peer: WebPushPeer) -> None:
    """With the path that came inside the message it tells that it was shown, then that it was touched."""
    async with opened_pusher(peer.options(5)) as gateway:
        message = letter(await peer.play(Case.ACCEPT))
        [_] = [each async for each in gateway.send([message])]
        ack = peer.payloads[0]["ack"]
        words = [b"delivered", b" seen\n", b"bought"]
        told = [gateway.read_callback(call(ack, body=word))[0] for word in words]
    assert [(each.reference, each.outcome) for each in told] == [
        (message.reference, Outcome.DELIVERED),
        (message.reference, Outcome.SEEN),
        ("", Outcome.UNKNOWN),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"find": "ref", "put": "reg"},
        {"find": ".", "put": ""},
        {"find": ".", "put": ".A"},
        {"find": "/navigateurs/", "put": "/navigateurs/é"},
    ],
)
async def test_an_invented_report_is_turned_away(peer: WebPushPeer, change: dict[str, str]) -> None:
    """Who did not read the message cannot write its path, and nothing is kept of the call."""
    async with opened_pusher(peer.options(5)) as gateway:
        await push_one(gateway, await peer.play(Case.ACCEPT))
        ack = peer.payloads[0]["ack"].replace(change.get("find", " "), change.get("put", " "))
        assert list(gateway.read_callback(call(ack, method=change.get("method", "POST")))) == []


def test_a_path_is_one_gateway_s() -> None:
    """What one gateway sent cannot be reported to another of the same instance."""
    one, other = (Acknowledgements(name, b"key", "/rappels/") for name in ("un", "autre"))
    path = one.path("abcdefghijk")
    assert one.read(call(path))
    assert not other.read(call(path.replace("/un/", "/autre/")))


def call(path: str, *, method: str = "POST", body: bytes = b"delivered") -> Callback:
    headers: dict[str, Any] = {"content-type": "text/plain"}
    return Callback(method, f"https://foret.example{path}", headers, body)
