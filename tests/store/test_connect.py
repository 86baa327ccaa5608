"""One address in the configuration chooses the engine."""

import pytest

from alertd.errors import ConfigurationError
from alertd.store import connect
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite


@pytest.mark.parametrize("slashes", ["", "//"])
async def test_a_sqlite_address_is_a_path(tmp_path, clock, slashes):
    """`sqlite:PATH` opens the file at PATH, with or without the two slashes of an address."""
    database = connect(f"sqlite:{slashes}{tmp_path}/var/alertd.db", clock)
    assert isinstance(database, SQLite)
    await database.open()
    await database.close()
    assert (tmp_path / "var" / "alertd.db").is_file()


async def test_a_postgresql_address_is_a_server(postgres_url, clock):
    """`postgresql://` opens the database of that server."""
    database = connect(postgres_url, clock)
    assert isinstance(database, Postgres)
    await database.open()
    await database.ping()
    await database.close()


@pytest.mark.parametrize(
    "url", ["", "alertd.db", "sqlite:", "sqlite://", "mysql://host/name", "postgresql:name"]
)
def test_any_other_address_is_refused(clock, url):
    """Any other address is refused, with the forms that are taken."""
    with pytest.raises(ConfigurationError, match="sqlite:PATH") as refusal:
        connect(url, clock)
    assert refusal.value.code == "store_url"
