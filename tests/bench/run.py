"""Measure: `run.py [matching] [delivery] [pushing] [mailing] [reading] [--quick]`. Tables on standard output, figures in build/bench.json.

What is measured is invented and local: ratios within one run mean more than any figure.
"""

import argparse
import contextlib
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[0] = str(ROOT / "tests")

from bench import aims, delivery, house, loop, mailing, matching, pushing, reading  # noqa: E402 - found by the path above
from bench.terms import Terms  # noqa: E402
from store import cluster  # noqa: E402

from alertd.cli.log import configure  # noqa: E402
from alertd.settings.sections import Log  # noqa: E402

PARTS = {
    "matching": matching,
    "delivery": delivery,
    "pushing": pushing,
    "mailing": mailing,
    "reading": reading,
}
PLACES, QUICK_PLACES = 1_000_000, 20_000
REPEATS, QUICK_REPEATS = 9, 2


def main() -> None:
    """Run the parts asked for, all by default; those of an earlier run keep their figures."""
    asked = _arguments()
    configure(
        Log(level="warning")
    )  # as a node whose log is read: a line for each slice is not what is measured
    asked.folder.mkdir(parents=True, exist_ok=True)
    figures = _kept(asked.json) | {"machine": _machine(), "quick": asked.quick}
    with contextlib.ExitStack() as stack:
        terms = _terms(asked, stack)
        for name in asked.parts or PARTS:
            figures[name] = loop.run(PARTS[name].run(terms))
            figures[name]["aims"] = PARTS[name].aims(figures[name])
            print(f"\n{name}\n\n{PARTS[name].report(figures[name])}", flush=True)
        if not asked.keep:
            loop.run(_tidy(terms))
    print(f"\n{_aims(figures)}")
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(figures, indent=1) + "\n")


def _aims(figures: Mapping[str, Any]) -> str:
    told = aims.report({name: figures[name].get("aims", []) for name in PARTS if name in figures})
    return f"{told}\n\n20,000 places: nothing is judged by these" if figures["quick"] else told


async def _tidy(terms: Terms) -> None:
    if terms.server is not None:
        await house.move_out(terms.server, await house.settle(terms.places, terms.folder))


def _terms(asked: argparse.Namespace, stack: contextlib.ExitStack) -> Terms:
    places, repeats = (QUICK_PLACES, QUICK_REPEATS) if asked.quick else (asked.places, REPEATS)
    server, why = None, ""
    try:
        server = stack.enter_context(cluster.server())
    except cluster.NoServer as reason:
        why = str(reason)
    return Terms(places, asked.folder, repeats, server, why, tuple(asked.only))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all by default")
    parser.add_argument("--quick", action="store_true", help="20,000 places instead of a million")
    parser.add_argument("--places", type=int, default=PLACES, help="how many, where it is not quick")
    parser.add_argument(
        "--only", action="append", default=[], choices=[*delivery.PARTS], help="which pieces of delivery"
    )
    parser.add_argument("--keep", action="store_true", help="leave the PostgreSQL database for the next run")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "build" / "bench", help="where built files are kept"
    )
    parser.add_argument(
        "--json", type=Path, default=ROOT / "build" / "bench.json", help="where figures are written"
    )
    return parser.parse_args()


def _kept(path: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return kept


def _machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
    }


if __name__ == "__main__":
    main()
