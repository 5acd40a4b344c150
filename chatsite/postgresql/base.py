"""Django's PostgreSQL backend, but with a cheaper check that a pooled connection is alive."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that the server has not closed.

        The pool's own check sends the server a query each time: one round trip more than the five of a message.
        """
        while _has_been_closed(connection := super().get_new_connection(conn_params)):
            connection.close()
            connection._pool.putconn(connection)  # the pool replaces it with a new one
        return connection


def _has_been_closed(connection: Any) -> bool:
    """Return whether the connection has something to read before we asked anything: usually the server closed it."""
    watched = select.poll()
    watched.register(connection.fileno(), select.POLLIN)
    return bool(watched.poll(0))
