"""The sandbox: what it keeps, and the outcomes that its addresses rehearse."""

import pytest
from peers import letter
from sandbox_peer import SandboxPeer

from gateways.contract import Outcome, Surroundings
from gateways.loader import load
from gateways.sandbox import Sandbox


def sandbox(peer: SandboxPeer, **options: object) -> Sandbox:
    made = load("essai", "sandbox", options, Surroundings(record=peer.record))
    assert isinstance(made, Sandbox)
    return made


@pytest.mark.parametrize(
    ("tail", "first", "again"),
    [
        ("0001", Outcome.REFUSED, Outcome.REFUSED),
        ("0002", Outcome.RETRY, Outcome.DELIVERED),
        ("0003", Outcome.UNKNOWN, Outcome.UNKNOWN),
        ("0004", Outcome.THROTTLED, Outcome.DELIVERED),
        ("0005", Outcome.FAILED, Outcome.FAILED),
        ("0006", Outcome.STOPPED, Outcome.STOPPED),
        ("0007", Outcome.ACCEPTED, Outcome.ACCEPTED),
        ("0008", Outcome.DELIVERED, Outcome.DELIVERED),
    ],
)
@pytest.mark.parametrize("form", ["+3363998{}", "voisin{}@exemple.fr", "https://push.example/{}"])
async def test_an_address_rehearses_an_outcome(form: str, tail: str, first: Outcome, again: Outcome) -> None:
    """The last four characters of an address decide what happens to it, at the first try and at the next."""
    gateway = sandbox(SandboxPeer())
    message = letter(form.format(tail))
    got = [receipt.outcome for _ in range(2) async for receipt in _sent(gateway, message)]
    assert got == [first, again]


async def _sent(gateway: Sandbox, *messages):
    async for receipt in gateway.send(messages):
        yield receipt


async def test_what_was_lost_is_found_by_a_look_up() -> None:
    """An unknown of the sandbox is settled by asking, as with a provider that can tell."""
    gateway, message = sandbox(SandboxPeer()), letter("+33639980003")
    assert [receipt.outcome async for receipt in _sent(gateway, message)] == [Outcome.UNKNOWN]
    [found] = await gateway.look_up([message.reference, "never-sent0"])
    assert (found.reference, found.outcome) == (message.reference, Outcome.DELIVERED)


async def test_messages_are_kept_before_they_are_answered() -> None:
    """The page of the sandbox shows every message for which a receipt exists."""
    peer = SandboxPeer()
    async for _ in _sent(sandbox(peer), letter("+33639985551"), letter("+33639980001")):
        assert peer.taken == ["+33639985551", "+33639980001"]


async def test_a_share_is_only_accepted() -> None:
    """With `delivered_share` some messages stay accepted, and always the same ones."""
    gateway = sandbox(SandboxPeer(), delivered_share=0.5)
    batch = [letter("+33639985555") for _ in range(200)]
    once = {receipt.reference: receipt.outcome async for receipt in _sent(gateway, *batch)}
    again = {receipt.reference: receipt.outcome async for receipt in _sent(gateway, *batch)}
    assert once == again
    assert set(once.values()) == {Outcome.ACCEPTED, Outcome.DELIVERED}
