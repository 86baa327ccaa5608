"""Alerts by mail: a page of its reader's language, for any eyes, of which nothing runs."""

import re

from heart.town import EMAIL, build, mailbox, settings

from alertd.model import Text


async def test_a_mail_shows_what_was_written_and_runs_none_of_it(town):
    """Subject, text and page: angle brackets, ampersands and quotes are escaped, and only there."""
    await town.person(email=1)
    written = Text("Feu & <b>fumée</b>", 'Ligne "une"\n<script>alert(1)</script>', "A < B")
    await town.release(texts={"fr": written}, channels=frozenset({EMAIL}))
    await town.run()
    (mail,) = town.provider.ledger
    assert mail.subject == "[Bras-sur-Meuse] Feu & <b>fumée</b>"
    assert written.body in mail.text
    assert ">Feu &amp; &lt;b&gt;fumée&lt;/b&gt;</h1>" in mail.html
    assert "<script>" not in mail.html
    assert "&quot;une&quot;<br>&lt;script&gt;" in mail.html
    assert mail.sender_name == "Bras-sur-Meuse"
    assert mail.url in mail.html


def contrast(one, other):
    """Of two colours, as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_a_mail_is_a_page_of_its_reader_s_language(town):
    """The level in colour and in words, a button, the way out; what is quoted in French is marked as French."""
    await town.person(email=1, sms=0)
    await town.person(email=1, sms=0, locale="de")
    await town.release(channels=frozenset({EMAIL}))
    await town.run()
    french, german = (town.provider.to(mailbox(number))[-1] for number in (1, 2))
    assert '<html lang="fr">' in french.html
    assert "Bras-sur-Meuse - Urgence<" in french.html
    assert f'<a href="{french.url}" style="' in french.html
    assert ">Pour en savoir plus</a>" in french.html
    assert ">Ne plus recevoir</a>" in french.html
    assert '<html lang="de">' in german.html
    assert (
        '<span lang="fr">Incendie route de Verdun. Un feu de ferme. Fermez vos fenêtres.</span>'
        in german.html
    )
    assert "Jusqu'à " in french.text
    assert "Bis " in german.text


async def test_a_mail_can_be_read_in_the_dark_and_at_twice_its_size(town):
    """Both schemes are declared, white stands on dark colours only, and no width is counted in pixels."""
    await town.person(email=1, sms=0)
    released = await town.release(channels=frozenset({EMAIL}))
    await town.run()
    await town.end(released)
    await town.run()
    alert, end = town.provider.ledger
    for mail in (alert, end):
        assert '<meta name="color-scheme" content="light dark">' in mail.html
        assert "prefers-color-scheme:dark" in mail.html
        assert not re.search(r"\d(px|pt)\b|<table|<img|https?://(?!127)", mail.html)
        for fill in re.findall(r"background:(#\w{6})", mail.html.partition("</style>")[2]):
            assert contrast(fill, "#ffffff") >= 4.5
    for ground, ink in re.findall(r"background:(#\w{6});color:(#\w{6})", alert.html.partition("</style>")[0]):
        assert contrast(ground, ink) >= 7
    assert "Urgence" in alert.html
    assert "Urgence" not in end.html
    assert "Jusqu'à" not in end.text


async def test_an_exercise_by_mail_is_framed_by_its_word(db, clock):
    """Before the headline, and after everything but the way out."""
    town = await build(db, clock, settings())
    await town.person(email=1, sms=0, exercises=True)
    await town.release(exercise=True, channels=frozenset({EMAIL}))
    await town.run()
    (mail,) = town.provider.ledger
    page = re.sub(r"<[^>]+>", "\n", mail.html.partition("<body")[2]).split("\n")
    said = [line for line in page if line.strip()]
    assert said[1] == "EXERCICE"
    assert said.index("EXERCICE", 2) > said.index("Pour en savoir plus")
