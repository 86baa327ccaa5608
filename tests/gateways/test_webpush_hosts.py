"""To whom web push speaks: an endpoint is what a stranger typed, and leads to a known service or nowhere."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from peers import Case
from webpush_peer import AUTH, WebPushPeer, point
from webpush_pusher import opened_pusher, push_one, pusher

from gateways.contract import OptionError, Outcome, Trouble
from gateways.subscription import Subscription, encoded
from gateways.webpush.hosts import PublicOnly, is_public
from gateways.webpush.vapid import Vapid

KEY = generate_private_key(SECP256R1())
PUBLIC = ["203.0.114.5", "2a01:e0a::1"]


def subscription(endpoint: Any, **keys: Any) -> str:
    """As a browser would write it."""
    mine = {"p256dh": encoded(point(KEY)), "auth": encoded(AUTH)} | keys
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": mine})


@pytest.mark.parametrize(
    ("endpoint", "service"),
    [
        ("https://fcm.googleapis.com/fcm/send/x:y", "fcm.googleapis.com"),
        ("https://FCM.googleapis.com:443/wp/x", "fcm.googleapis.com"),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", "*.push.services.mozilla.com"),
        ("https://web.push.apple.com/Q", "*.push.apple.com"),
        ("https://wns2-par02p.notify.windows.com/w/?token=x%2f", "*.notify.windows.com"),
        ("http://fcm.googleapis.com/x", ""),
        ("https://fcm.googleapis.com:8443/x", ""),
        ("https://fcm.googleapis.com.evil.example/x", ""),
        ("https://evil.example/fcm.googleapis.com", ""),
        ("https://evilpush.apple.com/x", ""),
        ("https://push.apple.com/x", ""),
        ("https://fcm.googleapis.com@evil.example/x", ""),
        ("https://evil.example#.push.apple.com/x", ""),
        ("https://evil.example\\.push.apple.com/x", ""),
        ("https://evil.example%00.push.apple.com/x", ""),
        ("https://fcm.googleapis.com./x", ""),
        ("https://127.0.0.1/x", ""),
        ("https://[::1]/x", ""),
        ("https://2130706433/x", ""),
        ("https://fcm.googleapis.com:99999/x", ""),
        ("https://fcm.googleapis.com /x", ""),
        ("https://fcm.googleapis.com/\r\nX: y", ""),
        ("ftp://fcm.googleapis.com/x", ""),
        ("", ""),
        (7, ""),
        (None, ""),
    ],
)
async def test_only_known_services_are_spoken_to(endpoint: Any, service: str) -> None:
    """A name on the list, https, its usual port; all the rest fails before a name is even looked up."""
    async with opened_pusher({"timeout_s": 0.001 if service else 5}) as gateway:
        assert gateway.capabilities.host_of is not None
        assert gateway.capabilities.host_of(subscription(endpoint)) == service
        if not service:
            receipt = await push_one(gateway, subscription(endpoint))
            assert (receipt.outcome, receipt.code) == (Outcome.FAILED, "not written")


@pytest.mark.parametrize(
    "pattern", ["*.0.0.1", "127.0.0.1", "[::1]", "10.0.0.0/8", "*", "*.", "a b", "A.example"]
)
def test_an_address_is_no_name(pattern: str) -> None:
    """What is allowed is allowed by its name: an address would go past the resolver."""
    with pytest.raises(OptionError, match=r"^\[gateways.navigateurs\] hosts"):
        pusher({"hosts": [pattern]})


@pytest.mark.parametrize("name", ["localhost", "*.localhost"])
async def test_a_name_that_leads_home_is_refused_when_connecting(name: str) -> None:
    """An allowed name that resolves to this machine is not connected to; nothing was written."""
    async with opened_pusher({"hosts": [name], "timeout_s": 5}) as gateway:
        receipt = await push_one(gateway, subscription(f"https://{name.replace('*', 'push')}/x"))
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.CONNECTION)
    if name == "localhost":
        assert "leads into a private network" in receipt.detail


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1"),
    ],
)
def test_a_private_address_is_known_in_every_dress(address: str) -> None:
    """Loopback, private, link-local, shared; of both versions, and one inside the other."""
    assert not is_public(address)


@pytest.mark.parametrize("address", [*PUBLIC, "::ffff:203.0.114.5"[7:], "64:ff9b::cb00:7205"])
def test_a_public_address_passes(address: str) -> None:
    """Of both versions, also behind NAT64."""
    assert is_public(address)


class Names(AbstractResolver):
    """A name server that answers something else each time."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        found = self._answers.pop(0)
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in found
        ]

    async def close(self) -> None:
        pass


