"""What holds for the whole chat: one row."""

import secrets

from django.db import connection, models

MAX_PAUSE_LENGTH = 200  # code points


class ChatState(models.Model):
    ID = 1  # of the only row

    # A public mark. It changes when the database is restored: what readers have seen may be gone, so they begin again.
    history = models.CharField(max_length=16)
    # While the chat is paused, the operator's words for the people who wait.
    paused = models.CharField(max_length=MAX_PAUSE_LENGTH, null=True)  # noqa: DJ001

    def __str__(self) -> str:
        return f"history {self.history}"


HISTORY = f"SELECT history FROM {ChatState._meta.db_table} WHERE id = {ChatState.ID}"
PAUSED = f"SELECT 1 FROM {ChatState._meta.db_table} WHERE paused IS NOT NULL"


def new_mark() -> str:
    """Return a mark that no history had."""
    return secrets.token_hex(6)


def history_mark() -> str:
    """Return the mark of this database's history.

    This is SQL because each list asks for it: Django takes longer to build the statement than to run it.
    """
    with connection.cursor() as cursor:
        cursor.execute(HISTORY)
        row = cursor.fetchone()
    return row[0] if row else ""
