"""What docs/api.md shows is what happens."""

import json
import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

from aiohttp.test_utils import TestClient
from api_house import House, opened

from alertd.clock import HOUR
from alertd.web.api.answers import iso

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLE = re.compile(r"```sh\n(?P<command>.*?)```\n(?:```json\n(?P<answer>.*?)```\n)?", re.DOTALL)


def read_curl(command: str) -> tuple[str, str, dict[str, str], str | None]:
    """Method, path, headers and body of a curl command of the page."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    assert next(words) == "curl"
    method, url, headers, body = None, "", {}, None
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case _:
                url = word
    return method or ("POST" if body else "GET"), url, headers, body


def shown_in(shown: Any, told: Any) -> bool:
    """Whether all that the page shows was told; "..." stands for anything."""
    if isinstance(shown, dict):
        return isinstance(told, dict) and all(
            key in told and shown_in(shown[key], told[key]) for key in shown
        )
    if isinstance(shown, list):
        return len(shown) == len(told) and all(map(shown_in, shown, told))
    return shown in ("...", told)


async def perform(client: TestClient, command: str) -> tuple[int, Any]:
    method, url, headers, body = read_curl(command)
    async with client.request(method, url, headers=headers, data=body) as response:
        return response.status, json.loads(await response.read() or "null")


async def test_every_example(db, clock):
    """Each command of the page, in order, is answered as the page says."""
    async with opened(db, clock) as house:
        known = variables(house)
        for number, example in enumerate(EXAMPLE.finditer(PAGE.read_text())):
            known["ALERTD_KEY"] = house.keys["people" if "/subscribers" in example["command"] else "danger"]
            status, told = await perform(house.client, Template(example["command"]).substitute(known))
            shown = json.loads(example["answer"]) if example["answer"] else None
            assert shown_in(shown, told), (number, status, told)
            assert status == (shown or {}).get("status", status)
            known |= {"DIGEST": told["preview_digest"]} if told and "preview_digest" in told else {}
            noun = "SCHEDULE" if told and "dates" in told else "ALERT"
            known |= {noun: str(told["id"])} if told and "state" in told else {}
        assert number + 1 >= 10


def variables(house: House) -> dict[str, str]:
    return {"ALERTD_URL": "", "IN_THREE_HOURS": iso(house.desk.clock.now_ms() + 3 * HOUR)}
