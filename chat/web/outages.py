"""Outages of the database: which errors mean one, one line in the log, and no second use of the connection."""

import logging
import time

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection

log = logging.getLogger(__name__)

SAME_OUTAGE_S = 60  # errors with shorter pauses belong to one outage
_last_error = float(-SAME_OUTAGE_S)


def is_outage(error: BaseException) -> bool:
    """Return whether the database can't do its work now, whatever the request was.

    A read-only PostgreSQL raises InternalError (SQLSTATE 25006), and a broken SQLite file plain DatabaseError. The
    other subclasses of DatabaseError are our own mistakes.
    """
    return isinstance(error, (OperationalError, InterfaceError, InternalError)) or type(error) is DatabaseError


def note(error: BaseException) -> None:
    """Log the first error of an outage, and close the connection that raised it."""
    global _last_error
    now = time.monotonic()
    if now - _last_error >= SAME_OUTAGE_S:
        log.error("The database can't be used: %s", error)
    _last_error = now
    _discard_connection()


def _discard_connection() -> None:
    # After a failover the connection may be read-only as long as it lives, and an SQLite file may have been replaced.
    # A pool would give such a connection to the next request, unless it is closed.
    if connection.connection is not None and not connection.in_atomic_block:
        connection.connection.close()
        connection.close()
