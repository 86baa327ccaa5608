"""Live counts: rounded so that moving a zone about locates nobody."""

import pytest

from alertd.issue.estimate import rounded
from alertd.model import Channel, Count


@pytest.mark.parametrize(
    ("exact", "people", "priced"), [(0, 0, 0), (1, 1, 5), (4, 1, 5), (5, 5, 5), (9, 5, 5), (214, 210, 210)]
)
def test_people_and_endpoints_are_rounded_to_fives(exact, people, priced):
    """One to four are one and the same, in people, in price and in time."""
    rough = rounded(Count(exact, {Channel.SMS: exact}, {Channel.SMS: exact}))
    assert rough.people == people
    assert rough.endpoints == {Channel.SMS: priced}
    assert rough.delayed[Channel.SMS] % 5 == 0
    assert rough.delayed[Channel.SMS] <= priced
