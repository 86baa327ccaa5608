"""What enrolment asks of the store costs what it touches, not what the store holds."""

import pytest
from store.plan import plan_of

ARGUMENTS = {
    "subscribers.find_owners": (bytes(64), 0),
    "subscribers.find_closed": (bytes(64), 0),
    "subscribers.find_by_refs": (1, '["a"]'),
    "subscribers.load_people": ("[1]", 1),
    "subscribers.load_endpoints": ("[1]",),
    "subscribers.load_places": ("[1]", 1),
    "subscribers.forget_reach": ("[1]",),
    "subscribers.count_channels": ("[1]",),
    "subscribers.derive_places": ("[1]",),
    "subscribers.derive_everywhere": ("[1]",),
    "subscribers.list_page": (1, 0, 500),
    "subscribers.export_endpoints": ("[1]",),
    "imports.list_staged": (1, 0, 100),
    "imports.find_danger": (),
    "groups.put": (1, "[1]"),
    "keys.find_by_hash": (bytes(32),),
    "sessions.find": (bytes(32), 0, 0),
}
TABLES = ("reach", "place", "endpoint", "subscriber", "subscription", "import_row", "api_key", "session")


@pytest.mark.parametrize("query", ARGUMENTS)
def test_no_statement_of_an_enrolment_reads_a_whole_table(query):
    """Each finds its rows by a key, so that a writer is never held by a million others."""
    plan = plan_of(query, ARGUMENTS[query])
    aliases = ("e", "s", "p", "b", "o", "q", "k", "m", "r")
    read_whole = [step for step in plan if step.startswith("SCAN") and "USING" not in step]
    assert not [step for step in read_whole if step.split()[1] in {*TABLES, *aliases} - _made(plan)]


def _made(plan):
    """What the statement itself made up: it is as small as its arguments."""
    return {step.split()[1] for step in plan if step.startswith(("CO-ROUTINE", "MATERIALIZE"))}
