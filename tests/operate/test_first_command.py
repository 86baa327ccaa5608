"""README's first command: the village is there, says how to log in, and what is sent arrives on its wall."""

import asyncio
import os
import re
import signal
import sys

import pytest
from aiohttp import ClientSession, CookieJar

PATIENCE_S = 90


@pytest.fixture
async def village(tmp_path):
    """`alertd demo`, as `make run` starts it, in an empty folder and on a free port; what it says of itself, and its process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from alertd.cli import main; main()", "demo",
        cwd=tmp_path, env=os.environ | {"ALERTD_HTTP__PORT": "0"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "Ctrl-C" not in said:
                line = await process.stdout.readline()
                assert line, said
                said += line.decode()
        yield said, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_first_command_of_the_readme_is_a_village_to_warn(village):
    """One logs in with what the terminal said, reads how many people are there, and Ctrl-C ends it without a complaint."""
    said, process = village
    url = re.search(r"(http://127\.0\.0\.1:\d+)/\n", said)[1]
    login, password = re.search(r"identifiant +(\S+)\n +mot de passe +(\S+)\n", said).groups()
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        fields = {"login": login, "password": password}
        async with browser.post(f"{url}/connexion", data=fields) as home:
            page = await home.text()
        assert (home.status, "Bras-sur-Meuse" in page, "Nouvelle alerte" in page) == (200, True, True)
        async with browser.get(f"{url}/sandbox") as wall:
            assert wall.status == 200
        key = re.search(r"ALERTD_KEY +(\S+)", said)[1]
        async with browser.get(
            f"{url}/api/v1/stations/bras-sur-meuse/alerts", headers={"Authorization": f"Bearer {key}"}
        ) as listed:
            assert (listed.status, await listed.json()) == (200, {"alerts": [], "next": None})
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE_S):
        assert await process.wait() == 0
