"""What SQLite reads of a queue that is given on: as much as is given on, and no more."""

import pytest
from store.plan import plan_of


@pytest.mark.parametrize(
    ("query", "values"), [("deliveries.stranded", (7, -1, 500)), ("deliveries.foreign", (7, 1, 1, 500))]
)
def test_a_queue_is_walked_in_its_index_s_order(query, values):
    """Nothing is sorted: a slice of a hundred thousand costs a slice."""
    plan = plan_of(query, values)
    assert not [step for step in plan if "TEMP B-TREE" in step]
    assert [step for step in plan if "delivery_queued" in step]
