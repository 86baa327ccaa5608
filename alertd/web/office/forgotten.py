"""What an alert's page says once it is not kept any more to whom it went."""

from alertd.issue import retention
from alertd.model import Station
from alertd.web import words
from alertd.web.rooms import Rooms


async def forgotten(rooms: Rooms, station: Station, alert_id: int) -> str:
    """Since when, and that the counts stay; "" while it is kept."""
    at = await retention.forgotten_at(rooms.db, alert_id)
    if at is None:
        return ""
    when = words.when(at, station.timezone, rooms.clock.now_ms())
    days = rooms.desk.settings.retention.deliveries_days
    return (
        f"Le détail, personne par personne, a été effacé {when} : il est gardé {words.count(days, 'jour')} après la fin de "
        "l'alerte. Les chiffres restent."
    )
