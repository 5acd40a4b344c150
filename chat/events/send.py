"""send_event: log the event in the transaction, tell the readers after the commit."""

import json
from collections.abc import Collection
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django_eventstream.event import Event

from chat import metrics
from chat.grip import publisher

from . import local
from .log import EVENT_LOG

MAX_DATA_BYTES = 400_000  # JSON escapes it once more for the proxy, which refuses requests over 1 000 000


class NotInTransaction(Exception):
    """send_event was called outside transaction.atomic(): the event could stay although its message is lost."""


def send_event(
    channel: str,
    event_type: str,
    data: Any,
    skip_user_ids: Collection[str] | None = None,
    async_publish: bool = True,
    json_encode: bool = True,
    number: int | None = None,
) -> None:
    """Log an event in the caller's transaction, and publish it after the commit.

    The signature is that of django_eventstream.send_event. Unlike that function, this one publishes only committed
    events, never rolled-back ones. `data` is encoded as JSON unless `json_encode` is false. `skip_user_ids` must be
    empty: a policy decides who reads. If `async_publish` is false, the commit waits up to 1 s for the proxies. `number`
    is the event's number if the caller has it from take_event_number, else the event gets the channel's next number.
    Raises NotInTransaction, and ValueError for data over 400 000 bytes.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("Call send_event inside transaction.atomic(), after saving the message.")
    if skip_user_ids:
        raise ValueError("skip_user_ids must be empty: a policy decides who reads.")
    if json_encode:
        data = encode(data)
    if len(data.encode()) > MAX_DATA_BYTES:
        raise ValueError(f"An event carries at most {MAX_DATA_BYTES} bytes of data.")

    event = EVENT_LOG.append_event(channel, event_type, data, number)

    def tell_readers() -> None:
        metrics.EVENTS.labels(event_type).inc()
        publisher.publish(event)
        local.wake(channel)
        if not async_publish:
            publisher.flush()

    # robust: the message is saved, so Django logs a failure here and the POST succeeds.
    transaction.on_commit(tell_readers, robust=True)


def publish_again(channel: str, event_type: str, data: Any, number: int) -> None:
    """Publish an event that another process has logged: it may have ended before it did.

    Twice is safe: the proxy drops ids that it has seen, and a stream reads the log.
    """
    publisher.publish(Event(channel, event_type, encode(data), id=number))
    local.wake(channel)


def encode(data: Any) -> str:
    """Return `data` as JSON for an event.

    One published app's parser also ends a line at U+0085, U+2028 and U+2029, and drops an event that holds `retry:`
    anywhere. So the JSON is ASCII, and the colon of `retry:` is escaped.
    """
    return json.dumps(data, cls=DjangoJSONEncoder).replace("retry:", "retry\\u003a")
