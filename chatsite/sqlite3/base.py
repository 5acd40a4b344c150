"""Django's SQLite, but writers queue for the one write lock.

SQLite itself lets each look again after a pause, and the pauses grow up to 0.1 s: while many write, who has waited long
is overtaken by who has just come, and some wait for seconds. The queue is a lock of the kernel's, which takes it back
from whoever dies; of a worker that is stopped while it writes, gunicorn makes an end after 30 s.
"""

import fcntl
import os
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        try:
            # With the rights of the database's file, which SQLite itself makes with these.
            self._queue = os.open(f"{self.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise OperationalError(f"unable to open the write queue: {error.strerror}") from error
        try:
            return super().get_new_connection(conn_params)
        except BaseException:
            os.close(self._queue)
            raise

    def _start_transaction_under_autocommit(self):
        began = time.monotonic()
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        try:
            # While another program holds SQLite's lock, the first in the queue waits for it as long as SQLite is told
            # to, and those who came with it have then waited as long.
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
