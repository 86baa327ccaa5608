"""SQL is source: named, explained, in files.

`queries/NOUN.sql` holds statements that run on both engines; `queries/ENGINE/NOUN.sql` replaces single ones:

    -- name: verb_words
    -- A sentence of why.
    SELECT ... WHERE id = $1;

A statement is called "noun.verb_words". A file may begin with comments of its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

QUERIES = files("alertd.store") / "queries"
SCHEMA = files("alertd.store") / "ddl" / "schema.sql"

_HEADING = re.compile(r"^-- name:(.*)$", re.MULTILINE)
_VERB = re.compile(r"[a-z][a-z0-9_]*")
_PARAMETER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement. `parameters` is the highest `$n` in it."""

    name: str
    sql: str
    why: str
    parameters: int


Statements = Mapping[str, Statement]


def load(engine: str, folder: Traversable = QUERIES) -> dict[str, Statement]:
    """All statements for one engine ("sqlite" or "postgres"), by name.

    :raises ValueError: a statement has no name, no why or no end, is named twice, or replaces one that is not there.
    """
    common = _folder(folder)
    own = _folder(folder / engine) if (folder / engine).is_dir() else {}
    if strangers := own.keys() - common.keys():
        raise ValueError(f"{engine} replaces statements that are not there: {', '.join(sorted(strangers))}")
    return common | own


def schema() -> dict[str, Statement]:
    """The statements that keep account of migrations, known before any migration has run."""
    return _by_name(read("schema", SCHEMA.read_text("utf-8")))


def read(noun: str, text: str) -> Iterator[Statement]:
    """The statements of one file, in order."""
    opening, *parts = _HEADING.split(text)
    if _without_comments(opening):
        raise ValueError(f"{noun}.sql has a statement before the first `-- name:`")
    for verb, body in zip(parts[::2], parts[1::2], strict=True):
        yield _statement(noun, verb.strip(), body)


def _statement(noun: str, verb: str, body: str) -> Statement:
    name = f"{noun}.{verb}"
    lines = body.strip().splitlines()
    reasons = list(_leading_comments(lines))
    sql = "\n".join(lines[len(reasons) :]).strip()
    if not _VERB.fullmatch(verb):
        raise ValueError(f"`{name}` is not a name: small letters, digits and _ only")
    if not reasons:
        raise ValueError(f"{name} does not say why: write a sentence under its name")
    if not sql.endswith(";"):
        raise ValueError(f"{name} has no statement ending in `;`")
    why = " ".join(line.removeprefix("--").strip() for line in reasons)
    return Statement(name, sql.removesuffix(";"), why, max(map(int, _PARAMETER.findall(sql)), default=0))


def _leading_comments(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("--"):
            return
        yield line


def _without_comments(text: str) -> str:
    return "".join(line for line in text.splitlines() if not line.startswith("--")).strip()


def _folder(folder: Traversable) -> dict[str, Statement]:
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return _by_name(
        statement
        for file in found
        for statement in read(file.name.removesuffix(".sql"), file.read_text("utf-8"))
    )


def _by_name(statements: Iterator[Statement]) -> dict[str, Statement]:
    named: dict[str, Statement] = {}
    for statement in statements:
        if named.setdefault(statement.name, statement) is not statement:
            raise ValueError(f"{statement.name} is written twice")
    return named
