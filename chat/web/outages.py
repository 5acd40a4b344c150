"""Outages of the database: which errors mean one, one line in the log for the begin and the end of each."""

import logging
import threading
import time

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection

from chat import metrics

from .write_probe import write

log = logging.getLogger(__name__)

SAME_OUTAGE_S = 5  # errors with shorter pauses belong to one outage
LOOK_AGAIN_S = 1


class _Outage:
    """The outage that this process sees now."""

    began: float | None = None
    last_error = 0.0


_changing = threading.Lock()


def is_outage(error: BaseException) -> bool:
    """Return whether the database can't do its work now, whatever the request was.

    A read-only PostgreSQL raises InternalError (SQLSTATE 25006), and a broken SQLite file plain DatabaseError. The
    other subclasses of DatabaseError are our own mistakes.
    """
    return isinstance(error, (OperationalError, InterfaceError, InternalError)) or type(error) is DatabaseError


def note(error: BaseException) -> None:
    """Log the first error of an outage, and close the connection that raised it."""
    metrics.DATABASE_ERRORS.inc()
    with _changing:
        _Outage.last_error = time.monotonic()
        is_first = _Outage.began is None
        if is_first:
            _Outage.began = _Outage.last_error
    if is_first:
        log.error("The database can't be used: %s", error)
        threading.Thread(target=_wait_for_the_end, name="outage of the database", daemon=True).start()
    _discard_connection()


def _wait_for_the_end() -> None:
    """Log the end of the outage: the database takes a write, and no request has failed for SAME_OUTAGE_S seconds."""
    while not (_has_been_quiet() and _takes_a_write() and _has_been_quiet()):
        time.sleep(LOOK_AGAIN_S)
    with _changing:
        began, _Outage.began = _Outage.began, None
    log.warning("The database can be used again, after %.0f s.", time.monotonic() - (began or 0))


def _has_been_quiet() -> bool:
    return time.monotonic() - _Outage.last_error >= SAME_OUTAGE_S


def _takes_a_write() -> bool:
    try:
        write()
        return True
    except Exception:
        return False
    finally:
        connection.close()


def _discard_connection() -> None:
    # After a failover the connection may be read-only as long as it lives, and an SQLite file may have been replaced.
    # A pool would give such a connection to the next request, unless it is closed.
    if connection.connection is not None and not connection.in_atomic_block:
        connection.connection.close()
        connection.close()
