"""What people write back is understood however they write it, and what is not meant is not."""

import pytest

from alertd import catalogue
from alertd.catalogue.replies import Meaning, replies
from alertd.errors import ConfigurationError
from alertd.subscribe.replies import number_of


@pytest.fixture(scope="module")
def read():
    return catalogue.load().replies.meant


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        "Stop.",
        " «Stop» ",
        "STOP!!!",
        "Stop svp",
        "stop s'il vous plaît, merci",
        "Bonjour, STOP",
        "stop stop stop",
        "S.T.O.P.",
        "a r r e t",
        "ＳＴＯＰ",
        "ARRET",
        "Arrêt",
        "Arre\u0302t",
        "ARRÊTER",
        "arrêtez svp",
        "Stopper",
        "ST0P",
        "Disdici",
        "Me désinscrire",
        "désabonnement",
        "Stop les SMS de la mairie",
        "Arrêtez les SMS",
        "arreter de m'envoyer des messages",
        "Ne plus recevoir",
        "je veux arrêter",
        "Je veux me désabonner svp",
        "sto p",
        "stpo",
        "Partir",
        "STOP ?",
        "STOP 36111",
        "Non, stop",
        "Stop please",
        "unsubscribe",
        "STOPALL",
        "Stopp bitte",
        "Kündigen",
        "ABMELDEN",
        "afmelden aub",
        "Baja, por favor",
        "Basta, grazie",
        "🛑 stop 🛑",
        "Stop les infos",
        "STOP INFO MAIRIE",
        "Je ne veux plus recevoir vos messages",
        "Je ne souhaite plus recevoir de messages de la mairie",
        "Merci de me désinscrire de vos alertes",
        "Merci de ne plus m'envoyer de SMS",
        "Veuillez me désabonner svp",
        "Retirez-moi de votre liste",
        "STOPSMS",
        "desabonement",
        "Ich will keine SMS mehr",
        "No more messages!",
        "Remove me from this list",
    ],
)
def test_a_stop_is_understood_in_many_spellings(read, text):
    """Case, accents, punctuation, politeness, other languages and a few words after it: it is a STOP."""
    assert read(text) is Meaning.STOP


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("START", Meaning.START),
        ("start svp", Meaning.START),
        ("Reprendre", Meaning.START),
        ("Weiter", Meaning.START),
        ("ALTA", Meaning.START),
        ("Réabonnez-moi", Meaning.START),
        ("Je veux revenir", Meaning.START),
        ("AIDE", Meaning.HELP),
        ("Aidez-moi !", Meaning.HELP),
        ("c'est qui ?", Meaning.HELP),
        ("?", Meaning.HELP),
        ("Hilfe", Meaning.HELP),
        ("Au secours !", Meaning.HELP),
        ("SOS", Meaning.HELP),
        ("Info", Meaning.HELP),
        ("ayuda", Meaning.HELP),
        ("Aide moi", Meaning.HELP),
        ("Merci", Meaning.POLITE),
        ("Ok, bien reçu, merci beaucoup", Meaning.POLITE),
        ("👍", Meaning.POLITE),
        ("", Meaning.POLITE),
    ],
)
def test_other_words_are_understood(read, text, meaning):
    """START and AIDE are taken alone or with politeness; thanks ask for nothing."""
    assert read(text) is meaning


@pytest.mark.parametrize(
    "text",
    [
        "Quand l'eau revient-elle ?",
        "Ne pas stopper les alertes",
        "Stop, l'arbre est tombé sur la route de Verdun devant l'école",
        "starting",
        "stopover",
        "je veux partir en vacances",
        "Partir quand ?",
        "Partir ou rester ?",
        "Partir par quelle route",
        "Partir ?",
        "Leave now?",
        "Leave now",
        "Arrêter le compteur d'eau ?",
        "Arrêt du gaz ?",
        "Arrêt de bus Verdun fermé",
        "stop inondation ?",
        "Faut-il arrêter les SMS ?",
        "Basta acqua",
        "Stop! J'ai besoin d'aide",
        "Stop, au secours",
        "STOP SOS je suis bloqué",
        "Je ne veux plus",
        "Enlevez-moi de là",
        "Ne m'envoyez pas de secours",
        "SMS",
        "х" * 5_000,
    ],
)
def test_a_sentence_is_not_a_word(read, text):
    """A word inside a sentence or at the head of a long one decides nothing; nor does a question, an answer to "partez", or a cry for help."""
    assert read(text) is Meaning.UNKNOWN


def test_a_word_has_one_meaning():
    """Two meanings for one word, however it is spelt, and a phrase without a word are refused."""
    with pytest.raises(ValueError, match="means both stop and start"):
        replies({Meaning.STOP: ["arrêt"], Meaning.START: ["ARRET"]})
    with pytest.raises(ValueError, match="has no word"):
        replies({Meaning.STOP: ["!"]})


def test_a_file_that_contradicts_itself_is_refused_at_start(tmp_path):
    """The error names the file and the word."""
    folder = catalogue.config_folder()
    for name in ("topics.toml", "templates.toml"):
        (tmp_path / name).write_text((folder / name).read_text())
    (tmp_path / "phrases").mkdir()
    for file in (folder / "phrases").iterdir():
        (tmp_path / "phrases" / file.name).write_text(file.read_text())
    text = (folder / "replies.toml").read_text()
    (tmp_path / "replies.toml").write_text(text.replace('"start", ', '"start", "stop", '))
    with pytest.raises(ConfigurationError, match=r"replies\.toml.*'stop' means both"):
        catalogue.load(tmp_path)


@pytest.mark.parametrize("number", ["+262692123456", "+590690123456", "+594694123456", "+596696123456"])
def test_an_overseas_number_is_read_as_it_is_written_at_home(number):
    """0692... is of La Réunion whoever brings it, with or without its country; Nouvelle-Calédonie has no zero."""
    for written in (number, number[1:], f"0{number[4:]}"):
        assert number_of(written) == number
    assert number_of("+687751234") == "+687751234"
