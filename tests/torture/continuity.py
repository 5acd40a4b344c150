"""The rules for the order of events in one stream."""

import re
from urllib.parse import quote


class Continuity:
    """Checks one stream of one room: after its opening or a reset, no event is missing, doubled or out of order.

    A room's events are its messages and their changes. The number of each event is that of the one before plus 1.
    """

    def __init__(self, room, last_event_id):
        """Begin a stream whose reader asked for the events after `last_event_id` (str)."""
        self._prefix = quote(f"room-{room}")
        self._asked = last_event_id
        self._event = None  # the number of the last event; None: unknown
        self._message = 0
        self._after_open = False

    def opened(self, event_id):
        """Record a stream-open (its id is None if a reset follows); return the fault as a sentence, or None."""
        if self._after_open:
            return "stream-open came twice in one stream"
        self._after_open = True
        if event_id is None:
            return None
        self._event = self._number(event_id)
        if event_id != self._asked:
            return f"the reader asked for the events after {self._asked}, but the stream opened at {event_id}"

    def reset(self, event_id):
        """Record a stream-reset: the order starts again at its id (None: unknown)."""
        self._event, self._message = event_id and self._number(event_id), 0
        return None if event_id is None or self._event is not None else f"a reset has the strange id {event_id}"

    def message(self, event_id, message_id):
        """Record a message; return the fault as a sentence, or None."""
        last, self._message = self._message, message_id
        if wrong := self._next(event_id, f"message {message_id}"):
            return wrong
        if message_id <= last:
            return f"message {message_id} followed message {last}"

    def change(self, event_id, message_id, version):
        """Record an edit or a deletion; return the fault as a sentence, or None.

        The older events of a deleted message also carry the deletion, so `version` may be ahead of the event's number.
        """
        if wrong := self._next(event_id, f"a change of message {message_id}"):
            return wrong
        if version < self._event:
            return f"event {self._event} carries the older change {version}"

    def recheck(self, event_id):
        """Record a recheck that was in the log; return the fault as a sentence, or None."""
        return self._next(event_id, "a recheck")

    def _next(self, event_id, what):
        number, before = self._number(event_id or ""), self._event
        self._event = number
        if number is None:
            return f"{what} has the strange event id {event_id!r}"
        if not self._after_open:
            return f"{what} came before the stream-open"
        if before is not None and number != before + 1:
            return f"event {number} followed event {before}"

    def _number(self, event_id):
        found = re.fullmatch("([^:,]+):([0-9]+)", event_id)
        return int(found[2]) if found and found[1] == self._prefix else None
