"""Whether this server can use its database: it takes a write, and it has all tables.

The database is asked in a thread of its own, so that a hanging one keeps nobody waiting.
"""

import threading
import time
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from chat.web import outages
from chat.web.write_probe import write

ANSWER_S = 1
KEPT_S = 2

CAN_WRITE = "The database can be written to."
ALL_APPLIED = "All migrations are applied."
UNKNOWN = "Nobody can look while the database can't be used."


class Found(NamedTuple):
    """What the probe has found: words for each part, and whether all is well."""

    ok: bool
    database: str
    migrations: str


class Probe:
    """Asks the database at most once in KEPT_S seconds, and never twice at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asking = False
        self._asked = float("-inf")
        self._found = Found(False, "", "")

    def ask(self) -> Found:
        """Return what is found within ANSWER_S seconds; what was found in the last KEPT_S seconds counts too."""
        with self._changed:
            if not self._asking and time.monotonic() - self._asked >= KEPT_S:
                self._asking, self._asked = True, time.monotonic()
                threading.Thread(target=self._look, name="database probe", daemon=True).start()
            time_left = self._asked + ANSWER_S - time.monotonic()
            if self._changed.wait_for(lambda: not self._asking, max(0, time_left)):
                return self._found
        return Found(False, f"The database did not take a write within {ANSWER_S} s.", UNKNOWN)

    def _look(self) -> None:
        found = Found(False, "The database can't be asked.", UNKNOWN)
        try:
            found = look()
        finally:
            connection.close()
            with self._changed:
                self._found, self._asking = found, False
                self._changed.notify_all()


def look() -> Found:
    """Ask the database now."""
    try:
        missing = _missing_migrations()
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            return Found(False, UNKNOWN, f"Migrations are missing: {missing[0]}{more}. Run manage.py migrate.")
        write()
    except Exception as error:
        if outages.is_outage(error):
            outages.note(error)
        return Found(False, f"The database can't be used: {' '.join(str(error).split())}", UNKNOWN)
    return Found(True, CAN_WRITE, ALL_APPLIED)


def _missing_migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in _known_migrations() - applied.keys())


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


probe = Probe()
