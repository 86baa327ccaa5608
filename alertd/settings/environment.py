"""`ALERTD_SECTION__KEY` in the environment: overrides for one machine, one container, one secret."""

import tomllib
from collections.abc import Mapping
from typing import Any, Final

from alertd.errors import ConfigurationError
from alertd.settings.masks import SECRET_NAME
from alertd.settings.root import Settings

PREFIX: Final = "ALERTD_"

Path = tuple[str, ...]


def overrides(raw: dict[str, Any], environ: Mapping[str, str]) -> dict[Path, str]:
    """Write the overrides into `raw`; returns the variable behind each path, for the messages.

    Variables without a double underscore are not options, except one that was plainly meant to be.
    """
    origins: dict[Path, str] = {}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX):
            continue
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        if len(path) > 1:
            _put(raw, path, _value(path[-1], text), variable)
            origins[path] = variable
        else:
            _refuse_single_underscore(path[0], variable)
    return origins


def _put(raw: dict[str, Any], path: Path, value: Any, variable: str) -> None:
    table = raw
    for step in path[:-1]:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise ConfigurationError(
                code="settings_invalid",
                message=f"{variable}: {step} is a value, not a section; it holds no key.",
            )
    table[path[-1]] = value


def _value(name: str, text: str) -> Any:
    """A TOML value where it reads as one (80, true, ["a"]), else the text; a secret is always text."""
    if SECRET_NAME.search(name):
        return text
    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return read["value"] if len(read) == 1 else text


def _refuse_single_underscore(rest: str, variable: str) -> None:
    section, _, key = rest.partition("_")
    fields = Settings.model_fields
    if key and section in fields:
        right = f"{PREFIX}{section.upper()}__{key.upper()}"
        raise ConfigurationError(
            code="settings_invalid",
            message=f"{variable} changes nothing: write {right}, with two underscores.",
        )
