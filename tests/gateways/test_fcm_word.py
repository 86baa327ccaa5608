"""The word of a service account: fetched by one, kept, doubted once, and told apart when Google gives none."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from fcm_peer import FcmPeer
from fcm_project import TOKEN, letters, project, send
from peers import Case, letter

from gateways.contract import Outcome, Trouble


@pytest.fixture
async def peer() -> AsyncIterator[FcmPeer]:
    async with FcmPeer() as played:
        yield played


async def test_one_fetches_the_word_and_all_others_wait(peer: FcmPeer) -> None:
    """However many messages wait for it; and it is kept for those that follow."""
    async with project(peer) as gateway:
        for _ in range(2):
            receipts = await send(gateway, *await letters(peer, 40))
            assert {each.outcome for each in receipts} == {Outcome.ACCEPTED}
    assert len(peer.words) == 1


async def test_a_failed_fetch_is_everybodys_and_the_next_one_is_new(peer: FcmPeer) -> None:
    """Who waited for it hears its failure; who comes after it asks anew."""
    peer.refusal = web.Response(status=503, text="later")
    async with project(peer) as gateway:
        receipts = await send(gateway, *await letters(peer, 16))
        assert {(each.outcome, each.trouble) for each in receipts} == {(Outcome.RETRY, Trouble.PROVIDER)}
        peer.refusal = None
        [receipt] = await send(gateway, letter(TOKEN))
    assert receipt.outcome is Outcome.ACCEPTED


async def test_a_word_that_google_forgot_is_fetched_anew(peer: FcmPeer) -> None:
    """After its first seconds a refused word is asked for once more, by one, and the messages pass."""
    async with project(peer) as gateway:
        await send(gateway, letter(TOKEN))
        peer.forgets = True
        gateway._word._fetched_ms -= 61_000
        receipts = await send(gateway, *await letters(peer, 20))
    assert {each.outcome for each in receipts} == {Outcome.ACCEPTED}
    assert len(peer.words) == 2


async def test_a_fresh_word_that_is_refused_is_googles_last_one(peer: FcmPeer) -> None:
    """It is not fetched for every message: the account may not speak, and all is tried again later."""
    async with project(peer) as gateway:
        await send(gateway, letter(TOKEN))
        peer.forgets = True
        receipts = await send(gateway, *await letters(peer, 10))
        probe = await gateway.check()
    assert {(each.outcome, each.trouble) for each in [*receipts, probe]} == {(Outcome.RETRY, Trouble.CREDENTIALS)}  # fmt: skip
    assert len(peer.words) == 1


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, Trouble.CREDENTIALS),
        (401, {"error": "invalid_client"}, Trouble.CREDENTIALS),
        (403, {"error": "access_denied"}, Trouble.CREDENTIALS),
        (429, {"error": "slow_down"}, Trouble.PROVIDER),
        (500, {}, Trouble.PROVIDER),
        (200, {"access_token": 7}, Trouble.PROVIDER),
        (200, {"access_token": "a\r\nX: y"}, Trouble.PROVIDER),
        (200, ["no", "object"], Trouble.PROVIDER),
        (307, {}, Trouble.PROVIDER),
    ],
)
async def test_a_revoked_account_is_told_from_a_passing_fault(
    peer: FcmPeer, status: int, body: Any, trouble: Trouble
) -> None:
    """No message is lost by it, and the probe says the same."""
    async with project(peer) as gateway:
        for answer in (lambda: send(gateway, letter(TOKEN)), lambda: asyncio.wait_for(gateway.check(), 5)):
            peer.refusal = web.json_response(body, status=status)
            said = await answer()  # type: ignore[operator]
            receipt = said[0] if isinstance(said, list) else said
            assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, trouble)
    assert peer.asked == 0


async def test_a_redirection_is_not_followed(peer: FcmPeer) -> None:
    """Neither the word nor the message goes anywhere else."""
    async with project(peer) as gateway:
        address = await peer.play(Case.ACCEPT)
        peer.answers[address] = web.Response(status=307, headers={"Location": f"{peer.base}/elsewhere"})
        [receipt] = await send(gateway, letter(address))
    assert (receipt.outcome, receipt.trouble, peer.asked) == (Outcome.RETRY, Trouble.PROVIDER, 1)


async def test_closing_waits_for_no_word(peer: FcmPeer) -> None:
    """A node that stops while a token is being fetched leaves no task behind."""
    peer.hold_tokens = asyncio.Event()
    async with project(peer) as gateway:
        sending = asyncio.create_task(send(gateway, letter(TOKEN)))
        await peer.asks_word.wait()
        sending.cancel()
        await asyncio.wait([sending])
        await gateway.close()
        assert not [task for task in asyncio.all_tasks() if "_fetch" in repr(task.get_coro())]
        peer.hold_tokens.set()
