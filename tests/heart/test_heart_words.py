"""Render: what each reader is told, in their language, on their channel, with a link that is theirs."""

import json
import re

from heart.told import said
from heart.town import EMAIL, PUSH, SMS, VOICE, build, landline, phone, settings

from alertd.issue.reading import alert_by_code
from alertd.keys import endpoint_context
from alertd.model import Text
from alertd.publish.links import NOBODY, Links
from alertd.publish.wording import sentence, sms
from gateways.text import measure, segments
from gateways.tongues import passages, shown

ALL = frozenset({SMS, EMAIL})
LINKS = Links("http://127.0.0.1:8080")
LANGUAGES = {
    "fr": ("Incendie route de Verdun", "EXERCICE"),
    "en": ("Fire on Verdun road", "EXERCISE"),
    "de": ("Brand an der Verduner Straße", "ÜBUNG"),
    "nl": ("Brand op de weg naar Verdun", "OEFENING"),
    "es": ("Incendio en la carretera de Verdún", "EJERCICIO"),
    "it": ("Incendio sulla strada di Verdun", "ESERCITAZIONE"),
}


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


def test_no_full_stop_stands_behind_an_address():
    """A phone would take it into the link; whatever else ends a text without one gets it."""
    for address in (
        "https://bras.fr/complete.html",
        "www.bras.fr",
        "bras.fr/carte",
        "bras.fr",
        "mairie@bras.fr",
    ):
        assert sentence(f"Carte complète: {address}") == f"Carte complète: {address}"
    for text in ("Appelez le 112", "Restez chez M.Dupont", "Coupé rue A.B", "Fermé de 8h/12h"):
        assert sentence(text) == f"{text}."


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


async def test_a_call_says_figures_and_abbreviations_in_full(db, clock):
    """As the reader's language says them; what is quoted in French is said in French. No other channel is touched."""
    town = await build(db, clock, settings(channels=("sms", "voice")))
    await town.person(voice=1)
    await town.person(voice=1, locale="de")
    written = Text("Route D964 coupée av. Foch", "", "Déviation: RD 12, jusqu'à 18h. Urgence: 112.")
    await town.release(texts={"fr": written}, channels=frozenset({SMS, VOICE}))
    await town.run()
    french, german = (town.provider.to(landline(number))[-1].text for number in (1, 2))
    assert [language for _, language in passages(german, "de")] == ["de", "fr"]
    german = shown(german)
    quoted = "Route départementale neuf cent soixante-quatre coupée avenue Foch."
    todo = "Déviation: route départementale douze, jusqu'à dix-huit heures. Urgence: cent douze."
    assert french == f"Bras-sur-Meuse: {quoted} {todo}"
    assert german.endswith(f"{quoted} {todo}")
    assert "dreizehn Uhr" in german
    assert not re.search(r"\d", german)
    assert "D964 coupée av. Foch" in town.provider.to(phone(1))[-1].text


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


async def test_a_short_host_makes_links_of_twenty_signs(db, clock):
    """In an SMS and its greeting, without a scheme, and counted so; an e-mail has the whole address."""
    chosen = settings(channels=("sms", "email"))
    http = chosen.http.model_copy(update={"short_url": "https://alert.fr"})
    town = await build(db, clock, chosen.model_copy(update={"http": http}))
    await town.person(email=1, proven=False)
    await town.release(channels=ALL)
    await town.run()
    text, mail = await said(town)
    link = re.search(r"alert\.fr/(\w{11}) ", text.text)
    assert len(link[0].strip()) == 20
    assert "Pour partir: alert.fr/partir/" in text.text
    assert "https://" not in text.text
    assert (await alert_by_code(town.desk, link[1])).view.summary.headline == "Incendie route de Verdun"
    assert f"{http.public_url}/a/" in mail.text
    assert text.url == f"{http.public_url}/a/{link[1]}"


async def test_an_sms_costs_what_every_case_at_hand_says(town, shared):
    """The station's name and the link included, the preview counts what leaves; accents and emoji of others' cases too."""
    cases = json.loads((shared / "vectors" / "sms" / "twilio-segments.json").read_text("utf-8"))
    await town.person()
    for case in cases:
        body = "".join(sign for sign in case["body"] if sign.isprintable())[:500]
        texts = {"fr": Text("Essai", "", body)}
        counted = sms(town.desk.catalogue, town.station.name, town.content(texts=texts), "fr", LINKS)
        await town.release(texts=texts)
        await town.run()
        left = town.provider.ledger[-1].text
        assert left.replace(left[-11:], NOBODY) == counted
        assert measure(counted).units == measure(left).units


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
