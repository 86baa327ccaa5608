"""From a table of alertd.toml to a gateway, or to an error that says what to write."""

from collections.abc import Sequence

import pytest

from gateways.contract import Message, OptionError, Surroundings
from gateways.loader import drivers, load


async def forget(_: str, __: Sequence[Message]) -> None:
    """Keeps nothing."""


SURROUNDINGS = Surroundings(record=forget, now_ms=lambda: 0)


def test_a_driver_is_found_by_its_file() -> None:
    """The drivers are the files beside the contract, without what they share."""
    assert {"sandbox", "smtp", "webpush"} <= set(drivers())
    assert not {
        "contract",
        "http",
        "loader",
        "notification",
        "options",
        "orders",
        "registration",
        "parallel",
        "subscription",
        "text",
    } & set(drivers())


def test_a_gateway_bears_its_own_name() -> None:
    """Two gateways of one driver are told apart by the name of their table."""
    assert [load(name, "sandbox", {}, SURROUNDINGS).name for name in ("essai", "autre")] == ["essai", "autre"]


@pytest.mark.parametrize(
    "driver", ["nope", "contract", "loader", "text", "", "Sandbox", "../smtp", "smtp.pool", "os"]
)
def test_an_unknown_driver_is_refused(driver: str) -> None:
    """What is no driver is never imported, and the error lists those there are."""
    with pytest.raises(OptionError, match=r"^\[gateways\.essai\] driver: .* write one of .*sandbox.*smtp"):
        load("essai", driver, {}, SURROUNDINGS)


def test_every_fault_is_told_at_once() -> None:
    """Who mends a table reads all its faults together, each with its option."""
    with pytest.raises(OptionError) as caught:
        load("essai", "smtp", {"prot": 25, "from_address": "a@b.example"}, SURROUNDINGS)
    assert "[gateways.essai] host: is missing" in str(caught.value)
    assert "[gateways.essai] prot: is not an option" in str(caught.value)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"port": "18625"}, "port: is not a whole number"),
        ({"port": 25.5}, "port: is not a whole number"),
        ({"timeout_s": "5"}, "timeout_s: is not a number"),
        ({"host": 5}, "host: is not text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(option: dict[str, object], told: str) -> None:
    """Text is never taken for a number, nor the reverse; the value is not repeated, it may be a password."""
    with pytest.raises(OptionError) as caught:
        load("essai", "smtp", {"host": "h", "from_address": "a@b.example"} | option, SURROUNDINGS)
    assert str(caught.value).startswith(f"[gateways.essai] {told}; write")
    assert "18625" not in str(caught.value)


NEEDED = {
    "sandbox": {},
    "webpush": {"contact": "mailto:a@b.example"},
    "smtp": {"host": "h", "from_address": "a@b.example"},
    "ovh": {
        "application_key": "a",
        "application_secret": "b",
        "consumer_key": "c",
        "service_name": "sms-x-1",
    },
}


@pytest.mark.parametrize("driver", NEEDED)
def test_a_forgotten_surrounding_is_a_bug(driver: str) -> None:
    """What the composition root must lend is asked for when the gateway is made, not at the first message."""
    with pytest.raises(TypeError, match="pass Surroundings"):
        load("essai", driver, NEEDED[driver], Surroundings())


@pytest.mark.parametrize(("driver", "served"), [("smtp", "email"), ("ovh", "sms"), ("webpush", "push")])
def test_a_channel_that_the_driver_does_not_serve_is_refused(driver: str, served: str) -> None:
    """A table may not promise by a provider what the provider cannot carry; the error says what it does carry."""
    lent = Surroundings(
        record=forget,
        now_ms=lambda: 0,
        lasting_key=lambda _: bytes(48),
        public_url="http://127.0.0.1:8080",
        callbacks="/callbacks/",
    )
    assert load("essai", driver, NEEDED[driver], lent, [served]).name == "essai"
    told = rf"^\[gateways\.essai\] channels: {driver} serves {served} only; remove voice,"
    with pytest.raises(OptionError, match=told):
        load("essai", driver, NEEDED[driver], lent, [served, "voice"])


def test_the_sandbox_serves_every_channel() -> None:
    """A training station tries them all."""
    every = ["sms", "push", "email", "voice", "display"]
    assert load("essai", "sandbox", {}, SURROUNDINGS, every).capabilities.channels == set(every)
