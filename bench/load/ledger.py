"""Records which reader got which message and when, and finds lost, doubled and reordered messages."""

from array import array
from collections import defaultdict


class Ledger:
    """Counts arrivals. Each poster numbers its messages from 1; each reader of its room must get all, in order."""

    def __init__(self):
        self._last = defaultdict(dict)  # reader -> {poster: the highest number it got}
        self._missing = defaultdict(set)  # (reader, poster) -> skipped numbers
        self.doubled = self.reordered = 0
        self.forget_times()

    def forget_times(self):
        """Begin a new measurement; remember which messages each reader has."""
        self.arrived = 0
        self.delays_ns = array("q")
        self.away = set()  # readers who have lost their stream
        self.late_ns = array("q")  # their delays, which say how long they were away
        self.messages = {}  # (poster, number) -> [number of readers that have it, ns until the last had it]

    def take(self, reader, poster, number, delay_ns):
        """Record one message that a reader got `delay_ns` after it was due."""
        had = self._last[reader]
        last = had.get(poster, 0)
        if number == last + 1:
            had[poster] = number
        elif not self._out_of_order(reader, poster, number, last):
            return
        self.arrived += 1
        (self.late_ns if reader in self.away else self.delays_ns).append(delay_ns)
        message = self.messages.setdefault((poster, number), [0, 0])
        message[0] += 1
        message[1] = max(message[1], delay_ns)

    def _out_of_order(self, reader, poster, number, last):
        """Record a message that is not the next one; return whether it is new to the reader."""
        missing = self._missing[reader, poster]
        if number > last:
            missing.update(range(last + 1, number))
            self._last[reader][poster] = number
        elif number in missing:
            missing.remove(number)
            self.reordered += 1
        else:
            self.doubled += 1
            return False
        return True

    def lost(self, last_numbers, unsure, readers_of):
        """Return how many messages are missing, summed over the readers that should have them.

        `last_numbers` is {poster: number of its last message}. `unsure` are the (poster, number) of unacknowledged
        messages, which may be missing. `readers_of(poster)` returns the readers of the poster's room.
        """
        lost = 0
        for poster, last in last_numbers.items():
            excused = {number for its_poster, number in unsure if its_poster == poster}
            for reader in readers_of(poster):
                last_received = self._last[reader].get(poster, 0)
                missing = {*self._missing.get((reader, poster), ()), *range(last_received + 1, last + 1)}
                lost += len(missing - excused)
        return lost
