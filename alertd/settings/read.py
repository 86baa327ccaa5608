"""Reads alertd.toml and the environment; what is wrong is said with its place, what was found and what is expected."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from alertd.errors import ConfigurationError
from alertd.settings.environment import overrides
from alertd.settings.sections import Section
from alertd.settings.sentences import sentences

MAX_FILE_BYTES: Final = 1 << 20

Root = TypeVar("Root", bound=Section)


def load(root: type[Root], path: Path | None, environ: Mapping[str, str]) -> Root:
    """The settings of `path` (none: the defaults), overridden by `environ`.

    Raises ConfigurationError: settings_unreadable, settings_not_toml, or settings_invalid, which names every
    key that is misspelt (with the nearest right one) and every value of the wrong kind.
    """
    raw = _read(path) if path else {}
    origins = overrides(raw, environ)
    try:
        # JSON's strictness is the one that fits TOML: lists for tuples and text for paths, but never "80" for 80.
        return root.model_validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        message = "\n".join(sentences(error, origins))
        raise ConfigurationError(code="settings_invalid", message=message) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.loads(_bounded(file.read(MAX_FILE_BYTES + 1)).decode())
    except OSError as error:
        raise ConfigurationError(
            code="settings_unreadable", message=f"{path} cannot be read: {error.strerror}."
        ) from error
    except ValueError as error:
        raise ConfigurationError(code="settings_not_toml", message=f"{path} is not TOML: {error}.") from error


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_FILE_BYTES:
        message = "it is longer than 1 MiB"
        raise ValueError(message)
    return content
