"""Django's SQLite backend, but writers queue for the one write lock.

SQLite has no queue. Each waiting writer tries again after a pause, and the pauses grow up to 0.1 s. While many write,
new writers overtake those that have waited long, and some wait for seconds. The queue is a lock of the kernel (flock),
and the kernel releases it when its holder dies. If a worker freezes while it writes, gunicorn kills it after 30 s.
"""

import fcntl
import os
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base


# django-stubs leave private methods out, hence each `type: ignore`.
class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            # SQLite makes the database's file with the same mode.
            self._queue = os.open(f"{self.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise OperationalError(f"unable to open the write queue: {error.strerror}") from error
        try:
            return super().get_new_connection(conn_params)
        except BaseException:
            os.close(self._queue)
            raise

    def _start_transaction_under_autocommit(self) -> None:
        began = time.monotonic()
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        try:
            # While another program holds SQLite's lock, the first writer in the queue waits for SQLite's whole timeout.
            # By then the writers behind it have waited as long, so they give up at once.
            if time.monotonic() - began > self.settings_dict["OPTIONS"]["timeout"]:
                raise OperationalError("database is locked")
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_queue()
            raise

    def _commit(self) -> None:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._leave_queue()

    def _rollback(self) -> None:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_queue()

    def _close(self) -> None:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            os.close(self._queue)

    def _leave_queue(self) -> None:
        fcntl.flock(self._queue, fcntl.LOCK_UN)
