"""Render: what each reader is told, in their language, on their channel, with a link that is theirs."""

import re

from heart.town import EMAIL, PUSH, SMS, VOICE, build, mailbox, phone, settings

from alertd.issue.reading import alert_by_code
from alertd.keys import endpoint_context
from alertd.model import Text
from gateways.text import segments

ALL = frozenset({SMS, EMAIL})
LANGUAGES = {
    "fr": ("Incendie route de Verdun", "EXERCICE"),
    "en": ("Fire on Verdun road", "EXERCISE"),
    "de": ("Brand an der Verduner Straße", "ÜBUNG"),
    "nl": ("Brand op de weg naar Verdun", "OEFENING"),
    "es": ("Incendio en la carretera de Verdún", "EJERCICIO"),
    "it": ("Incendio sulla strada di Verdun", "ESERCITAZIONE"),
}


async def said(town, number=1):
    """The last word to a person, by SMS and by mail."""
    return town.provider.to(phone(number))[-1], town.provider.to(mailbox(number))[-1]


async def test_each_reader_is_told_in_their_language_where_it_was_written(town):
    """Six languages, six texts; a regional variant reads its language's."""
    for locale in (*LANGUAGES, "nl-BE"):
        await town.person(locale=locale, email=1)
    texts = {locale: Text(headline, "", "112.") for locale, (headline, _) in LANGUAGES.items()}
    await town.release(texts=texts, channels=ALL)
    await town.run()
    for number, locale in enumerate((*LANGUAGES, "nl"), 1):
        text, mail = await said(town, number)
        assert text.text.startswith(f"Bras-sur-Meuse: {LANGUAGES[locale][0]}. 112.")
        assert mail.subject == f"[Bras-sur-Meuse] {LANGUAGES[locale][0]}"


async def test_a_reader_whose_language_nobody_wrote_gets_facts_in_it_then_the_french(town):
    """Level, topic and what to do from the phrase book; then the text as it was written, unchanged."""
    others = [locale for locale in LANGUAGES if locale != "fr"]
    for locale in others:
        await town.person(locale=locale, email=1)
    await town.release(channels=ALL)
    await town.run()
    find = town.desk.catalogue.phrase
    for number, locale in enumerate(others, 1):
        for message in await said(town, number):
            assert "Incendie route de Verdun" in message.text
            assert "Fermez vos fenêtres." in message.text
            topic = message.text.index(find(locale, "topic.fire"))
            assert topic < message.text.index("Incendie route de Verdun")
            assert find(locale, "level.danger") in message.text
            assert message.locale == locale


async def test_an_exercise_says_so_first_and_last_in_every_text(town):
    """In six languages, at the beginning and at the end of its life, for whoever was greeted and whoever was not."""
    for locale in LANGUAGES:
        await town.person(locale=locale, email=1, exercises=True)
        await town.person(locale=locale, email=1, exercises=True, proven=False)
    released = await town.release(exercise=True, channels=ALL)
    await town.run()
    await town.end(released)
    await town.run()
    assert len(town.provider.ledger) == 8 * len(LANGUAGES)
    for message in town.provider.ledger:
        word = LANGUAGES[message.locale][1]
        for text in (message.text, message.subject or message.text):
            assert text.startswith(word)
            assert text.endswith(word)


async def test_what_is_no_exercise_never_says_so(town):
    """A real alert is real in every text."""
    await town.person(email=1, exercises=True)
    await town.release(channels=ALL)
    await town.run()
    assert not any("EXERCICE" in message.text + message.subject for message in town.provider.ledger)


async def test_an_exercise_says_so_by_voice_and_in_notifications_too(db, clock):
    """The first word and the last of what is spoken, and of title and text together."""
    town = await build(db, clock, settings(channels=("voice", "push")))
    person = await town.person(exercises=True)
    async with db.transaction() as tx:
        for slot, channel in ((8, VOICE), (9, PUSH)):
            id_ = person << 8 | slot
            context = endpoint_context(id_, int(channel))
            sealed, key_id = town.desk.keyring.seal(f"address-{slot}", context)
            row = (id_, person, 0, int(channel), 1, sealed, bytes([slot]) * 32, key_id, 0, 0)
            await tx.execute("subscribers.add_endpoint", *row)
    await town.release(exercise=True, channels=frozenset({VOICE, PUSH}))
    await town.run()
    spoken, notified = town.provider.to("address-8")[0], town.provider.to("address-9")[0]
    assert spoken.text.startswith("EXERCICE")
    assert spoken.text.endswith("EXERCICE.")
    assert notified.subject.startswith("EXERCICE")
    assert notified.text.endswith("EXERCICE")


