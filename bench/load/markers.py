"""The marker in each posted text: it shows a reader which message it got, and how late, in every kind of stream.

A marker is ~<poster>.<sequence>.<CLOCK_MONOTONIC in ns when the message was due>~. Its digits have a fixed width, so
the load builds a request once, and replaces only the digits for each message.
"""

import re

WIDTHS = (7, 7, 19)
BLANK = b".".join(b"0" * width for width in WIDTHS)
TEXT = f"~{BLANK.decode()}~ and some words to read"  # 60 characters
MARKER = re.compile(rb"~(\d{7})\.(\d{7})\.(\d{19})~")
LENGTH = len(BLANK) + 2
CHUNK_HEAD = re.compile(rb"\r\n[0-9a-fA-F]+\r\n")


def template(request):
    """Split a request (bytes) that posts TEXT before and after the digits; for one without TEXT, after is None."""
    before, mark, after = request.partition(BLANK)
    return before, after if mark else None


def digits(poster, sequence, due_ns):
    """Return the digits of one message."""
    return b"%07d.%07d.%019d" % (poster, sequence, due_ns)


def find(data):
    """Return the markers in `data` (bytes), and the end of `data` if it may be the beginning of another marker."""
    found = MARKER.findall(data)
    if data.count(b"~") == 2 * len(found):
        return found, b""
    # A proxy may cut a message anywhere, and insert the length of the next HTTP chunk. And in the head of a
    # WebSocket frame, a ~ means that the length follows.
    data = CHUNK_HEAD.sub(b"", data)
    matches = list(MARKER.finditer(data))
    rest = data[matches[-1].end() :] if matches else data
    begun = rest.rfind(b"~")
    tail = rest[begun:] if begun >= 0 and len(rest) - begun < 2 * LENGTH else b""
    return [match.groups() for match in matches], tail
