"""The form of an alert as a browser would send it, and a page as a person reads it."""

import html
import re


def posted(page):
    """What a browser would send of the form as it stands."""
    form = page[page.index("data-compose") : page.index("</form>", page.index("data-compose"))]
    found: dict[str, object] = {"channels": [], "advice": [], "groups": []}
    for tag in re.findall(r"<input [^>]*>", form):
        of = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if of.get("type") in {"radio", "checkbox"} and " checked" not in tag:
            continue
        if "name" in of and of.get("type") != "file":
            value = html.unescape(of.get("value", ""))
            if isinstance(found.get(of["name"]), list):
                found[of["name"]].append(value)
            else:
                found[of["name"]] = value
    for name, options in re.findall(r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(text)
    return found


def plain(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"\u00a0|\u202f", " ", page)))
