"""Django's SQLite, but writers queue for the one write lock.

SQLite itself lets each look again after a pause, and the pauses grow up to 0.1 s: while many write, who has waited long
is overtaken by who has just come, and some wait for seconds.
"""

import fcntl
import os
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        self._queue = os.open(f"{self.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return connection

    def _start_transaction_under_autocommit(self):
        began = time.monotonic()
        fcntl.flock(self._queue, fcntl.LOCK_EX)  # the kernel takes it from whoever dies
        try:
            # The first in the queue waits for other programs as long as SQLite is told to; then so have the rest.
            if time.monotonic() - began > self.settings_dict["OPTIONS"]["timeout"]:
                raise OperationalError("database is locked")
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave_queue()
            raise

    def _commit(self):
        try:
            return super()._commit()
        finally:
            self._leave_queue()

    def _rollback(self):
        try:
            return super()._rollback()
        finally:
            self._leave_queue()

    def _close(self):
        try:
            return super()._close()
        finally:
            os.close(self._queue)

    def _leave_queue(self):
        fcntl.flock(self._queue, fcntl.LOCK_UN)
