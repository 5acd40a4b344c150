"""Gunicorn's worker, but gone STOP_S after SIGTERM, whatever still runs in it, and fair to the other workers."""

import signal
import time

from gunicorn.workers import gthread

from . import sharing

STOP_S = 1.7  # the rest of the 2 s is for the master, which looks for ended workers every 0.1 s

# Seconds that an idle connection stays open after SIGTERM, for a request that is on its way. From Pushpin on the
# same machine that takes milliseconds. Default: 2.
gthread.STOP_KEEPALIVE_LINGER = 0.25

# A worker declines a new connection so often for those that have fewer, and pauses before it looks again. Without, one
# of two workers now and then had 31 of 32 connections, and as these are kept it served them alone.
DECLINES, PAUSE_S = 10, 0.0005
# A worker that still has more than FACTOR times the fewest and MARGIN closes connections after the answer: they come
# again. When servers start, the first worker to be ready gets all.
FACTOR, MARGIN = 1.5, 4


class Worker(gthread.ThreadWorker):
    place = None  # sharing.py gives it one
    declined = 0

    @property
    def nr_conns(self):
        """The number of its connections, which the base class counts."""
        return self._nr_conns

    @nr_conns.setter
    def nr_conns(self, number):
        self._nr_conns = number
        sharing.tell(self.place, number)

    @property
    def max_keepalived(self):
        """How many connections it keeps after an answer, from which the base class sees whether to keep one more."""
        far_more = self.nr_conns > FACTOR * min(sharing.connections) + MARGIN
        return 0 if far_more else self._max_keepalived

    @max_keepalived.setter
    def max_keepalived(self, number):
        self._max_keepalived = number

    def accept(self, listener):
        """Take a new connection, unless a worker that has fewer should, or has."""
        if self.nr_conns > min(sharing.connections) and self.declined < DECLINES:
            self.declined += 1
            time.sleep(PAUSE_S)
        else:
            self.declined = 0
            super().accept(listener)

    def run(self):
        self.nr_conns = 0  # from here on the others leave connections to this one
        try:
            super().run()
        finally:
            sharing.tell(self.place, sharing.NOBODY)

    def handle_exit(self, number, frame):
        """At SIGTERM, start to stop: finish the requests in flight, then hand over what waits to be published."""
        if self.alive:
            # Nothing handles SIGALRM, so the kernel ends us then: no hanging thread can prevent it. What is cut off
            # is not half done: its transaction is rolled back, or committed and published by the next worker.
            signal.setitimer(signal.ITIMER_REAL, STOP_S)
        super().handle_exit(number, frame)
