"""What can be alerted about, and the words for it: topics, levels, templates and phrases, read from config/."""

from alertd.catalogue.files import config_folder
from alertd.catalogue.nouns import LANGUAGES, Catalogue, Level, Phrase, Template, Topic
from alertd.catalogue.read import load

__all__ = ["LANGUAGES", "Catalogue", "Level", "Phrase", "Template", "Topic", "config_folder", "load"]
