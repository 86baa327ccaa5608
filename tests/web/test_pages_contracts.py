"""A template and its contract agree: what the dataclass has is what the template uses, and nothing else."""

import importlib
import inspect
from dataclasses import fields
from pkgutil import iter_modules

import jinja2
import pytest
from jinja2 import meta, nodes

from alertd.web import contracts
from alertd.web.contracts import Frame
from alertd.web.show import TEMPLATES, environment

MODULES = (
    contracts,
    *(
        importlib.import_module(f"{contracts.__name__}.{found.name}")
        for found in iter_modules(contracts.__path__)
    ),
)
PAGES = [
    page
    for module in MODULES
    for _, page in inspect.getmembers(module, inspect.isclass)
    if hasattr(page, "template")
]
ENVIRONMENT = environment()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_template_uses_exactly_its_contract(page):
    """Every field is shown or decides something; no name is asked for that the page does not give."""
    assert names(page.template) == {field.name for field in fields(page)}


def test_every_template_has_one_contract():
    """No page without a contract, and no contract for two pages; base and macros are parts of others."""
    parts = {
        "base.html",
        "_icons.html",
        "_book.html",
        "_files.html",
        "_wordings.html",
        "_map.html",
        "_notice.html",
        "_places.html",
        "_passkey.html",
        "_prove.html",
        "_refusal.html",
        "_resident.html",
    }
    templates = {path.name for path in TEMPLATES.iterdir()} - parts
    assert sorted(page.template for page in PAGES) == sorted(templates)


def test_the_frame_is_used_whole():
    """Each field of the frame is asked for by some template."""
    sources = "".join(path.read_text() for path in TEMPLATES.iterdir())
    assert [field.name for field in fields(Frame) if f"frame.{field.name}" not in sources] == []


def test_a_missing_name_is_an_error_and_text_is_escaped():
    """A template never shows emptiness for what it lacks; what people typed is text."""
    templates = environment()
    with pytest.raises(jinja2.UndefinedError):
        templates.from_string("{{ nothing }}").render()
    assert templates.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def names(template):
    """The names that a template, and the one it extends, ask of the page; its macros are its own."""
    tree = ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, template)[0])
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    imported = {name for taken in tree.find_all(nodes.FromImport) for name in taken.names}
    found = meta.find_undeclared_variables(tree) - macros - imported
    if "base.html" in meta.find_referenced_templates(tree):
        found |= names("base.html")
    return found
