"""How each row of the audit holds to the one before it. PostgreSQL's `audit_hash` says the same in SQL.

Texts are preceded by their length in characters, so that nothing can be moved from one to its neighbour.
"""

import hashlib


def link(
    previous: str,
    id_: int,
    at: int,
    station_id: int | None,
    actor: str,
    action: str,
    object_: str,
    detail: str,
) -> str:
    """The SHA-256, in hexadecimal, of the hash before ("" for the first row) and of all that a row says."""
    station = "-" if station_id is None else str(station_id)
    texts = "".join(f"{len(text)}:{text}" for text in (actor, action, object_, detail))
    return hashlib.sha256(f"{previous} {id_} {at} {station} {texts}".encode()).hexdigest()
