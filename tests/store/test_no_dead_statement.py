"""A statement that nobody calls is not kept: it would be prepared, explained and migrated for nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import alertd
from alertd.store.statements import load

PACKAGE = Path(alertd.__file__).parent


def texts() -> Iterator[str]:
    """Every text written in alertd's modules, to the letter: comments do not call."""
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_statement_has_a_caller(engine):
    """The name of every statement under alertd/store/queries is written somewhere in alertd."""
    assert sorted(load(engine).keys() - set(texts())) == []
