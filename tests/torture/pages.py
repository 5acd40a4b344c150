"""Reads the messages and the event id from a chat page."""

from types import SimpleNamespace

from tests.helpers.page import Page

PAGE_SIZE = 50


def read_page(body):
    """Return the page's messages as message objects, its event id, and whether there may be older messages."""
    page = Page(SimpleNamespace(content=body))
    items = [item for item in page.elements if item.tag == "li" and item.get("data-id")]
    names = page.all("bdi", class_="from")
    times = page.all("time")
    texts = page.all("div", class_="text")
    messages = [
        _message(item, name.text, time["datetime"], text.text)
        # The elements of the template come last, without a message.
        for item, name, time, text in zip(items, names, times, texts, strict=False)
    ]
    return messages, page.json("page")["lastEventId"], len(messages) >= PAGE_SIZE


def _message(item, name, date, text):
    message = {"id": int(item["data-id"]), "from": name, "text": text, "date": date}
    if "data-tag" in item:
        message["tag"] = item["data-tag"]
    if "data-change" in item:
        message |= {"edited": item["data-edited"], "change": int(item["data-change"])}
    return message