async def test_the_text_of_an_sms_is_never_folded(town):
    """Accents, emoji and quotation marks leave as they were written, whatever they cost."""
    await town.person()
    written = Text("Évacuation — « Fête »", "", "Sortez tout de suite… 🚒 ê")
    await town.release(texts={"fr": written})
    await town.run()
    (message,) = town.provider.ledger
    assert message.text.startswith("Bras-sur-Meuse: Évacuation — « Fête ». Sortez tout de suite… 🚒 ê")


async def test_the_preview_counts_the_segments_that_leave(db, clock):
    """What a sender is charged for is what was priced."""
    sender = {"name": "Bras", "unit": "segment", "price": 1.0}
    town = await build(db, clock, settings(sender, channels=("sms",)))
    await town.person()
    long = Text("Feu de ferme", "", "Restez chez vous, fermez tout, coupez la ventilation. " * 4)
    told = await town.preview(texts={"fr": long})
    await town.release(texts={"fr": long})
    await town.run()
    assert told.price == segments(town.provider.ledger[0].text) == 2


async def test_a_link_is_eleven_letters_and_opens_for_its_own_reader(town):
    """/a/ and the delivery's key: each reader has another one, and each leads to the alert in their language."""
    await town.person(), await town.person(locale="de")
    released = await town.release()
    await town.run()
    codes = [re.search(r"/a/(\w+)", message.text)[1] for message in town.provider.ledger]
    assert [len(code) for code in codes] == [11, 11]
    assert codes == [message.reference for message in town.provider.ledger]
    for code, locale in zip(codes, ("fr", "de"), strict=True):
        link = await alert_by_code(town.desk, code)
        assert (link.view.summary.id, link.locale) == (released.alert_id, locale)
    assert codes[0] != codes[1]
    assert await alert_by_code(town.desk, "0" * 11) is None


async def test_whoever_was_taken_over_from_a_list_is_told_once_how_to_leave(town):
    """The first message that was accepted says who writes and how to leave; the second does not."""
    await town.person(email=1, proven=False)
    await town.release(channels=ALL)
    await town.run()
    first = await said(town)
    await town.release(channels=ALL)
    await town.run()
    second = await said(town)
    greeting = "Bras-sur-Meuse vous a inscrit à ses alertes. Pour partir: http://127.0.0.1:8080/partir/"
    assert [greeting in message.text for message in first] == [True, True]
    assert [greeting in message.text for message in second] == [False, False]


async def test_a_greeting_that_did_not_arrive_is_said_again(town):
    """Only an accepted message has greeted anyone."""
    await town.person(proven=False)
    town.provider.plays(phone(1), "failed")
    await town.release()
    await town.run()
    await town.release()
    await town.run()
    assert ["/partir/" in message.text for message in town.provider.ledger] == [True, True]


async def test_whoever_confirmed_an_address_is_not_greeted(town):
    """They know who writes: an SMS has no foot; a mail still says how to leave."""
    await town.person(email=1)
    await town.release(channels=ALL)
    await town.run()
    text, mail = await said(town)
    assert "/partir/" not in text.text
    assert "/partir/" in mail.text
    assert "vous a inscrit" not in mail.text


async def test_a_mail_shows_what_was_written_and_runs_none_of_it(town):
    """Subject, text and page: angle brackets, ampersands and quotes are escaped, and only there."""
    await town.person(email=1)
    written = Text("Feu & <b>fumée</b>", 'Ligne "une"\n<script>alert(1)</script>', "A < B")
    await town.release(texts={"fr": written}, channels=frozenset({EMAIL}))
    await town.run()
    (mail,) = town.provider.ledger
    assert mail.subject == "[Bras-sur-Meuse] Feu & <b>fumée</b>"
    assert written.body in mail.text
    assert "<h1>Feu &amp; &lt;b&gt;fumée&lt;/b&gt;</h1>" in mail.html
    assert "<script>" not in mail.html
    assert "&quot;une&quot;<br>&lt;script&gt;" in mail.html
    assert mail.sender_name == "Bras-sur-Meuse"
    assert mail.url in mail.html
