"""Statements are read from files, and what is not explained is refused."""

import pytest

from alertd.store.statements import load, read


def folder(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_sql", ".sql")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_statement_has_a_name_a_reason_and_its_text():
    """A statement is called by file and name, keeps its reason, and counts its parameters."""
    text = "-- About birds.\n\n-- name: find\n-- Because they\n-- fly.\nSELECT $2, $1, $2;\n"
    (statement,) = read("bird", text)
    assert statement.name == "bird.find"
    assert statement.why == "Because they fly."
    assert statement.sql == "SELECT $2, $1, $2"
    assert statement.parameters == 2


def test_an_engine_replaces_single_statements(tmp_path):
    """A statement under an engine's folder replaces the common one of that name, for that engine alone."""
    queries = folder(
        tmp_path,
        bird_sql="-- name: find\n-- why\nSELECT 1;\n-- name: count\n-- why\nSELECT 2;\n",
        postgres__bird_sql="-- name: find\n-- why here\nSELECT 3;\n",
    )
    assert {name: found.sql for name, found in load("postgres", queries).items()} == {
        "bird.find": "SELECT 3",
        "bird.count": "SELECT 2",
    }
    assert load("sqlite", queries)["bird.find"].sql == "SELECT 1"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("-- name: find\nSELECT 1;\n", "does not say why"),
        ("-- name: find\n-- why\nSELECT 1\n", "no statement ending"),
        ("-- name: find\n-- why\n", "no statement ending"),
        ("-- name: two words\n-- why\nSELECT 1;\n", "not a name"),
        ("-- name:\n-- why\nSELECT 1;\n", "not a name"),
        ("SELECT 1;\n-- name: find\n-- why\nSELECT 1;\n", "before the first"),
        ("-- name: find\n-- why\nSELECT 1;\n-- name: find\n-- why\nSELECT 2;\n", "written twice"),
    ],
)
def test_a_statement_that_is_not_sound_is_refused(tmp_path, text, refusal):
    """No reason, no end, no name, no heading, or a name used twice: the file is refused."""
    with pytest.raises(ValueError, match=refusal):
        load("sqlite", folder(tmp_path, bird_sql=text))


def test_a_replacement_of_nothing_is_refused(tmp_path):
    """An engine cannot replace a statement that does not exist: its name was mistyped."""
    queries = folder(tmp_path, postgres__bird_sql="-- name: find\n-- why\nSELECT 1;\n")
    with pytest.raises(ValueError, match=r"bird\.find"):
        load("postgres", queries)
