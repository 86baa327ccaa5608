"""The far end's process and its ledger, and how long a test waits for another process."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LONG: Final = bool(os.environ.get("ALERTD_LONG"))
PATIENCE_S: Final = 600.0 if LONG else 240.0
_HERE: Final = Path(__file__).parent
PROVIDER: Final = os.environ.get("ALERTD_PROVIDER", str(_HERE / "provider.py"))
"""Another program may play the provider: it is called and answers as provider.py says."""
HTTP_PROVIDER: Final = os.environ.get("ALERTD_HTTP_PROVIDER", str(_HERE / "http_provider.py"))


class Late(Exception):
    """Another process did not get there in time; the message says what was awaited."""


async def until(what: str, reached: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """Look at another process until `reached` gives something; Late after `seconds`."""
    for _ in range(int(seconds / 0.02)):
        if found := reached():
            return found
        await asyncio.sleep(0.02)
    raise Late(what)


@dataclass(frozen=True, slots=True)
class Line:
    """One message that the provider took over."""

    reference: str
    recipient: str
    answer: str
    at: int


@dataclass(frozen=True, slots=True)
class Provider:
    """The mail provider's process."""

    port: int
    ledger: Path

    @contextmanager
    def held(self, stage: str) -> Iterator[None]:
        """Every conversation stops at that stage (see provider.py) until the end of the block."""
        hold, met = self.ledger.with_suffix(".hold"), self.ledger.with_suffix(".met")
        met.write_text("")
        hold.with_suffix(".new").write_text(stage)
        hold.with_suffix(".new").rename(hold)
        try:
            yield
        finally:
            hold.unlink()

    async def has_met(self, n: int = 1) -> None:
        """Wait until `n` conversations have stopped where they are held."""
        met = self.ledger.with_suffix(".met")
        await until(f"{n} conversations that are held", lambda: met.read_bytes().count(b"\n") >= n)

    def lines(self) -> list[Line]:
        """Whole lines only: the last one may be under way."""
        return self.noted(self.ledger.suffix)

    def noted(self, suffix: str) -> list[Line]:
        """Those of another file beside the ledger."""
        return [
            Line(one["reference"], one["recipient"], one["answer"], one["at"]) for one in self._read(suffix)
        ]

    def words(self, suffix: str) -> set[tuple[str, str]]:
        """References and what was reported of them: to whom it may concern (".words"), and to a node that heard (".heard")."""
        return {(one["reference"], one["word"]) for one in self._read(suffix)}

    def calls(self, url: str) -> None:
        """From now on it reports to the node there."""
        self.ledger.with_suffix(".new").write_text(url)
        self.ledger.with_suffix(".new").rename(self.ledger.with_suffix(".address"))

    async def has_told(self) -> None:
        """Wait until all that it will ever report, also what was late, was heard."""
        self.ledger.with_suffix(".late").touch()
        await until("the last word", lambda: self.words(".heard") == self.words(".words") != set())

    def _read(self, suffix: str) -> list[dict[str, Any]]:
        whole = self.ledger.with_suffix(suffix).read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def count(self) -> int:
        """How many messages it took over."""
        return self.ledger.read_bytes().count(b"\n")

    async def has_taken(self, n: int) -> None:
        """Wait for the ledger's `n`th line."""
        await until(f"line {n} of the ledger, which has {self.count()}", lambda: self.count() >= n)


@contextmanager
def provider(folder: Path, *script: str, program: str = PROVIDER) -> Iterator[Provider]:
    """A provider that follows `script`, the command line of provider.py."""
    ledger = folder / "ledger.jsonl"
    command = [sys.executable, program, "--ledger", str(ledger), *script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            said = process.stdout.readline() if process.stdout else ""
            yield Provider(int(said.rpartition(" ")[2]), ledger)
        finally:
            process.terminate()
