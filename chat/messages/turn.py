"""The beginning of each write: a token from the writer's bucket, then the room's next event number.

The bucket comes first. So a flood queues on its own row, and not in the room, where it would make everybody wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from chat import limits
from chat.events.log import COUNT, count_values, give_back, take_event_number

from .errors import MessageError, Paused
from .writer import Writer


@contextmanager
def turn(channel: str, by: Writer) -> Iterator[int]:
    """Run one write as one transaction, and yield the number of its event, which locks the room.

    A write that raises MessageError or OverLimit has changed nothing. It costs a token all the same, and the number is
    given back. Raises OverLimit if the writer has no token left.
    """
    if by.bucket:
        limits.refuse_empty(limits.WRITES, by.bucket)
        limits.refuse_empty(limits.WRONG_KEYS, by.bucket)
    refused: MessageError | limits.OverLimit | None = None
    with transaction.atomic():
        number = _take_token_and_number(channel, by.bucket)
        try:
            yield number
        except Paused:  # it costs no token, and nothing is written
            raise
        except (MessageError, limits.OverLimit) as error:
            give_back(channel, number)
            refused = error
    if refused:
        if by.bucket and isinstance(refused, MessageError) and refused.is_guess:
            limits.take(limits.WRONG_KEYS, by.bucket)
        raise refused


def _take_token_and_number(channel: str, bucket: bytes | None) -> int:
    if bucket is None:
        return take_event_number(channel)
    if connection.vendor != "postgresql":
        limits.take(limits.WRITES, bucket)
        return take_event_number(channel)
    # Both in one statement, which saves a round trip to the database.
    take, take_values = limits.statement(limits.WRITES, bucket)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH token AS ({take}), number AS ({COUNT} AND EXISTS (SELECT 1 FROM token) RETURNING value)"
            " SELECT (SELECT 1 FROM token), (SELECT value FROM number)",
            [*take_values, *count_values(channel)],
        )
        has_token, number = cursor.fetchone()
    if not has_token:
        limits.refuse(limits.WRITES, bucket)
    return number or take_event_number(channel)  # a room's first event has no counter yet
