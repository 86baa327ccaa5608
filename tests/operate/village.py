"""A village on a SQLite database in a folder of its own, with its secret, as the command line finds it."""

from contextlib import asynccontextmanager

from alertd.clock import DAY
from alertd.keys import Keyring
from alertd.model import Channel, Mode
from alertd.settings import Settings
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.store import connect
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

HOME = (49.2090, 5.3750)
TOML = '[http]\nport = 0\n[store]\nurl = "sqlite:alertd.db"\n[keys]\nsecret_file = "secret.key"\n'


def settings_in(folder, **more):
    """An instance in that folder."""
    chosen = {
        "store": {"url": f"sqlite:{folder}/alertd.db"},
        "keys": {"secret_file": f"{folder}/secret.key"},
        "http": {"port": 0},
        "sending": {"poll_s": 0.02},
    }
    return Settings.model_validate(chosen | more)


@asynccontextmanager
async def opened(settings, clock):
    """Its store."""
    db = connect(settings.store.url, clock)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def settle(db, clock, keyring, people=3):
    """Bras-sur-Meuse and its first people; their ids."""
    new = NewStation("bras", "Bras-sur-Meuse", *HOME, mode=Mode.TRAINING)
    async with db.transaction() as tx:
        station = await stations.add(tx, clock, new)
        return station, [await _join(tx, clock, keyring, station, number) for number in range(people)]


async def _join(tx, clock, keyring, station, number):
    phone = ((Channel.SMS, f"+3363998{number:04}"),)
    person = Enrolment(phone, "accueil", clock.now_ms() - DAY, places=(At(*HOME),))
    return (await enrol(tx, clock, keyring, station, person, fiction=True)).subscriber_id


def keyring_in(folder):
    """Its secret."""
    return Keyring.load(folder / "secret.key", create=True)
