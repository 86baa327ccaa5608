"""Sharing a slice out: nobody takes more than half while another waits, and nobody waits for ever."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from alertd.deliver.fairness import Waiting, share_out

MESSAGES = st.lists(
    st.builds(Waiting, st.integers(1, 10**6), st.integers(1, 6), st.just(4)),
    min_size=1,
    max_size=20,
    unique_by=lambda message: message.message_id,
)


@given(MESSAGES, st.integers(1, 500), st.integers(0, 10**6))
def test_the_parts_are_the_slice(messages, most, turn):
    """Nothing is given twice, nothing is left over, and no part is empty."""
    parts = list(share_out(messages, most, turn))
    assert sum(part for _, part in parts) == most
    assert all(part > 0 for _, part in parts)
    assert len({message.message_id for message, _ in parts}) == len(parts)


@given(MESSAGES, st.integers(2, 500), st.integers(0, 10**6))
def test_a_station_takes_at_most_half_while_another_waits(messages, most, turn):
    """However many messages a station has: rounded up where the slice is odd."""
    stations = Counter()
    for message, part in share_out(messages, most, turn):
        stations[message.station_id] += part
    if len({message.station_id for message in messages}) > 1:
        assert max(stations.values()) <= (most + 1) // 2
    assert max(stations.values()) - min(stations.values()) <= 1


@given(MESSAGES)
def test_one_at_a_time_goes_round(messages):
    """At one message a slice every station has had the same number of turns after as many rounds as there are stations."""
    stations = len({message.station_id for message in messages})
    served = Counter(
        message.station_id for turn in range(stations * 3) for message, _ in share_out(messages, 1, turn)
    )
    assert set(served.values()) == {3}


def test_one_at_a_time_goes_round_the_messages_of_each_station_too():
    """Where as many stations wait as each has messages, no message is for ever the one that is passed over."""
    messages = [Waiting(station * 10 + nth, station, 4) for station in (1, 2) for nth in (1, 2)]
    served = Counter(message.message_id for turn in range(8) for message, _ in share_out(messages, 1, turn))
    assert served == {11: 2, 12: 2, 21: 2, 22: 2}
