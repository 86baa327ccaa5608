"""Ready texts of a station: those that alertd came with, as the stations above it and it itself changed them.

A change is a new version, and never takes one away. What a station decides holds for those under it, until they decide otherwise;
an organisation's emergencies are its commune's to word.
"""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from alertd.catalogue import Catalogue, Template
from alertd.model import Content, Level, Station
from alertd.stations import stations
from alertd.store.database import Database, Row, Transaction

OWN: Final = "own"
RENAMED: Final = "renamed"
HIDDEN: Final = "hidden"
INHERITED: Final = "inherited"
ALERT: Final = "alert"
HISTORY: Final = 100


@dataclass(frozen=True, slots=True)
class Version:
    """One decision about a ready text: number `number` of station `station`, whose own it is if `depth` is 0. `template` has
    its words where it gives some; `made_at` is in UTC milliseconds.
    """

    id: int
    key: str
    number: int
    state: str
    label: str
    template: Template | None
    author: str
    made_at: int
    depth: int
    station: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A ready text as a station has it. `source` is whose words they are, "" for alertd's; `mine` the station's own last
    decision about it, None where it made none.
    """

    template: Template
    source: str = ""
    hidden: bool = False
    mine: Version | None = None

    @property
    def number(self) -> int:
        """Of the station's last decision; the next one must know it."""
        return self.mine.number if self.mine else 0


View = Mapping[str, Offered]


async def view(store: Database | Transaction, catalogue: Catalogue, station: Station) -> View:
    """All ready texts of alerts, the hidden ones too, by key."""
    rows = await store.fetch("templates.newest", station.id)
    return overlay(catalogue, [version(row) for row in rows])


def overlay(catalogue: Catalogue, decided: Sequence[Version]) -> View:
    """What alertd came with, changed by decisions from the top of the tree down."""
    found = {key: Offered(text) for key, text in catalogue.templates.items() if text.kind == ALERT}
    for one in decided:
        if (changed := _changed(found.get(one.key), one)) is not None:
            found[one.key] = replace(changed, mine=one) if one.depth == 0 else changed
    return found


def _changed(before: Offered | None, one: Version) -> Offered | None:
    if one.state == OWN and one.template is not None:
        return Offered(one.template, one.station, mine=before.mine if before else None)
    if before is None:  # of a text that alertd does not come with any more
        return None
    if one.state == RENAMED:
        return replace(before, template=replace(before.template, label=one.label))
    return replace(before, hidden=one.state == HIDDEN or before.hidden)


def usable(offered: View, station: Station, grants: frozenset[str] | None) -> dict[str, Template]:
    """What this station may use: shown, for its kind, and of the dangers only those granted (None: all)."""
    return {
        key: one.template
        for key, one in offered.items()
        if not one.hidden and for_kind(one, station.kind) and _may(one.template, grants)
    }


def about(texts: Mapping[str, Template], topics: Container[str]) -> dict[str, Template]:
    """Those to begin with, of the topics that a station offers: what it hides it is not offered ready either."""
    return {key: text for key, text in texts.items() if text.topic in topics}


def for_kind(one: Offered, kind: str) -> bool:
    """Whether stations of this kind are offered it; one's own always is."""
    return kind not in one.template.withheld or (one.mine is not None and one.mine.state == OWN)


def _may(text: Template, grants: frozenset[str] | None) -> bool:
    return grants is None or text.level != Level.DANGER.word or text.key in grants


async def of_parent(store: Database | Transaction, catalogue: Catalogue, station: Station) -> View:
    """As the station above has them; alertd's own where there is none. In these words organisations send what was granted."""
    if station.parent_id is None:
        return overlay(catalogue, ())
    return await view(store, catalogue, await stations.by_id(store, station.parent_id))


async def begun(
    store: Database | Transaction, catalogue: Catalogue, station: Station, key: str, version_id: int
) -> Template | None:
    """The ready text that somebody began with, in that version (0: alertd's), of this station or one above; else None."""
    if not key or not version_id:
        return catalogue.templates.get(key)
    past = await history(store, station, key)
    return next((one.template for one in past if one.id == version_id), None)


async def newest(
    store: Database | Transaction, catalogue: Catalogue, station: Station, content: Content
) -> Content:
    """The content with the version that is offered now, for whoever names a ready text by its key alone."""
    if not content.template or content.template_version:
        return content
    found = (await view(store, catalogue, station)).get(content.template)
    return replace(content, template_version=found.template.version if found else 0)


async def history(store: Database | Transaction, station: Station, key: str) -> tuple[Version, ...]:
    """What was decided about it here and above, the newest first, the last hundred."""
    rows = await store.fetch("templates.history", station.id, key, HISTORY)
    return tuple(version(row) for row in rows)


async def one(store: Database | Transaction, version_id: int) -> Version | None:
    """The version of that id, for an alert that came from it."""
    rows = await store.fetch("templates.one", version_id)
    return version(rows[0]) if rows else None


def version(row: Row) -> Version:
    """A version from its row."""
    said = json.loads(row["said"])
    label = said.get("label", "")
    text = _template(row, said) if row["state"] == OWN else None
    named = {name: row[name] for name in ("id", "number", "state", "author", "made_at", "depth")}
    return Version(key=row["template"], label=label, template=text, station=row["name"], **named)


def said_of(text: Template) -> str:
    """A ready text's words as they are kept."""
    parts = {name: getattr(text, name) for name in _PARTS}
    sets = {name: sorted(getattr(text, name)) for name in _SETS}
    return json.dumps(parts | sets, ensure_ascii=False, sort_keys=True)


def _template(row: Row, said: Mapping[str, Any]) -> Template:
    words: dict[str, Any] = {name: said[name] for name in _PARTS}
    words |= {name: frozenset(said[name]) for name in _SETS}
    return Template(key=row["template"], kind=ALERT, version=row["id"], **words)


_PARTS: Final = ("label", "topic", "level", "headline", "body", "instruction")
_SETS: Final = ("locked", "withheld")
