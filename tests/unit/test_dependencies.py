"""What the code imports is what pyproject.toml names: a package that only happens to be there is gone with its bringer."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = {"alertd", "gateways", "zones"}
BROUGHT = {
    "botocore": "boto3",
    "markupsafe": "jinja2",
    "multidict": "aiohttp",
    "yarl": "aiohttp",
    "pydantic-core": "pydantic",
}
"""Parts of a package that is named, which its own documentation tells to import."""


def imported():
    """Every package that a module of ours names, by its top folder."""
    for folder in OURS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    yield from (alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    yield node.module.split(".")[0]


def test_every_package_that_is_imported_is_named():
    """On a fresh machine only what is named is there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    named = {_canonical(re.split(r"[\[<>=!~ ;]", each)[0]) for each in wanted}
    known = packages_distributions()
    others = set(imported()) - OURS - set(sys.stdlib_module_names) - named
    bringers = {each: {_canonical(name) for name in known.get(each, [each])} for each in others}
    unnamed = {
        each: names
        for each, names in bringers.items()
        if not (names | {BROUGHT.get(name, "") for name in names}) & named
    }
    assert unnamed == {}


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_locked_is_what_was_tried():
    """requirements.lock has every package that an instance needs, extras too, at the version of constraints.txt, each file by its hash."""
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())
    tried = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    tried = {_canonical(name): version for name, version in tried.items()}
    assert {name: tried.get(name) for name in locked} == locked
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    assert {_canonical(re.split(r"[\[<>=!~ ;]", each)[0]) for each in wanted} <= set(locked)
