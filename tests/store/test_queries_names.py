"""What a report asks of the store costs what it names, not what the store holds."""

import pytest
from store.plan import plan_of

from alertd.store.statements import load

ARGUMENTS = {
    "provider_names.keep": (1, 1, '{"a": 1}', 1, 4),
    "provider_names.find": ("operator", '["a"]'),
    "provider_names.raise": ("operator", "a", 5),
    "provider_names.several": (1, "[1]"),
    "provider_names.purge": (0,),
    "receipts.take": (200,),
    "receipts.any_open": (),
}


@pytest.mark.parametrize("query", ARGUMENTS)
def test_no_statement_of_a_report_reads_a_whole_table(query):
    """Each finds its rows by a key: a town's worth of names is not walked for each receipt."""
    plan = plan_of(query, ARGUMENTS[query])
    read_whole = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    assert [step for step in read_whole if step != "SCAN CONSTANT ROW"] == []


async def test_postgresql_finds_names_by_their_key(postgres):
    """Before it has any statistics, too: the first alert's reports are not each a walk through all its names."""
    sql = load("postgres")["provider_names.find"].sql
    async with postgres.transaction() as tx:
        # A server that looked at the empty table meanwhile knows that it is empty; a truncated one is unknown again.
        await tx._connection.execute("TRUNCATE provider_name")
        rows = await tx._connection.fetch(f"EXPLAIN {sql}", "operator", '["a"]')
    plan = "\n".join(row[0] for row in rows)
    assert "provider_name_pkey" in plan
    assert "Seq Scan" not in plan
