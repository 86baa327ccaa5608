"""Residents read what becomes of their data where they join, in the words of the paper."""

from alertd.privacy import facts, papers
from alertd.privacy.papers import Paper


async def test_residents_read_the_paper_s_own_words(client, desk, station):
    """The page has every sentence of the notice, and the page by which people join leads there; of a private station there is none."""
    page = (await (await client.get(f"/s/{station.slug}/donnees")).text()).replace("&#39;", "'")
    known = facts.of(desk.settings, station, desk.clock.now_ms())
    for block in papers.blocks(papers.markdown(Paper.RESIDENTS, known)):
        for row in block.items[1:] if block.kind == "table" else block.items:
            assert [cell for cell in row if cell not in page] == []
    assert f'href="/s/{station.slug}/donnees"' in await (await client.get(f"/s/{station.slug}")).text()
    assert (await client.get("/s/nulle-part/donnees")).status == 404
