"""The condition of this node and its machine, for supervisors: what stops an alert though every provider works.

https://prometheus.io/docs/practices/naming/
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from alertd.backup import shelf, told
from alertd.clock import SECOND, Clock, to_ms
from alertd.errors import Unavailable
from alertd.settings import Settings
from alertd.stations import sending_switch
from alertd.store import Database, snapshots
from alertd.watch import alarms
from alertd.watch.nouns import Kind


@dataclass(frozen=True, slots=True)
class Condition:
    """How full disks are by what they hold (0 to 1), how old the last backup is; None: not known, or nobody told of one."""

    ready: bool
    sending: bool | None
    disks: Mapping[str, float] = field(default_factory=dict)
    backup_age_s: float | None = None
    alarms: Mapping[Kind, int] = field(default_factory=dict)

    def page(self) -> bytes:
        """In Prometheus' text format."""
        now = CollectorRegistry()
        _gauge(now, "alertd_ready", "Whether every loop of this node comes round.").set(self.ready)
        if self.sending is not None:
            _gauge(now, "alertd_sending", "0 while all sending is paused.").set(self.sending)
        disk = _gauge(now, "alertd_disk_used_ratio", "How full the disk is that holds it.", "holds")
        for holds, share in self.disks.items():
            disk.labels(holds).set(share)
        if self.backup_age_s is not None:
            _gauge(now, "alertd_backup_age_seconds", "Since the last backup was made.").set(self.backup_age_s)
        watch = _gauge(
            now, "alertd_watch_alarms", "What the watch finds wrong now, of the whole instance.", "kind"
        )
        for kind in Kind:
            watch.labels(kind.value).set(self.alarms.get(kind, 0))
        return generate_latest(now)


async def condition(settings: Settings, clock: Clock, db: Database, *, ready: bool) -> Condition:
    """As it is now; the disks are looked at aside, for a share that hangs must not hold up anybody."""
    disks, made_at = await asyncio.to_thread(_looked, settings)
    made_at = await _told(db) if made_at is None else made_at
    age = None if made_at is None else max(0, clock.now_ms() - made_at) / SECOND
    return Condition(ready, await _sending(db), disks, age, await _alarms(db))


async def _told(db: Database) -> int | None:
    """When PostgreSQL's last backup was made; nobody tells of SQLite's."""
    try:
        return await told.last(db)
    except Unavailable:
        return None


async def _sending(db: Database) -> bool | None:
    try:
        return await sending_switch.is_on(db)
    except Unavailable:
        return None


async def _alarms(db: Database) -> Mapping[Kind, int]:
    try:
        return Counter(one.kind for one in await alarms.standing(db))
    except Unavailable:
        return {}


def folders_of(settings: Settings) -> dict[str, Path]:
    """What this machine keeps on its disks, by what it holds."""
    folders = {"spool": Path(settings.node.folder or settings.keys.secret_file.parent)}
    if settings.store.url.startswith("sqlite:"):
        folders["database"] = snapshots.file_of(settings.store.url).parent
        folders["backups"] = shelf.folder_of(settings)
    return folders


def _looked(settings: Settings) -> tuple[dict[str, float], int | None]:
    folders, made_at = folders_of(settings), None
    if "backups" in folders and (known := shelf.on(folders["backups"])):
        made_at = to_ms(known[-1].made_at)
    return {holds: _used(folder) for holds, folder in folders.items() if folder.is_dir()}, made_at


def _used(folder: Path) -> float:
    usage = shutil.disk_usage(folder)
    return round(1 - usage.free / usage.total, 4)


def _gauge(registry: CollectorRegistry, name: str, said: str, *labels: str) -> Gauge:
    return Gauge(name, said, labels, registry=registry)
