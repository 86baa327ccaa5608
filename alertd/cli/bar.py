"""How far a long command has come, for people who wait at a terminal."""

import sys
from collections.abc import Mapping
from typing import Final

import click

from alertd.cli.console import Console

WIDTH: Final = 30


class Bar:
    """A progress bar on standard error; silent where that is no terminal, or programs read.

    `stages` are the words shown for each stage, `unit` what is counted.
    """

    def __init__(self, console: Console, stages: Mapping[str, str], unit: str = "") -> None:
        self._shown = sys.stderr.isatty() and not console.as_json
        self._stages = stages
        self._column = max(map(len, stages.values())) + 1
        self._unit = f" {unit}" if unit else ""

    def show(self, stage: str, done: int, total: int) -> None:
        """So much of a stage is done; a total of 0 is one that is not known yet."""
        if not self._shown:
            return
        ended = done == total
        filled = WIDTH * done // total if total else WIDTH * ended
        bar = f"{self._stages[stage]:<{self._column}} [{'#' * filled:<{WIDTH}}]"
        of = f" / {total}" if total or ended else ""
        click.echo(f"\r{bar} {done}{of}{self._unit}", err=True, nl=ended)
