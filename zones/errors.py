"""The one way a zone is refused."""


class ZoneError(Exception):
    """A zone, or a place, that cannot be used, with a stable code and a sentence for the person who drew it.

    `code` is snake_case and never changes (interfaces switch on it); `message` is French, because screens are
    French first, and says what to do next. Neither ever repeats what was received: it may be hostile or huge.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
