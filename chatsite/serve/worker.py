"""Gunicorn's worker, but gone STOP_S after SIGTERM, whatever still runs in it, and fair to the other workers."""

import signal
import time

from gunicorn.workers import gthread

STOP_S = 1.7  # the rest of the 2 s is for the master, which looks for ended workers every 0.1 s

# Seconds that an idle connection stays open after SIGTERM, for a request that is on its way. From Pushpin on the
# same machine that takes milliseconds. Default: 2.
gthread.STOP_KEEPALIVE_LINGER = 0.25


# For each open connection that a worker has, it waits so long before it takes another, up to the longest: whoever has
# fewer takes it first, as long as it has fewer than 20. Without, one of two workers now and then got 19 of 20 that came
# together, and served them alone for as long as these lasted.
LEAVE_TO_OTHERS_S, LONGEST_S = 0.0001, 0.002


class Worker(gthread.ThreadWorker):
    def accept(self, listener):
        """Take a new connection, if no other worker has taken it meanwhile."""
        time.sleep(min(self.nr_conns * LEAVE_TO_OTHERS_S, LONGEST_S))
        super().accept(listener)

    def handle_exit(self, number, frame):
        """At SIGTERM, start to stop: finish the requests in flight, then hand over what waits to be published."""
        if self.alive:
            # Nothing handles SIGALRM, so the kernel ends us then: no hanging thread can prevent it. What is cut off
            # is not half done: its transaction is rolled back, or committed and published by the next worker.
            signal.setitimer(signal.ITIMER_REAL, STOP_S)
        super().handle_exit(number, frame)
