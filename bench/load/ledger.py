"""Which reader got which message, and when. Nothing is lost, doubled or reordered unseen."""

from array import array
from collections import defaultdict


class Ledger:
    """Count what arrives: each poster's messages, numbered from 1, for each reader of its room, in order."""

    def __init__(self):
        self._last = defaultdict(dict)  # reader -> {poster: the highest number it got}
        self._missing = defaultdict(set)  # (reader, poster) -> numbers that were overtaken
        self.doubled = self.reordered = 0
        self.forget_times()

    def forget_times(self):
        """Begin a new measurement; what each reader has is kept."""
        self.arrived = 0
        self.delays_ns = array("q")
        self.messages = {}  # (poster, number) -> [readers that have it, ns until the last of them had it]

    def take(self, reader, poster, number, delay_ns):
        """Note one message that a reader got `delay_ns` after it was due."""
        had = self._last[reader]
        last = had.get(poster, 0)
        if number == last + 1:
            had[poster] = number
        elif not self._out_of_order(reader, poster, number, last):
            return
        self.arrived += 1
        self.delays_ns.append(delay_ns)
        message = self.messages.setdefault((poster, number), [0, 0])
        message[0] += 1
        message[1] = max(message[1], delay_ns)

    def _out_of_order(self, reader, poster, number, last):
        """Note a message that is not the next one; return whether the reader did not have it yet."""
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

    def lost(self, said, unsure, readers_of):
        """Return how many messages did not come to a reader that should have them.

        `said` is {poster: its last number}, `unsure` the (poster, number) that were not acknowledged and may be
        missing, `readers_of` tells the readers of a poster's room.
        """
        lost = 0
        for poster, last in said.items():
            excused = {number for its_poster, number in unsure if its_poster == poster}
            for reader in readers_of(poster):
                came = self._last[reader].get(poster, 0)
                missing = {*self._missing.get((reader, poster), ()), *range(came + 1, last + 1)}
                lost += len(missing - excused)
        return lost
