"""The list of every option, told by the models: what the documentation, the suggestions and the tests share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from alertd.settings.root import Settings
from alertd.settings.sections import Section

ANY: Final = "*"
"""Stands in a path for a name that the administrator chose, and for any item of a list."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key of alertd.toml. `path` is ("http", "port") or ("gateways", "*", "driver").

    `default` is None when the option must be given, or means something by its absence.
    """

    path: tuple[str, ...]
    default: Any
    description: str


def options(model: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> Iterator[Option]:
    """Every option of the models, in the order of the file."""
    for name, field in model.model_fields.items():
        inner, steps = _inner(field)
        if inner is None:
            default = None if field.is_required() else field.default
            yield Option((*path, name), default, field.description or "")
        else:
            yield from options(inner, (*path, name, *steps))


def _inner(field: FieldInfo) -> tuple[type[Section] | None, tuple[str, ...]]:
    """The model that a field holds: itself, as the values of a table, or as the items of a list."""
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, ()
    for held in get_args(annotation):
        if isinstance(held, type) and issubclass(held, Section):
            return held, (ANY,)
    return None, ()
