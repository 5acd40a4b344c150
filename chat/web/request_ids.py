"""A number for each request, which its answer and every log line about it carry.

A client's own number would let strangers write what they like into the log, and two of them could choose the same.
"""

import logging
import secrets
from contextvars import ContextVar

HEADER = "Request-Id"
NONE = "-"  # in a line that belongs to no request

_current = ContextVar("request_id", default=NONE)


def begin() -> str:
    """Give the request that this thread or task serves now its number; return that."""
    number = secrets.token_hex(8)
    _current.set(number)
    return number


def current() -> str:
    """Return the number of the request that this thread or task serves now."""
    return _current.get()


class AddRequestId(logging.Filter):
    """Adds the number to each record, for the formatters."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True
