"""The event loop that both sides of a ratio run on: a node's own, uvloop where it is installed."""

import asyncio
import importlib.util
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

NAME: Final = "uvloop" if importlib.util.find_spec("uvloop") else "asyncio"


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """As `alertd serve` runs."""
    if NAME == "asyncio":
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)
