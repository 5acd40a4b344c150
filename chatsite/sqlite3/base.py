"""Django's SQLite backend, but writers queue for the one write lock.

SQLite has no queue. Each waiting writer tries again after a pause, and the pauses grow up to 0.1 s. While many write,
new writers overtake those that have waited long, and some wait for seconds. The queue is a lock of the kernel (flock),
and the kernel releases it when its holder dies. If a worker freezes while it writes, gunicorn kills it after 30 s.

It also notices that somebody has put another file in the place of the database while the chat runs. A process would go
on with the old file, which nobody sees any more, and another one would mix the new file with the old one's -wal.
"""

import fcntl
import os
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base


class FileReplaced(OperationalError):
    """The database's file is not the one that this process has opened first."""

    words = (
        "The database's file was replaced or removed while the chat runs. The operator has to stop the chat, run "
        "`manage.py after_restore`, and start the chat again."
    )

    def __init__(self) -> None:
        super().__init__(self.words)


_opened: dict[str, tuple[int, int]] = {}  # the path of each file that this process has opened: its device and inode


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


# django-stubs leave private methods out, hence each `type: ignore`.
class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._path = str(self.settings_dict["NAME"])
        if self._path in _opened:  # else SQLite may have to make the file
            self._refuse_another_file()
        queue = f"{self._path}-queue"
        try:
            # SQLite makes the database's file with the same mode.
            self._queue = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise OperationalError(f"unable to open the write queue {queue}: {error.strerror}") from error
        try:
            return super().get_new_connection(conn_params)
        except BaseException:
            os.close(self._queue)
            raise

    def _refuse_another_file(self) -> None:
        identity = _identity(self._path)
        if identity is None or _opened.setdefault(self._path, identity) != identity:
            raise FileReplaced

    def create_cursor(self, name: Any = None) -> Any:
        self._refuse_another_file()
        return super().create_cursor(name)

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
