"""Several nodes, each a process of its own, on one PostgreSQL: they share the work, and each does without the others."""

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from crash.books import compare, settled
from crash.house import LONG, MAIL, Instance, Node, api, provider

from alertd.model import State

PACED = MAIL + '[[gateways.mail.senders]]\nname = "alertes@mairie.example"\nrate = {rate}\nburst = {burst}\n'


def configured(instance: Instance, port: int, names: str, **changes) -> list[Instance]:
    """The instance as each of these nodes sees it: one store, one secret, a configuration of its own."""
    nodes = [replace(instance, name=name) for name in names.split()]
    for node in nodes:
        node.configure(port, **changes)
    return nodes


def paced(rate: int, burst: int) -> str:
    """The mail gateway's options, with a sender that keeps a pace."""
    return PACED.replace("{rate}", str(rate)).replace("{burst}", str(burst))


async def served(stack: AsyncExitStack, *instances: Instance) -> list[Node]:
    """A process for each, ready."""
    return [await stack.enter_async_context(each.serving()) for each in instances]


async def test_a_node_that_is_stopped_leaves_no_doubt_and_another_goes_on(instance_postgres, tmp_path):
    """SIGTERM while a slow provider answers: what is on the wire is answered, what was claimed and not spoken is given
    back, and the lease of five minutes let go: the other node goes on, and everyone is written to once."""
    with provider(tmp_path, "--slow-ms", "60") as far:
        one, two = configured(
            instance_postgres, far.port, "one two", lease=300, slice_=80, options=paced(400, 80)
        )
        async with AsyncExitStack() as stack:
            (first,) = await served(stack, one)
            client = await stack.enter_async_context(api(one, first))
            told = await client.release("danger")
            await far.has_taken(20)  # the lease is the first one's
            await served(stack, two)
            assert first.stop() == 0, first.said()
            taken = far.count()
            db = await stack.enter_async_context(one.books())
            states = {State(row["state"]): row["n"] for row in await db.fetch("crash.states", told["id"])}
            assert State.UNKNOWN not in states
            assert (await db.fetch("crash.not_sent", told["id"]))[0]["n"] > 0
            books = await settled(db, one, told["id"])
        assert 20 <= taken < told["expected"]
        assert Counter(line.reference for line in far.lines()) == dict.fromkeys(books.deliveries, 1)
        assert books.tally == {State.ACCEPTED: told["expected"]}


async def test_three_nodes_keep_one_pace_and_so_does_one_that_is_started_again(instance_postgres, tmp_path):
    """A sender of a hundred a second, three nodes, one of them killed and started again: in no second does the provider
    get more than a second's pace beside a burst and the slice that was out."""
    rate, burst = 100, 20
    with provider(tmp_path) as far:
        nodes = configured(
            instance_postgres, far.port, "one two three", lease=3, slice_=20, options=paced(rate, burst)
        )
        async with AsyncExitStack() as stack:
            first, *_ = await served(stack, *nodes)
            client = await stack.enter_async_context(api(nodes[0], first))
            told = await client.release("danger")
            await far.has_taken(200)
            first.kill()
            await served(stack, nodes[0])
            db = await stack.enter_async_context(nodes[0].books())
            books = await settled(db, nodes[0], told["id"])
        compare(books, far.lines(), danger=True, kills=1)
        moments = sorted(line.at for line in far.lines())
        fullest = max(
            sum(start <= at < start + 1_000 for at in moments[i : i + 4 * rate])
            for i, start in enumerate(moments)
        )
        assert fullest <= rate + burst + 20


async def test_a_node_hears_of_another_ones_alert(instance_postgres, tmp_path):
    """Nodes that look by themselves only once a minute: what the one fans out, the other one, who has the sender's lease,
    hands over all the same, because it was rung for."""
    with provider(tmp_path) as far:
        nodes = configured(instance_postgres, far.port, "one two", lease=300, options=paced(5_000, 500))
        for node in nodes:
            node.config.write_text(node.config.read_text().replace("poll_s = 0.2", "poll_s = 60"))
        async with AsyncExitStack() as stack:
            first, second = await served(stack, *nodes)
            speaking = await stack.enter_async_context(api(nodes[1], second))
            told = await speaking.release("warning")
            await far.has_taken(told["expected"])
            asking = await stack.enter_async_context(api(nodes[0], first))
            await asking.release("warning")
            await far.has_taken(2 * told["expected"])


@pytest.mark.parametrize("level", ["warning", "danger"] if LONG else ["warning"])
async def test_what_a_killed_node_held_is_recovered_by_another(instance_postgres, tmp_path, level):
    """SIGKILL, and nobody starts it again: after its lease the other nodes go on, in doubt only of what was out."""
    with provider(tmp_path, "--slow-ms", "20") as far:
        nodes = configured(instance_postgres, far.port, "one two", lease=3)
        async with AsyncExitStack() as stack:
            first, _ = await served(stack, *nodes)
            client = await stack.enter_async_context(api(nodes[0], first))
            told = await client.release(level)
            await far.has_taken(300)
            first.kill()
            db = await stack.enter_async_context(nodes[1].books())
            books = await settled(db, nodes[1], told["id"])
            assert books.unknown_attempts() > 0
            speakers = {row["node_id"] for row in await db.fetch("crash.speakers", told["id"])}
        compare(books, far.lines(), danger=level == "danger", kills=1)
        assert len(speakers) == 2
