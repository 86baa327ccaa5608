"""A batch that ends early when the node is asked to stop: what was not drawn from it has not been spoken."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from gateways.contract import Message


class Parting(Sequence[Message]):
    """Messages for a driver, who draws them one by one. `references` are those of the messages it drew."""

    def __init__(self, messages: Sequence[Message], parting: Callable[[], bool]) -> None:
        self._messages = messages
        self._parting = parting
        self.references: set[str] = set()

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        for message in self._messages:
            if self._parting():
                return
            self.references.add(message.reference)
            yield message

    @overload
    def __getitem__(self, key: int) -> Message: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Message]: ...
    def __getitem__(self, key: int | slice) -> Message | Sequence[Message]:
        """Whatever a driver takes so, it speaks."""
        taken = self._messages[key]
        self.references.update(each.reference for each in ([taken] if isinstance(taken, Message) else taken))
        return taken