async def test_a_name_is_looked_at_each_time_it_is_resolved() -> None:
    """A name that was public and then leads home is refused then; so is one that leads to both."""
    resolver = PublicOnly(Names(PUBLIC, ["10.0.0.1"], [*PUBLIC, "::1"]))
    assert len(await resolver.resolve("push.example", 443)) == 2
    for _ in range(2):
        with pytest.raises(OSError, match="private network"):
            await resolver.resolve("push.example", 443)


async def test_a_subscription_has_one_form() -> None:
    """However a browser writes it, one person has one: order, case of the host, padding and what else is there."""
    keys = {"p256dh": encoded(point(KEY)) + "=", "auth": "c2l4dGVlbiBieXRlcyAhIQ=="}
    forms = {
        Subscription.read(subscription("https://fcm.googleapis.com/x?a=%2F")).canonical(),
        Subscription.read(subscription("https://FCM.googleapis.com:443/x?a=%2F", **keys)).canonical(),
    }
    [form] = forms
    assert form == '{"endpoint":"https://fcm.googleapis.com/x?a=%2F","keys":{"auth":"c2l4dGVlbiBieXRlcyAhIQ","p256dh":"' + encoded(point(KEY)) + '"}}'  # fmt: skip
    assert Subscription.read(form).canonical() == form


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", "null", '{"endpoint": "https://a.example/x"}', "[" * 2000, "x" * 3000),
        subscription("https://a.example/x", auth="c2hvcnQ"),
        subscription("https://a.example/x", p256dh=encoded(b"\x02" + bytes(32))),
        subscription("https://a.example/x", p256dh="@@@"),
        subscription("https://a.example/x", p256dh=None),
        subscription("https://a.example/x", p256dh=encoded(b"\x04" + bytes(64))),
        subscription("https://a.example/x", p256dh=encoded(b"\x04" + b"\x01" * 64)),
        subscription("https://a.example/x", p256dh=encoded(point(KEY)[:64])),
        subscription("https://a.example/x", p256dh=encoded(point(KEY) + b"\0")),
        subscription("https://a.example/x", p256dh=encoded(b"\x06" + point(KEY)[1:])),
        subscription("https://a.example/x", auth=encoded(bytes(17))),
        subscription("https://a.example/x", auth=""),
        *(
            subscription(f"https://{rest}")
            for rest in ("u:p@a.example/", "a.example/#x", "müller.example/", "a.example/ x")
        ),
        *(
            subscription(f"https://{rest}")
            for rest in ("a.example:99999/", "a.example:x/", "a.example./", "a.example\\@b/", "")
        ),
    ],
)
def test_what_is_no_subscription_is_refused(text: str) -> None:
    """A subscription that cannot be sent to is told so when it is made."""
    with pytest.raises(ValueError):  # noqa: PT011 - the sentences are for the page that asks
        Subscription.read(text).check()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"contact": "informatique@mairie.example"}, "contact: "),
        ({"extra_hosts": ["http://10.0.0.1:80"]}, "extra_hosts.0: write addresses of this machine"),
        ({"extra_hosts": ["https://push.example"]}, "extra_hosts.0: write addresses of this machine"),
        ({"private_key_file": "/nowhere/at/all"}, "private_key_file: /nowhere/at/all cannot be read"),
        ({"pool": 0}, "pool: "),
        ({"processes": 99}, "processes: "),
        ({"host": "x"}, "host: is not an option of this driver"),
    ],
)
def test_a_bad_option_is_named(options: dict[str, Any], said: str) -> None:
    """An option that cannot be used is named with its table."""
    with pytest.raises(OptionError) as caught:
        pusher(options)
    assert str(caught.value).startswith("[gateways.navigateurs] ")
    assert said in str(caught.value)


