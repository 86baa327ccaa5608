"""The shipped configuration: every option is there, explained, with its true default and an example that holds."""

import re
import tomllib
from pathlib import Path

import pytest

from alertd.settings import Settings, options

SHIPPED = Path(__file__).parents[2] / "config" / "alertd.toml"
TABLE = re.compile(r"^(?:# )?\[{1,2}([\w.]+)(\]{1,2})$")
KEY = re.compile(r"^(?:# )?([a-z_]+) = (.+)$")


def documented():
    """Every option of the shipped file, commented or not, with the value shown."""
    path = ()
    for line in SHIPPED.read_text().splitlines():
        if table := TABLE.match(line):
            steps = table[1].replace("NAME", "*").split(".")
            path = (*steps, "*") if table[2] == "]]" else tuple(steps)
        elif key := KEY.match(line):
            yield (*path, key[1]), tomllib.loads(f"value = {key[2]}")["value"]


def as_toml(default):
    if isinstance(default, Path):
        return str(default)
    return list(default) if isinstance(default, tuple) else default


@pytest.fixture
def read(tmp_path):
    """Settings from a text and an environment."""

    def from_text(text, **environ):
        file = tmp_path / "alertd.toml"
        file.write_text(text)
        return Settings.load(file, environ)

    return from_text


def test_the_shipped_file_changes_nothing():
    """alertd.toml loads as it is shipped, and equals the defaults."""
    assert Settings.load(SHIPPED, {}) == Settings()


def test_the_shipped_file_explains_every_option():
    """An option of the models is in alertd.toml, an option of alertd.toml is in the models, in the same order."""
    assert [path for path, _ in documented()] == [option.path for option in options()]


def test_the_shipped_file_tells_the_true_defaults():
    """The value shown for an option is the one that holds when it is left out."""
    shown = dict(documented())
    defaults = {o.path: as_toml(o.default) for o in options() if o.default is not None}
    assert {path: shown[path] for path in defaults} == defaults


def test_every_option_has_a_comment_and_a_description():
    """Nothing in alertd.toml stands unexplained, and every model field says what it is."""
    lines = SHIPPED.read_text().splitlines()
    above = [lines[at - 1] for at, line in enumerate(lines) if KEY.match(line)]
    assert [line for line in above if not re.match(r"# \S", line)] == []
    assert [option.path for option in options() if len(option.description) < 15] == []


def test_every_example_of_the_shipped_file_is_valid(read):
    """Uncommented, the whole file with its example of a gateway can be used."""
    examples = "\n".join(
        line.removeprefix("# ").replace("NAME", "mail")
        for line in SHIPPED.read_text().splitlines()
        if TABLE.match(line) or KEY.match(line)
    )
    settings = read(examples)
    assert settings.gateways["mail"].senders[0].rate == 10
    assert settings.silence.warning.sms_after_s == 120
    assert settings.accessibility.audit_percent == 87
    none = {"gateways": {}, "silence": Settings().silence, "accessibility": Settings().accessibility}
    assert settings.model_copy(update=none) == Settings()
