"""A configuration of one's own: the shipped alertd.toml, every option still explained, with some of them set."""

import json
import re
from collections.abc import Mapping
from typing import Final

from alertd import catalogue

SECTION: Final = re.compile(r"\[([a-z.]+)\]\s*")
OPTION: Final = re.compile(r"# ([a-z_]+) = .*")

Value = str | int | bool | list[str]
Chosen = Mapping[tuple[str, str], Value]
"""By section and key."""


def written(chosen: Chosen, more: str = "") -> str:
    """The file's text, with tables of one's own at its end.

    :raises KeyError: the shipped file has no such option.
    """
    left, section, lines = dict(chosen), "", []
    for line in (catalogue.config_folder() / "alertd.toml").read_text("utf-8").splitlines():
        if heading := SECTION.fullmatch(line):
            section = heading[1]
        lines.append(_set(section, line, left))
    if left:
        raise KeyError(str(next(iter(left))))
    return "\n".join([*lines, more])


def _set(section: str, line: str, left: dict[tuple[str, str], Value]) -> str:
    """The line, with the value that was chosen for it."""
    option = OPTION.fullmatch(line)
    if option is None or (section, option[1]) not in left:
        return line
    return f"{option[1]} = {_toml(left.pop((section, option[1])))}"


def gateway(name: str, driver: str, channels: list[str], sender: str, options: Mapping[str, Value]) -> str:
    """One gateway's tables."""
    said = "\n".join(f"{key} = {_toml(value)}" for key, value in options.items())
    return (
        f"\n[gateways.{name}]\ndriver = {_toml(driver)}\nchannels = {_toml(channels)}\n\n"
        f"[gateways.{name}.options]\n{said}\n\n[[gateways.{name}.senders]]\nname = {_toml(sender)}\n"
    )


def _toml(value: Value) -> str:
    """JSON's texts, numbers and lists are TOML's (https://toml.io/en/v1.0.0#string): both escape with a backslash."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
