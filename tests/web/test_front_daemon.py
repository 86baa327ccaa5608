"""A running node: what a station says is on its page at once, however lately somebody asked for it."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

import zones
from alertd.clock import HOUR
from alertd.daemon import running
from alertd.issue.preview import preview
from alertd.issue.release import end, release
from alertd.model import Actor, Channel, Content, Level, Role, Target, Text
from alertd.settings import Settings
from alertd.stations import stations

HOME = (49.2090, 5.3750)


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    """A live account that nobody is reached by, in a folder of its own."""
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.2},
        }
    )


async def test_a_word_is_on_the_page_before_what_is_kept_of_it_has_aged(chosen, clock):
    """The clock stands still, so nothing kept grows old: it is the bell, or the look behind it, that brings the new."""
    async with running(chosen, clock) as daemon, ClientSession() as browser:
        desk = daemon.desk
        async with desk.db.transaction() as tx:
            station = await stations.add(tx, clock, stations.NewStation("belleville", "Belleville", *HOME))
        mayor = Actor("operator:mairie", station.id, Level.DANGER, Role.MAYOR)

        async def shown(words: str) -> None:
            async with asyncio.timeout(60):
                while True:
                    async with browser.get(f"{daemon.url}/belleville") as answer:
                        if words in await answer.text():
                            return
                    await desk.db.wait("progress", 0.05)

        await shown("Aucune alerte en cours.")
        content = Content(
            level=Level.DANGER,
            topic="fire",
            target=Target(zone=zones.Circle(*HOME, 1_000)),
            texts={"fr": Text("Incendie", "", "Fermez vos fenêtres.")},
            channels=frozenset({Channel.SMS}),
            expires=clock.now_ms() + HOUR,
        )
        digest = (await preview(desk, mayor, station, content, None)).digest
        alert = (await release(desk, mayor, station, digest)).alert_id
        await shown("Fermez vos fenêtres.")
        await end(desk, mayor, alert)
        await shown("Terminée")
