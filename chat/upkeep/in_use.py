"""Whether a chat uses the database now."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from chat.conf import conf

CLOSING_S, LOOK_AGAIN_S = 2, 0.05  # a server that has just stopped may still be closing its connections


class InUse(Exception):
    """One sentence for the operator."""


@contextmanager
def nobody_else() -> Iterator[None]:
    """Keep bin/run from starting a chat with this DATA_DIR; raise InUse if a chat runs on it, or on the database."""
    with open(conf.run_lock or os.devnull, "a") as lock:
        try:
            if conf.run_lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"The chat with its data in {conf.data_dir} runs. Stop it first.") from None
        if connection.vendor == "postgresql":
            _refuse_other_clients()
        yield


def _refuse_other_clients() -> None:
    _leave_pool()
    deadline = time.monotonic() + CLOSING_S
    while (count := _other_clients()) and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_S)
    if count:
        raise InUse(f"{count} other connection(s) to the database are open. Stop all servers and programs that use it.")


def _leave_pool() -> None:
    """Use one connection from now on: the pool's others would look like those of a chat."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of the backend for PostgreSQL
    connection.settings_dict["OPTIONS"].pop("pool", None)


def _other_clients() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]
