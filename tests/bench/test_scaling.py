"""docs/scaling.md says what its own figures come to."""

from bench.scaling import COMPUTED, PAGE, computed


def test_what_the_page_computes_follows_from_what_it_measured():
    """The computed part is that of the tables above it: a figure that is changed there is changed everywhere."""
    page = PAGE.read_text("utf-8")
    assert COMPUTED.search(page)[0] == computed(page), "python tests/bench/scaling.py --write"
    assert "| a country | 34,875 | 30,000,000 |" in page
    assert "| a country | 5,000,000 |" in page
