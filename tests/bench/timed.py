"""A stopwatch around one of the house's parts, whatever its methods are."""

import contextlib
import inspect
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any


class Timed:
    """Something, and the seconds spent in it: in its methods, in what they await, and inside its `async with`."""

    def __init__(self, of: Any) -> None:
        self._of = of
        self._depth = 0
        self.spent = 0.0

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._of, name)
        return self._call(part) if callable(part) else part

    def _call(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            with self._timing():
                result = method(*arguments, **named)
            if inspect.isawaitable(result):
                return self._await(result)
            return self._within(result) if hasattr(result, "__aenter__") else result

        return call

    async def _await(self, result: Any) -> Any:
        with self._timing():
            return await result

    @contextlib.asynccontextmanager
    async def _within(self, manager: Any) -> AsyncIterator[Any]:
        with self._timing():
            async with manager as given:
                yield given

    @contextlib.contextmanager
    def _timing(self) -> Iterator[None]:
        self._depth += 1
        began = time.perf_counter()
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self.spent += time.perf_counter() - began
