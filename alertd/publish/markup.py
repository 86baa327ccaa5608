"""XML from text that people typed: escaped by the standard library, without the characters that XML 1.0 cannot hold."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

_FOREIGN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""


def clean(text: str) -> str:
    """The text without control characters, halves of surrogate pairs and the like: no escape makes them XML."""
    return _FOREIGN.sub("", text)


def leaf(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """An element that holds text or nothing, added to `parent`."""
    element = SubElement(parent, name, {key: clean(value) for key, value in attributes.items()})
    element.text = clean(text) or None
    return element


def document(root: Element) -> bytes:
    """The whole, as UTF-8 with its declaration."""
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
