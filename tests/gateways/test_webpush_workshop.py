"""Sealing many: in processes of their own when that is worth it, here whenever it is not, or they cannot."""

import asyncio
import os
import signal
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from webpush_peer import AUTH, opened, point

from gateways.webpush.seal import Work
from gateways.webpush.workshop import Workshop

KEY = generate_private_key(SECP256R1())
WITHIN_S = 60.0


def work(n: int) -> Work:
    return b'{"n":%d}' % n, point(KEY), AUTH, 128


async def seal_many(shop: Workshop, count: int) -> None:
    """All of them, each its own."""
    sealed = await asyncio.gather(*(shop.seal(work(n)) for n in range(count)))
    for n in {0, 1, count // 2, count - 1}:
        assert opened(sealed[n], KEY) == {"n": n}
    assert len(set(sealed)) == count


async def with_crew(shop: Workshop) -> None:
    """Keep it busy until its processes have answered."""
    async with asyncio.timeout(WITHIN_S):
        while not shop.has_crew:
            await seal_many(shop, 200)


async def test_a_village_is_sealed_here() -> None:
    """A few hundred messages start no process."""
    shop = Workshop(2)
    await seal_many(shop, 400)
    assert not active_children()
    await shop.close()


async def test_none_are_started_where_none_are_wanted() -> None:
    """With no processes allowed, a city is sealed here as well."""
    shop = Workshop(0)
    await seal_many(shop, 2_000)
    assert not active_children()
    await shop.close()


async def test_a_city_is_sealed_by_a_few_processes() -> None:
    """As many as allowed and no more; closing, even twice, sends them home, and the next ones are sealed here."""
    shop = Workshop(2)
    await with_crew(shop)
    await seal_many(shop, 1_000)
    assert 1 <= len(active_children()) <= 2
    await shop.close()
    await shop.close()
    assert not active_children()
    await seal_many(shop, 20)


async def test_a_bad_key_is_its_message_s_own() -> None:
    """In a process as here, what cannot be encrypted fails alone."""
    shop = Workshop(1)
    await with_crew(shop)
    bad = (b"{}", b"\x04" + bytes(64), AUTH, 128)
    told = await asyncio.gather(
        *(shop.seal(bad if n == 40 else work(n)) for n in range(200)), return_exceptions=True
    )
    assert [n for n, each in enumerate(told) if isinstance(each, ValueError)] == [40]
    await shop.close()


async def test_a_process_that_is_killed_loses_nothing() -> None:
    """What it was given is sealed here or by others; after the third time we do without."""
    shop = Workshop(1)
    for _ in range(3):
        await with_crew(shop)
        sealing = asyncio.ensure_future(seal_many(shop, 1_000))
        await asyncio.sleep(0)
        for child in active_children():
            os.kill(child.pid or 0, signal.SIGKILL)
        async with asyncio.timeout(WITHIN_S):
            await sealing
            while shop.has_crew:
                await seal_many(shop, 100)
    await seal_many(shop, 2_000)
    assert not shop.has_crew
    await shop.close()


async def test_who_waits_no_more_is_passed_over() -> None:
    """A message that is given up before its turn harms no other."""
    shop = Workshop(0)
    waiting = [asyncio.ensure_future(shop.seal(work(n))) for n in range(50)]
    await asyncio.sleep(0)
    for task in waiting[:25]:
        task.cancel()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(each, bytes) for each in told[25:]] == [True] * 25
    await shop.close()


ORPHANS = """
import asyncio, sys
from multiprocessing import active_children
from gateways.webpush.workshop import Workshop
from test_webpush_workshop import with_crew

async def main():
    await with_crew(Workshop(2))
    print(*(child.pid for child in active_children()), flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_nobody_is_left_behind(tmp_path: Path) -> None:
    """When the daemon is killed without a word, its processes end by themselves."""
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    here = Path(__file__).parent
    path = os.pathsep.join((str(here.parents[1]), str(here)))
    parent = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program
        [sys.executable, str(script)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    try:
        assert parent.stdout is not None
        children = [int(pid) for pid in (await asyncio.to_thread(parent.stdout.readline)).split()]
    finally:
        parent.kill()
        await asyncio.to_thread(parent.communicate)
    assert children
    async with asyncio.timeout(WITHIN_S):
        while any(alive(pid) for pid in children):  # noqa: ASYNC110 - nobody tells us of a grandchild's end
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    """A zombie, whom only its new parent can bury, is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("processes", [0, 2])
async def test_closing_what_never_worked(processes: int) -> None:
    """A workshop that had nothing to do closes at once."""
    await Workshop(processes).close()
