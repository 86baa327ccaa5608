"""Where a second person agrees before a message leaves: by station and level, with what happens when nobody answers.

An emergency never waits for anybody: it has its countdown.
"""

from dataclasses import dataclass
from typing import Final

from alertd.errors import Refused
from alertd.model import Level, Station
from alertd.store.database import Database, Transaction

SEND: Final = "send"
DROP: Final = "drop"
LONGEST: Final = 24 * 60
"""Minutes."""
LEVELS: Final = (Level.WARNING, Level.INFO)


@dataclass(frozen=True, slots=True)
class Rule:
    """`minutes` for anyone of the level's right, then `deputy_minutes` for the deputies, then `otherwise`."""

    minutes: int
    deputy_minutes: int
    otherwise: str = DROP


async def rule(store: Database | Transaction, station_id: int, level: Level) -> Rule | None:
    """What a station decided for a level; None: nobody is asked."""
    rows = await store.fetch("approvals.rule", station_id, int(level))
    return Rule(rows[0]["minutes"], rows[0]["deputy_minutes"], rows[0]["otherwise"]) if rows else None


async def decide(tx: Transaction, station: Station, level: Level, wanted: Rule | None) -> None:
    """From now on, for what is asked from now on. :raises Refused: `approval_invalid`."""
    if level not in LEVELS:
        raise Refused(
            "approval_invalid", "Une urgence n'attend l'accord de personne : elle a son compte à rebours."
        )
    if wanted is None:
        await tx.execute("approvals.drop_rule", station.id, int(level))
        return
    fits = 1 <= wanted.minutes <= LONGEST and 0 <= wanted.deputy_minutes <= LONGEST
    if not fits or wanted.otherwise not in {SEND, DROP}:
        raise Refused(
            "approval_invalid", "Dites combien de minutes (1 à 1440), puis envoyer ou ne pas envoyer."
        )
    terms = (wanted.minutes, wanted.deputy_minutes, wanted.otherwise)
    await tx.execute("approvals.set_rule", station.id, int(level), *terms)
