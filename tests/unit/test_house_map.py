"""A room's map: the docstring of each large package says where in it a change belongs."""

import ast
import re
from pathlib import Path

import pytest

import alertd

HOUSE = Path(alertd.__file__).parent
ROOMS = ("deliver", "issue", "publish", "schedule", "stations", "store", "subscribe")


def modules(room: Path) -> set[str]:
    """What stands in a room, by the names that its map must use: a package as `name/`."""
    files = {file.stem for file in room.glob("*.py")} - {"__init__", "__main__"}
    return files | {f"{inner.parent.name}/" for inner in room.glob("*/__init__.py")}


@pytest.mark.parametrize("room", ROOMS)
def test_each_module_stands_in_the_map_of_its_room(room):
    """Whoever opens a room finds every file of it under what it is for."""
    told = ast.get_docstring(ast.parse((HOUSE / room / "__init__.py").read_text("utf-8")))
    assert modules(HOUSE / room) <= set(re.findall(r"\w+/?", told))
