"""Pictures and PDFs of an alert: cleaned, kept by what they are, shown by whoever may, dropped when nothing shows them."""

import resource
from dataclasses import replace
from hashlib import sha256

import pytest
from files import AUTHOR, bomb, document, picture
from heart.town import EMAIL, SMS, build, mailbox, phone, settings

from alertd.clock import DAY, HOUR
from alertd.errors import Conflict, Refused, TooLarge, TooOften, Unavailable
from alertd.issue import attachments, save_draft
from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.model import Attachment, Level, Target
from alertd.store.contents import dumps, fingerprint, loads
from alertd.subscribe import groups

CLOSED = "Rue fermée, vue depuis le pont"


async def brought(town, raw=None, alt=CLOSED, station=None):
    """A file as a message of the station shows it."""
    station = station or town.station
    done = await attachments.bring(town.desk, town.mayor, station, raw or picture())
    return await attachments.named(town.db, station.id, done.digest, alt)


async def added(town):
    """What the audit says was brought."""
    return [row["object"] for row in await town.db.fetch("heart.audits") if row["action"] == "attachment.add"]


async def purged(town):
    async with town.db.transaction() as tx:
        return await attachments.purge(tx, town.clock.now_ms())


async def test_a_file_is_kept_clean_under_the_name_of_what_it_is(town):
    """Its digest is that of the clean bytes; brought again it is the same file, and the audit has a row for each."""
    first = await attachments.bring(town.desk, town.mayor, town.station, picture())
    again = await attachments.bring(town.desk, town.mayor, town.station, picture())
    kept = await attachments.own(town.db, town.station.id, first.digest)
    assert sha256(kept.body).hexdigest() == first.digest == again.digest
    assert AUTHOR.encode() not in kept.body
    assert (first.kind, first.width, first.size) == ("image/jpeg", 64, len(kept.body))
    assert (first.again, again.again) == (False, True)
    assert await added(town) == [f"attachment:{first.digest[:16]}"] * 2


async def test_what_must_not_be_shown_is_refused_in_a_sentence(town):
    """A wrong kind, a PDF that acts, an empty file, one that is too heavy; nothing of it is kept."""
    for raw, code in (
        (b"GIF89a" + bytes(99), "attachment_type"),
        (document(act="script"), "attachment_acts"),
        (b"", "attachment_empty"),
    ):
        with pytest.raises(Refused) as refused:
            await attachments.bring(town.desk, town.mayor, town.station, raw)
        assert refused.value.code == code
        assert refused.value.message.endswith(".")
    with pytest.raises(TooLarge):
        await attachments.bring(town.desk, town.mayor, town.station, bytes(5_242_881))
    assert await added(town) == []


async def test_a_bomb_bursts_in_a_process_apart(town):
    """Two gigabytes in two megabytes: the process has no room for them, the daemon is none the worse, and says so."""
    raw = bomb(2_000)
    assert len(raw) < 5_000_000
    with pytest.raises(
        (Refused, Unavailable)
    ) as burst:  # the latter on a machine that has other things to do
        await attachments.bring(town.desk, town.mayor, town.station, raw)
    assert burst.value.code in {"attachment_unreadable", "attachment_busy"}
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # in kilobytes
    assert children < 1_100_000
    assert (await brought(town)).kind == "image/jpeg"


async def test_nobody_fills_the_disk(town, monkeypatch):
    """After so many in an hour the next one waits."""
    monkeypatch.setattr(attachments, "AN_HOUR", 2)
    for _ in range(2):
        with pytest.raises(Refused):
            await attachments.bring(town.desk, town.mayor, town.station, b"GIF89a")
    with pytest.raises(TooOften):
        await attachments.bring(town.desk, town.mayor, town.station, picture())


async def test_the_digest_of_a_preview_covers_what_is_attached(town):
    """Another picture, or other words for it, is another message: it is looked at again."""
    await town.person()
    one = await brought(town)
    content = town.content(attachments=(one,))
    shown = await town.preview(content)
    for other in (
        replace(content, attachments=()),
        replace(content, attachments=(replace(one, alt="Autre chose"),)),
        replace(content, attachments=(await brought(town, document(), "Arrêté"),)),
    ):
        assert fingerprint(other) != fingerprint(content)
        with pytest.raises(Conflict) as changed:
            await release(town.desk, town.mayor, town.station, shown.digest, other)
        assert changed.value.code == "content_changed"
    assert loads(dumps(content)) == content
    assert "attachments" not in dumps(town.content())
    await release(town.desk, town.mayor, town.station, shown.digest, content)


@pytest.mark.parametrize(
    ("alts", "code"),
    [
        (("",), "alt_missing"),
        (("\u200b ",), "alt_missing"),
        (("deux\nlignes",), "alt_missing"),
        (("x" * 251,), "alt_too_long"),
        (("a", "b", "c", "d"), "attachments_too_many"),
        (("a", "a"), "attachment_twice"),
    ],
)
async def test_each_file_is_said_in_words_and_there_are_three_at_most(town, alts, code):
    """Who cannot see a picture is told what it shows; the text stays mandatory all the same."""
    files = tuple(Attachment(sha256(alt.encode()).hexdigest(), "image/png", alt) for alt in alts)
    with pytest.raises(Refused) as refused:
        await preview(town.desk, town.mayor, town.station, town.content(attachments=files))
    assert refused.value.code == code


