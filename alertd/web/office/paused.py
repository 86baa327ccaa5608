"""All sending is stopped: what operators read of it before they warn anyone."""

from alertd.stations import sending_switch
from alertd.web import words
from alertd.web.rooms import Rooms
from alertd.web.visits import Visit


async def paused_words(rooms: Rooms, here: Visit) -> str:
    """An operator who is about to warn people must know that nothing leaves, and who can change it."""
    pause = await sending_switch.paused(rooms.db)
    if pause is None:
        return ""
    when = words.when(pause.since, here.station.timezone, rooms.clock.now_ms())
    since = f", depuis {when}" if pause.since else ""
    why = f" Motif : {pause.reason.rstrip('.')}." if pause.reason else ""
    return (
        f"Tous les envois sont suspendus{since}.{why} Ce qui est déclenché attend, jusqu'à son heure limite ; "
        "l'administrateur de l'installation peut reprendre les envois."
    )
