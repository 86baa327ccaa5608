"""What may be said later, or again and again."""

from alertd.errors import Refused
from alertd.issue.desk import Desk
from alertd.issue.guards import check_level
from alertd.model import Actor, Content, Level
from alertd.publish.phrasing import says
from alertd.store import Row


def check_fits(actor: Actor, content: Content, shown: Row) -> None:
    """A preview's message, by this person, as a schedule: its codes are in `saving.draw`."""
    if content.level is Level.DANGER:
        raise Refused(
            "schedule_danger",
            "A danger is not scheduled: it leaves now, or not at all.",
            french="Une urgence ne se programme pas : elle part tout de suite, ou pas.",
        )
    check_level(actor, content.level)
    if content.attachments:
        raise Refused(
            "schedule_attachments",
            "What is scheduled leaves without attachments: take them off.",
            french="Un message programmé part sans pièce jointe : enlevez-la.",
        )
    if shown["alert_id"] is not None:
        raise Refused(
            "schedule_update",
            "An update of an alert is not scheduled: write a new message.",
            french="Une suite d'alerte ne se programme pas : écrivez un nouveau message.",
        )


def check_again(desk: Desk, content: Content) -> None:
    """What is said more than once says no hour. :raises Refused: `schedule_hour`."""
    if content.picks is not None and says(desk.catalogue, content.picks, "time"):
        raise Refused(
            "schedule_hour",
            "This message says an hour, which would be wrong the other times: say the moment otherwise, or leave it out.",
            french="Ce message dit une heure, qui serait fausse les autres fois. Dites le moment autrement, ou ne le dites pas.",
        )
