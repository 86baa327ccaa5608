"""Every sealed value has its entry: what it is sealed for is the same before and after."""

import ast
from pathlib import Path

import pytest

import alertd
from alertd.deliver import inbound, raws, service
from alertd.keys import LASTING, Keyring
from alertd.rotation.tables import TABLES
from alertd.stations import totp
from alertd.store.statements import load
from alertd.subscribe import importer, join, pupils

OLD = Keyring({1: b"k" * 32})
BOTH = Keyring({1: b"k" * 32, 2: b"n" * 32}, staged=2)
NEW = Keyring({2: b"n" * 32})
CONTEXTS = {
    "rotation.joinings": join.sealed_for(7),
    "rotation.apps": totp.sealed_for(7),
    "rotation.pupils": pupils.sealed_for(7),
    "rotation.staged": importer.sealed_for(7),
    "rotation.inbound": inbound.sealed_for("far"),
    "rotation.messages": service.sealed_for(7),
    "rotation.receipts": raws.context("far"),
}


@pytest.mark.parametrize("table", [one for one in TABLES if one.page in CONTEXTS], ids=lambda one: one.page)
def test_a_sealed_value_opens_with_the_new_secret_for_whom_it_was_sealed(table):
    """Read with the old secret, written with the new: the same words, for the same row."""
    context = CONTEXTS[table.page]
    sealed, key_id = OLD.seal("kept", context)
    row = {"id": 7, "part": 3, "gateway": "far", "content": sealed, "key_id": key_id}
    _, again, to, *_ = table.moved(BOTH, row, 2)
    assert (NEW.open(again, to, context), to) == (b"kept", 2)


def test_a_parent_s_name_and_number_move_together():
    """Both, or neither where a child has several people of one parent."""
    (table,) = [one for one in TABLES if one.page == "rotation.parents"]
    name, _ = OLD.seal("Anne", pupils.sealed_for(7, 0, "name"))
    number, _ = OLD.seal("+33639980001", pupils.sealed_for(7, 0, "callback"))
    row = {"id": 7, "part": 0, "content": name, "callback": number, "key_id": 1}
    moved = table.moved(BOTH, row, 2)
    assert NEW.open(moved[1], 2, pupils.sealed_for(7, 0, "name")) == b"Anne"
    assert NEW.open(moved[5], 2, pupils.sealed_for(7, 0, "callback")) == b"+33639980001"
    assert table.moved(BOTH, row | {"content": None, "callback": None}, 2)[1] is None


def test_whatever_bears_a_key_id_is_counted_before_a_secret_is_forgotten():
    """A table that gets a key_id and is not counted would lose its rows with the secret."""
    ddl = Path(alertd.__file__).parent / "store" / "ddl" / "sqlite"
    tables, name = set(), ""
    for line in "\n".join(path.read_text("utf-8") for path in sorted(ddl.glob("*.sql"))).splitlines():
        words = line.split()
        name = words[2] if line.startswith(("CREATE TABLE", "ALTER TABLE")) else name
        if "key_id" in words and ("INTEGER" in words or "INTEGER," in words):
            tables.add(name)
    counted = load("sqlite")["rotation.left"].sql
    assert [one for one in sorted(tables - {"secret"}) if f"FROM {one} WHERE" not in counted] == []


def test_whatever_must_last_is_named():
    """A purpose that `lasting` is asked for and that is not named would change when its secret is forgotten."""
    root = Path(alertd.__file__).parent
    asked = set()
    for path in (*root.rglob("*.py"), *(root.parent / "gateways").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"lasting", "lasting_key"} and isinstance(node.args[0].value, str):
                asked.add(node.args[0].value)
    assert asked == set(LASTING)
