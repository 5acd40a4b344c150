"""gunicorn logs each request that is no HTTP, and strangers could fill the log. One line a minute is enough."""

import logging
import time
from multiprocessing.sharedctypes import RawValue

LOG_AGAIN_S = 60
START = "Invalid request from"  # gunicorn's words


class OneLineAMinute(logging.Filter):
    def __init__(self) -> None:
        """Call this in the master, before the fork: the workers share the time."""
        super().__init__()
        self.silent_until = RawValue("d", 0.0)

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record."""
        if not record.getMessage().startswith(START):
            return True
        now = time.monotonic()
        if now < self.silent_until.value:
            return False
        self.silent_until.value = now + LOG_AGAIN_S
        record.msg = f"{record.getMessage()[:200]} (further ones are not logged for {LOG_AGAIN_S} s)"
        record.args = ()
        return True
