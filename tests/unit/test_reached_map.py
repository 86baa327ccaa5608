"""The map of who was reached: quarters by colour, the same in words, and nothing of fewer than five."""

import zones
from alertd.issue.reached import ReachedCell
from alertd.model import Mode, Station
from alertd.stations.drawings import Hamlet
from alertd.web.office.reached_map import reached_part

HOME, NORTH, EAST = (49.209, 5.375), (49.24, 5.375), (49.209, 5.45)
STATION = Station(1, "bras", "Bras", "commune", Mode.TRAINING, "Europe/Paris", "FR", "fr", *HOME)


def prefix(place):
    return zones.cell(*place) >> zones.COARSE_SHIFT


def test_the_worst_is_said_first_and_few_are_not_told_apart():
    """Cells by the nearest name, else by their way from the mairie; none where nobody's place is known."""
    cells = (
        ReachedCell(prefix(HOME), 20, 20),
        ReachedCell(prefix(NORTH), 15, 0),
        ReachedCell(prefix(EAST), -1, 0),
    )
    told = reached_part(STATION, zones.Circle(*HOME, 5_000), cells, (Hamlet(1, 1, "La Gare", *HOME),))
    assert told.lines[0].endswith("moins de 5 atteints sur 15 environ.")
    assert told.lines[0].startswith("À 3,")
    assert told.lines[1] == "Autour de La Gare : tous, 20 abonnés environ."
    assert told.more.replace("\u00a0", " ") == "Et 1 secteur de moins de 5 abonnés, en gris."
    assert [
        str(told.picture).count(f'class="cell {name}"') for name in ("quarter-4", "quarter-0", "few")
    ] == [1, 1, 1]
    assert reached_part(STATION, None, (), ()).picture is None
