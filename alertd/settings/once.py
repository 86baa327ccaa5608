"""Lists in which nothing may stand twice."""

from collections.abc import Sequence


def each_once(names: Sequence[str], advice: str) -> None:
    """Raises ValueError with the first name that is there more than once, and the advice."""
    if twice := next((name for name in names if names.count(name) > 1), None):
        message = f"{twice!r} is there twice; {advice}"
        raise ValueError(message)
