"""A text of its own for each date, from a pasted table: the canteen's menus, the theme of each market."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from alertd.errors import Refused
from alertd.issue.check import unseen
from alertd.issue.desk import Desk
from alertd.model import Actor, Content
from alertd.schedule import agreeing
from alertd.schedule.plans import Plan
from alertd.schedule.saving import note_tick, put, ticked_for
from alertd.store import Database

MOST: Final = 366
MOST_SIGNS: Final = 100_000
AHEAD: Final = 2 * MOST
"""Dates looked at, those left out included: more than a daily schedule has in the year that a table may hold."""
HEADINGS: Final = frozenset({"date", "dates", "jour", "jours"})
_DAY: Final = re.compile(r"(?:\w{2,9}\.? )?(\d{1,2})/(\d{1,2})/(\d{4})")


def read_texts(table: str, most_chars: int) -> dict[date, str]:
    """Read lines of a day and its words, as typed, or copied from a spreadsheet (tabs) or a CSV file (semicolons, commas).

    :raises Refused: `texts_unreadable`: the line that is wrong, and why.
    """
    if len(table) > MOST_SIGNS:
        raise _refused("C'est trop long : collez un an au plus.")
    mark = next((mark for mark in ("\t", ";") if mark in table), ",")
    found: dict[date, str] = {}
    for cells in csv.reader(io.StringIO(table, newline=""), delimiter=mark, skipinitialspace=True):
        if not any(map(str.strip, cells)) or (not found and cells[0].strip().lower() in HEADINGS):
            continue
        day, words = _day(cells[0].strip()), _words(cells[1:])
        _check(day, words, most_chars)
        if day in found:
            raise _refused(f"Le {day:%d/%m/%Y} est donné deux fois.")
        found[day] = words
    if len(found) > MOST:
        raise _refused(f"Au plus {MOST} jours.")
    return found


def shown(texts: Mapping[date, str]) -> str:
    """The table again, as it may be typed."""
    return "\n".join(f"{day:%d/%m/%Y} ; {_quoted(words)}" for day, words in texts.items())


def unsaid(plan: Plan, now: int, texts: Mapping[date, str]) -> list[date]:
    """The days of which the words are never said, for nothing leaves on them: a holiday, or a day that the rule leaves out."""
    coming = plan.upcoming(now, AHEAD) if texts else []
    sent = {each.at.astimezone(plan.recurrence.zone).date() for each in coming if each.left_out is None}
    return sorted(set(texts) - sent)


async def texts(db: Database, schedule_id: int, since: date) -> dict[date, str]:
    """A schedule's words by day, from a day on."""
    rows = await db.fetch("schedules.texts", schedule_id, since.isoformat(), MOST)
    return {date.fromisoformat(row["day"]): row["words"] for row in rows}


async def keep(
    desk: Desk, actor: Actor, plan: Plan, wanted: Mapping[date, str], *, neutral: bool = False
) -> None:
    """Replace a schedule's words by these, all or none. Whether the actor may is the caller's to ask (`saving.mine`).

    `neutral`: they promote nobody. :raises Refused: `election_tick`. :raises Conflict: `schedule_changed`.
    """
    ticked = bool(wanted) and await ticked_for(desk, plan, neutral=neutral)
    rows = [(plan.id, day.isoformat(), words) for day, words in wanted.items()]
    changed, detail = await agreeing.asked(desk, actor, plan), {"days": len(rows)}
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, changed, "schedule.texts", detail)
        await tx.execute("schedules.forget_texts", plan.id)
        await tx.execute_many("schedules.add_text", rows)
        if ticked:
            await note_tick(desk, tx, actor, plan)


async def said_on(db: Database, plan: Plan, day: date, content: Content) -> Content:
    """The content with the day's words as its instruction, which every channel tells; as it is on a day without."""
    rows = await db.fetch("schedules.text_on", plan.id, day.isoformat())
    if not rows:
        return content
    return saying(content, rows[0]["words"])


def saying(content: Content, words: str) -> Content:
    """The content with these words as its instruction, in each of its languages."""
    return replace(
        content,
        texts={tongue: replace(text, instruction=words) for tongue, text in content.texts.items()},
        picks=None,
        template="",
    )


def read_words(typed: str, most_chars: int) -> str:
    """Words of one date, or of all. :raises Refused: `texts_unreadable`."""
    words = " ".join(typed.split())
    if len(words) > most_chars:
        raise _refused(
            f"Ce texte a {len(words)} caractères : {most_chars} au plus.",
            f"This text has {len(words)} characters: {most_chars} at most.",
        )
    if unseen(words):
        raise _refused(
            "Ce texte contient un signe que les téléphones n'affichent pas.",
            "This text has a sign that telephones do not show.",
        )
    return words


def _day(text: str) -> date:
    found = _DAY.fullmatch(text.lower())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise _refused(f"« {text[:40]} » n'est pas un jour : écrivez 09/03/2026 ; le texte.") from None


def _words(cells: Sequence[str]) -> str:
    """What several cells, or the lines of one, say together: a menu's dishes are often one below the other."""
    lines = (line.strip() for cell in cells for line in cell.splitlines())
    return ", ".join(filter(None, lines))


def _check(day: date, words: str, most_chars: int) -> None:
    if not words:
        raise _refused(f"Le {day:%d/%m/%Y} n'a pas de texte.")
    if len(words) > most_chars:
        raise _refused(f"Le texte du {day:%d/%m/%Y} a {len(words)} caractères : {most_chars} au plus.")
    if unseen(words):
        raise _refused(f"Le texte du {day:%d/%m/%Y} contient un signe que les téléphones n'affichent pas.")


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"' if set(words) & set(';"\t') else words


def _refused(sentence: str, english: str = "") -> Refused:
    said = english or sentence
    return Refused("texts_unreadable", said, fields={"texts": said}, french=sentence)