async def test_another_station_s_file_is_as_unknown_as_none(town):
    """Whether a neighbour has the same file is not told."""
    mine = await brought(town)
    with pytest.raises(Refused) as refused:
        await attachments.named(town.db, town.neighbour.id, mine.digest, CLOSED)
    assert refused.value.code == "attachment_unknown"
    assert await attachments.own(town.db, town.neighbour.id, mine.digest) is None


async def test_everyone_sees_what_an_alert_shows_to_everyone(town):
    """Not before its release, not a group's, and no longer once an update shows something else."""
    await town.person()
    first, second = await brought(town), await brought(town, document(), "Arrêté")
    draft = town.content(attachments=(first,))
    await save_draft(town.desk, town.mayor, town.station, draft)
    assert await attachments.shown_to_all(town.db, first.digest) is None
    released = await town.release(attachments=(first,))
    shown = await attachments.shown_to_all(town.db, first.digest)
    assert shown.kind == "image/jpeg"
    await town.release(released.alert_id, attachments=(second,))
    assert await attachments.shown_to_all(town.db, first.digest) is None
    assert (await attachments.shown_to_all(town.db, second.digest)).kind == "application/pdf"


async def test_a_group_s_file_is_shown_to_nobody_else(town):
    """Its alert is private: only its own readers' links open it."""
    await town.person()
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Conseil")
    one, other = await brought(town), await brought(town, document(), "Arrêté")
    council = {"target": Target(groups=(group,)), "level": Level.WARNING}
    await town.release(attachments=(one,), **council)
    assert await attachments.shown_to_all(town.db, one.digest) is None
    released = await town.release(attachments=(other,))
    assert await attachments.shown_to_all(town.db, other.digest) is not None
    await town.release(released.alert_id, attachments=(other,), **council)
    assert await attachments.shown_to_all(town.db, other.digest) is None


async def test_a_file_is_shown_to_everyone_once_its_thread_is_for_everyone(town):
    """Though it began with a group: whoever reads the notice sees its picture."""
    await town.person()
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Conseil")
    one = await brought(town)
    begun = await town.release(attachments=(one,), target=Target(groups=(group,)), level=Level.WARNING)
    await town.release(begun.alert_id, attachments=(one,), level=Level.WARNING)
    assert await attachments.shown_to_all(town.db, one.digest) is not None


async def test_a_file_is_dropped_a_day_after_nothing_shows_it(town):
    """One that was never used, and one that an update took out; what a draft or an alert shows stays."""
    await town.person()
    alone, first, second = await brought(town), await brought(town, document(), "a"), await brought(town, picture("PNG"), "b")  # fmt: skip
    drafted = await brought(town, picture("WEBP"), "c")
    await save_draft(town.desk, town.mayor, town.station, town.content(attachments=(drafted,)))
    released = await town.release(attachments=(first,))
    town.clock.advance(HOUR)
    await town.release(released.alert_id, attachments=(second,))
    assert await purged(town) == 0
    town.clock.advance(DAY)
    assert await purged(town) == 2
    left = [
        await attachments.own(town.db, town.station.id, one.digest) for one in (alone, first, second, drafted)
    ]
    assert [file is not None for file in left] == [False, False, True, True]


async def test_what_was_dropped_meanwhile_is_told_at_release(town):
    """The whole release is undone: no alert promises a picture that is gone."""
    await town.person()
    one = await brought(town)
    town.clock.advance(DAY + HOUR)
    shown = await town.preview(attachments=(one,))
    assert await purged(town) == 1
    with pytest.raises(Conflict) as gone:
        await release(town.desk, town.mayor, town.station, shown.digest)
    assert gone.value.code == "attachment_unknown"
    assert await town.db.fetch("heart.messages") == []


async def test_the_word_that_it_is_over_shows_nothing(town):
    """What to see in a danger that is over would only mislead; what the alert showed is kept with it."""
    await town.person(email=1)
    one = await brought(town)
    released = await town.release(attachments=(one,), channels=frozenset({EMAIL}))
    await town.run()
    await town.end(released)
    await town.run()
    alert, end = town.provider.to(mailbox(1))
    assert CLOSED in alert.html
    assert CLOSED not in end.html
    town.clock.advance(2 * DAY)
    assert await purged(town) == 0


async def test_an_e_mail_links_to_what_is_attached_and_an_sms_to_the_alert(town):
    """Both faces of the letter name each file by its words; an SMS is not a letter longer."""
    await town.person(email=1)
    one = await brought(town)
    other = await brought(town, document(), "Arrêté <préfectoral>")
    await town.release(channels=frozenset({SMS, EMAIL}))
    await town.run()
    await town.release(channels=frozenset({SMS, EMAIL}), attachments=(one, other))
    await town.run()
    before, text = town.provider.to(phone(1))
    mail = town.provider.to(mailbox(1))[-1]
    assert text.text.replace(text.reference, "") == before.text.replace(before.reference, "")
    assert f'<a href="{mail.url}/{one.mark}">{CLOSED}</a>' in mail.html
    assert f'{mail.url}/{other.mark}">Arrêté &lt;préfectoral&gt; (PDF)</a>' in mail.html
    assert f"{CLOSED}: {mail.url}/{one.mark}" in mail.text


async def test_an_instance_may_admit_no_files(db, clock):
    """`attachments = 0`: none is brought, and none is sent."""
    chosen = settings()
    limits = chosen.limits.model_copy(update={"attachments": 0})
    town = await build(db, clock, chosen.model_copy(update={"limits": limits}))
    with pytest.raises(Refused) as off:
        await attachments.bring(town.desk, town.mayor, town.station, picture())
    assert off.value.code == "attachments_off"
