"""Parses an HTML answer, so that tests can look at its elements."""

import json
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """The elements of an answer in document order, in `elements`."""

    def __init__(self, answer):
        super().__init__()
        self.elements = []
        self._open = []
        self.feed(answer.content.decode())
        self.close()

    def all(self, tag, **attributes):
        """Return the elements with this tag that have at least these attributes (`class_` for `class`)."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [found for found in self.elements if found.tag == tag and wanted.items() <= found.items()]

    def one(self, tag, **attributes):
        """Return the only element with this tag and these attributes; fail if there are more or none."""
        (found,) = self.all(tag, **attributes)
        return found

    def json(self, id):
        """Return the JSON data of the script element with this id."""
        return json.loads(self.one("script", id=id).text)

    def handle_starttag(self, tag, attrs):
        element = Element(attrs)
        element.tag, element.text = tag, ""
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag in VOID:  # written <br/>
            return
        closed = self._open.pop()
        assert closed.tag == tag
        if tag == "textarea":
            closed.text = closed.text.removeprefix("\n")  # HTML ignores a line end right after the tag

    def handle_data(self, data):
        for element in self._open:
            element.text += data


class Element(dict):
    """One element: a dict of its attributes, with .tag and .text (that of its children included)."""
