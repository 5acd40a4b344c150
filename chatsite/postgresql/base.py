"""Django's PostgreSQL, but for how it finds out that a connection of its pool is dead."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        """Return a connection that the server has not closed.

        The pool's own check asks the server something each time: one round trip more to the five of a message.
        """
        while _has_been_closed(connection := super().get_new_connection(conn_params)):
            connection.close()
            connection._pool.putconn(connection)  # which makes a new one
        return connection


def _has_been_closed(connection):
    """Tell whether the connection can be read from although nothing was asked: it has ended, as a rule."""
    watched = select.poll()
    watched.register(connection.fileno(), select.POLLIN)
    return bool(watched.poll(0))
