"""gunicorn's workers, but they wait for the repair of code that can't be loaded, and end in time."""

import logging
import signal
from types import FrameType

from gunicorn.workers import gasgi, gthread

from . import loading
from .bad_requests import OneLineAMinute

STOP_S = 1.7  # after SIGTERM; the master waits 2 s, and looks for ended workers every 0.1 s

# Seconds that an idle connection stays open after SIGTERM, for a request that is on its way. A request from Pushpin on
# the same machine arrives within milliseconds. gunicorn's default: 2.
gthread.STOP_KEEPALIVE_LINGER = 0.25

logging.getLogger("gunicorn.error").addFilter(OneLineAMinute())


class Worker(gthread.ThreadWorker):
    """STOP_S after SIGTERM it is gone, whatever still runs in it."""

    def load_wsgi(self) -> None:
        loading.load(self, super().load_wsgi)

    def handle_exit(self, number: int, frame: FrameType | None) -> None:
        """At SIGTERM, begin to stop: finish the requests in flight, then publish the events that still wait."""
        if self.alive:
            # Nothing handles SIGALRM, so the kernel ends the process: no hanging thread can prevent that. A request
            # that is cut off leaves nothing half done: its transaction is rolled back, or it is committed and the next
            # worker publishes its event.
            signal.setitimer(signal.ITIMER_REAL, STOP_S)
        super().handle_exit(number, frame)


class EmbeddedWorker(gasgi.ASGIWorker):
    """The worker of embedded mode."""

    def load_wsgi(self) -> None:
        loading.load(self, super().load_wsgi)
