"""Addresses that belong to nobody: the n-th person's, by kind."""


def phone(person: int, which: int = 0) -> str:
    """The n-th person's number; it belongs to nobody."""
    return f"+336399{80_000 + person * 4 + which:05d}"


def mailbox(person: int, which: int = 0) -> str:
    """The n-th person's mailbox."""
    return f"habitant-{person}-{which}@example.org"


def device(person: int, which: int = 0) -> str:
    """The n-th person's telephone, as its notifications know it."""
    return f"telephone-{person}-{which}"


def landline(person: int, which: int = 0) -> str:
    """The n-th person's number for calls; it belongs to nobody."""
    return f"+3370000{person * 4 + which:04d}"
