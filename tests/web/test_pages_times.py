"""The alert's page tells how long it was to take beside how long it took."""

import re

from alertd.clock import SECOND
from alertd.web import words


def rows(page):
    """The table's cells, line by line."""
    return [
        re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", line) for line in re.findall(r"<tr>(.*?)</tr>", page)[1:]
    ]


async def test_forecast_and_fact_are_told_side_by_side(mayor, desk):
    """Known as they come: a dash stands for what has not happened yet."""
    path = await mayor.released()
    _, page = await mayor.get(path)
    assert [line[0] for line in rows(page)] == ["Premier", "La moitié", "Dernier"]
    assert {line[2] for line in rows(page)} == {"–"}
    alert = int(path.rpartition("/")[2])
    message = (await desk.db.fetch("messages.of_alert", alert))[0]
    async with desk.db.transaction() as tx:
        since = message["created_at"]
        await tx.execute("messages.mark", message["id"], since + 2 * SECOND, since + 125 * SECOND)
    _, page = await mayor.get(path)
    told = rows(page)
    assert 1 <= int(told[0][2].partition("\u00a0")[0]) <= 3
    assert told[1][2] == "2\u00a0min\u00a005"
    assert told[2][2] == "–"


def test_a_lapse_reads_as_people_say_it():
    """Seconds, minutes, hours; a dash where nothing is known."""
    said = [words.lapse(seconds) for seconds in (None, 0, 59.4, 65, 3600 + 120)]
    assert said == ["–", "0\u00a0s", "59\u00a0s", "1\u00a0min\u00a005", "1\u00a0h\u00a002"]