def test_a_service_on_this_machine_is_for_trials() -> None:
    """Where residents come from elsewhere, no subscription may lead to this machine."""
    with pytest.raises(OptionError, match="extra_hosts: is for trials on this machine"):
        pusher({"extra_hosts": ["http://127.0.0.1:9000"]}, public_url="https://alertes.foret.example")


def test_the_public_key_never_changes() -> None:
    """Browsers are bound to it: of one secret, one key, on every node and after every start."""
    key = pusher({}).capabilities.application_server_key
    assert key == pusher({"contact": "https://foret.example/"}).capabilities.application_server_key
    assert key == "BK5ptp-G43QXPbM8FWO6NMOgeU_haqUgNU8roG9zsPXkqfGN6OljswOtn9_9DC5DU2RDBmykrhpwFIbhojgORU4"
    assert key != pusher({}, lasting_key=lambda _: b"x" * 48).capabilities.application_server_key


def test_a_key_may_be_brought_along(tmp_path: Path) -> None:
    """The private key of other software is taken from its file, RFC 8291's own as an example; another text is not."""
    file = tmp_path / "vapid.key"
    file.write_text("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94\n")
    brought = pusher({"private_key_file": file}).capabilities.application_server_key
    assert (
        brought == "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    for bad in ("short", "-----BEGIN PRIVATE KEY-----", "A" * 43):
        file.write_text(bad)
        with pytest.raises(OptionError, match="holds no VAPID private key"):
            pusher({"private_key_file": file})


def test_a_seed_is_long_enough() -> None:
    """Fewer than 48 bytes would favour some keys."""
    with pytest.raises(ValueError, match="48 bytes"):
        Vapid.from_seed(bytes(32), "mailto:a@b.example", lambda: 0)


async def test_a_probe_asks_who_was_met_last() -> None:
    """The service that took a message last is asked, and after a failure the one before it."""
    async with WebPushPeer() as one, WebPushPeer() as other:
        options = one.options(5) | {"extra_hosts": [one.origin, other.origin]}
        async with opened_pusher(options) as gateway:
            for peer in (one, other):
                await push_one(gateway, await peer.play(Case.ACCEPT))
            await other.play(Case.AWAY)
            assert (await gateway.check()).trouble is Trouble.CONNECTION
            assert (await gateway.check()).outcome is Outcome.ACCEPTED


HOSTS = st.one_of(st.from_regex(r"[a-zA-Z0-9.-]{0,20}(:\d{0,5})?", fullmatch=True), st.just(".example"))
PATHS = st.text(st.sampled_from("/ab?=&%.:~;[]@#\\\"'é\u2028 "), max_size=20)
KEYS = st.binary(min_size=64, max_size=65).map(lambda rest: encoded(b"\x04" + rest))
SECRETS = st.one_of(st.just(encoded(AUTH)), st.binary(min_size=15, max_size=17).map(encoded))


@given(HOSTS, PATHS, KEYS, SECRETS)
def test_the_quick_reading_reads_the_same(host: str, path: str, key: str, auth: str) -> None:
    """Our own form is read by a short way: whatever is in it, the short way gives what the long one gives, or nothing."""
    keys = {"auth": auth, "p256dh": key}
    form = json.dumps({"endpoint": f"https://a{host}/{path}", "keys": keys}, separators=(",", ":"))
    assert read_or_none(form) == read_or_none(form.replace('","keys":', '", "keys":'))


def read_or_none(text: str) -> Subscription | None:
    """A blank sends it the long way."""
    try:
        return Subscription.read(text)
    except ValueError:
        return None


async def test_an_invented_name_does_not_accuse_the_service_it_stands_below() -> None:
    """Not found while others are reached: that message waits, and no service is left alone for it."""
    invented = subscription("https://nobody.push.invalid/x")
    async with WebPushPeer() as peer:
        options = peer.options(5) | {"hosts": ["*.push.invalid"]}
        async with opened_pusher(options) as gateway:
            first = await push_one(gateway, invented)
            await push_one(gateway, await peer.play(Case.ACCEPT))
            later = await push_one(gateway, invented)
    assert (first.outcome, first.code, first.trouble) == (Outcome.RETRY, "name not found", Trouble.CONNECTION)
    assert (later.outcome, later.code, later.trouble) == (Outcome.RETRY, "name not found", None)
