"""Parses the bytes of a stream into server-sent events."""


class EventParser:
    """Parses the bytes of one stream, piece by piece."""

    def __init__(self):
        self._rest = b""
        self._fields = {}

    def feed(self, data):
        """Return the events that `data` completes, each {"event": str, "id": str (if it has one), "data": str}."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = []
        for line in lines:
            line = line.removesuffix(b"\r").decode()
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in self._fields:
                self._fields["data"] += f"\n{value}"
            elif name:
                self._fields[name] = value
            elif not line:
                if "data" in self._fields or "event" in self._fields:
                    events.append({"event": "message", "data": "", **self._fields})
                self._fields = {}
        return events
