"""How many messages one page has."""

import json
from typing import Any

from django.utils.html import escape

PAGE_SIZE = 50  # messages
MAX_PAGE_SIZE = 200
MAX_PAGE_BYTES = 500_000  # of a page of messages, as JSON or HTML
MAX_BYTES_A_CHAR = 12  # an emoji in JSON; HTML needs at most 6
MAX_BYTES_BESIDE_TEXT = 3_000  # the longest name and tag, and the rest of the message object
BYTES_OF_TEMPLATE = 1_500  # the HTML around a text

MessageData = dict[str, Any]  # the message object of the wire, see ChatMessage.to_data


def fit_in_page(messages: list[MessageData], limit: int) -> bool:
    """Return whether one page may have all these messages."""
    return len(messages) <= limit and fitting(messages) == len(messages)


def fitting(messages: list[MessageData]) -> int:
    """Return how many of the messages fit into MAX_PAGE_BYTES, at least one."""
    characters = sum(len(message["text"]) for message in messages)
    if characters * MAX_BYTES_A_CHAR + len(messages) * MAX_BYTES_BESIDE_TEXT <= MAX_PAGE_BYTES:
        return len(messages)
    left = MAX_PAGE_BYTES
    for count, message in enumerate(messages):
        html = len(escape(message["text"]).encode()) + BYTES_OF_TEMPLATE
        left -= max(len(json.dumps(message)), html)
        if left < 0:
            return max(1, count)
    return len(messages)
