"""Keys: what an id or a reference is made of."""

ALL_TOPICS = -1
"""A subscription's topics when it names none: every bit, also those of topics to come."""

SLOT_BITS = 8
EVERYWHERE = 0
"""The cell of a reach row whose subscriber gave no place: it lies in every zone of that station."""

REF_PART = "\x1f"
"""Parts a station's own key for a row that concerned several people; not printable, so never in a key that was given."""


def ref_shown(ref: str | None) -> str | None:
    """A person's ref as the station gave it."""
    return ref.partition(REF_PART)[0] if ref else ref


def endpoint_id(subscriber: int, slot: int) -> int:
    """An endpoint's id keeps its subscriber's order, so that keys are inserted in key order."""
    return subscriber << SLOT_BITS | slot


def subscriber_of(endpoint: int) -> int:
    """The subscriber whose endpoint it is."""
    return endpoint >> SLOT_BITS
