"""Sends committed events to every GRIP proxy, each at its own pace, until the proxy has them."""

import atexit
import json
import os
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from django_eventstream.event import Event
from django_eventstream.utils import sse_encode_event
from gripcontrol import HttpStreamFormat
from pubcontrol import Item

from chat.grip.config import proxies
from chat.redaction import public_part

from .channel_names import name_at_proxy
from .command_socket import CommandSocket
from .config import Proxy
from .connection import Connection, RefusedContent
from .control_port import ControlPort
from .lane_log import LaneLog
from .lane_metrics import LaneMetrics

RECHECK = "recheck"  # the type of the event that ends the streams of its channel, see chat/policy/recheck.py
FIRST_RETRY_S, LAST_RETRY_S = 0.1, 3
MATTERS_S = 900  # by then every held stream has followed its next link
MAX_REQUEST_BYTES = 500_000  # the proxy refuses requests over 1 000 000
MAX_QUEUE_BYTES = 16_000_000  # beyond that the lane drops the oldest; their readers get them by a next link
FLUSH_S = 1  # at the end of a process; the next process publishes the rest again


def publish(event: Event) -> None:
    """Put a committed event into every proxy's lane, without waiting for any proxy."""
    if lanes := _lanes():
        item = QueuedItem(event.id, _item_json(event))
        for lane in lanes:
            lane.put(item)


def close(name: str) -> None:
    """Let every proxy close the streams on this channel, which carries nothing else; it has this name at the proxy."""
    item = Item(HttpStreamFormat(close=True)).export()
    for lane in _lanes():
        lane.put(QueuedItem(0, json.dumps({**item, "channel": name}).encode()))


def publish_now(proxy: Proxy, event: Event) -> None:
    """Publish the event to this proxy alone, once, and wait for its answer; raise the error if it does not take it."""
    _connection_to(proxy).publish([_item_json(event)])


def flush(seconds: float = FLUSH_S) -> None:
    """Wait until every proxy has everything, at most `seconds` in all."""
    deadline = time.monotonic() + seconds
    for lane in _existing_lanes:
        lane.wait_until_idle(deadline)


def delays() -> list[str]:
    """Return one sentence for each proxy that does not take the events of this process now."""
    return [words for lane in _existing_lanes if (words := lane.log.delay())]


@dataclass(frozen=True)
class QueuedItem:
    """One event, ready to send: its id in the channel, its JSON, and the time when it was queued."""

    id: int
    json: bytes
    queued: float = field(default_factory=time.monotonic)


def _item_json(event: Event) -> bytes:
    # The proxy replaces %I, by the filter build-id, with the event id of the whole stream.
    content = sse_encode_event(event.type, event.data, event_id="%I", escape=True)
    # The proxy closes a stream only if the event is its next one: so this one has a number, like every other.
    is_close = event.type == RECHECK
    stream = HttpStreamFormat(close=True) if is_close else HttpStreamFormat(content, content_filters=["build-id"])
    item = Item(stream, id=str(event.id), prev_id=str(event.id - 1)).export()
    item["channel"] = name_at_proxy(event.channel)
    return json.dumps(item, ensure_ascii=False).encode()


class Lane:
    """One proxy's queue, and the thread that empties it in order.

    The thread tries a proxy that refuses or hangs again with back-off. It delays no other proxy.
    """

    def __init__(self, proxy: str, connection: Connection) -> None:
        self.connection = connection
        self.queue: deque[QueuedItem] = deque()
        self.queued_bytes = 0
        self.log = LaneLog(proxy)
        self.metrics = LaneMetrics(proxy)
        self.sending = False
        self.changed = threading.Condition()
        threading.Thread(target=self._run, name=f"publish to {proxy}", daemon=True).start()

    def put(self, item: QueuedItem) -> None:
        with self.changed:
            self.queue.append(item)
            self.queued_bytes += len(item.json)
            while self.queued_bytes > MAX_QUEUE_BYTES:
                self._give_up([self._take()], f"more than {MAX_QUEUE_BYTES} bytes wait")
            self.changed.notify_all()

    def wait_until_idle(self, deadline: float) -> None:
        """Wait until the proxy has everything; `deadline` is a time of time.monotonic()."""
        with self.changed:
            self.changed.wait_for(lambda: not self.queue and not self.sending, max(0, deadline - time.monotonic()))

    def _run(self) -> NoReturn:
        while True:
            self._send(self._next_batch())

    def _next_batch(self) -> list[QueuedItem]:
        with self.changed:
            self.sending = False
            self.changed.notify_all()
            if not self.queue:
                self.metrics.nothing_waits()
            self.changed.wait_for(lambda: self.queue)
            self.sending = True
            batch = [self._take()]
            size = len(batch[0].json)
            while self.queue and size + len(self.queue[0].json) <= MAX_REQUEST_BYTES:
                batch.append(self._take())
                size += len(batch[-1].json)
            if self.queue:
                self._say_what_waits(batch)
        # Two threads may commit in one order and arrive here in the other.
        return sorted(batch, key=lambda item: item.id)

    def _say_what_waits(self, batch: Sequence[QueuedItem], behind: int = 0) -> None:
        size = sum(len(item.json) for item in batch) + self.queued_bytes
        oldest = min(batch, key=lambda item: item.queued)
        self.metrics.waiting(len(batch) + behind + len(self.queue), size, oldest)

    def _give_up(self, items: Sequence[QueuedItem], reason: str) -> None:
        self.log.lost(len(items), reason)
        self.metrics.given_up(len(items), reason)

    def _take(self) -> QueuedItem:
        item = self.queue.popleft()
        self.queued_bytes -= len(item.json)
        return item

    def _send(self, batch: Sequence[QueuedItem], behind: int = 0) -> None:
        """Send the batch until the proxy has it; `behind` events wait neither in it nor in the queue."""
        pause = FIRST_RETRY_S
        while batch:
            try:
                self.connection.publish([item.json for item in batch])
                self.log.works()
                self.metrics.taken(batch)
                return
            except Exception as error:
                # A retry is safe whatever became of the request: the proxy drops ids that it has seen.
                self.metrics.failed()
                self._say_what_waits(batch, behind)
                oldest = min(item.queued for item in batch)
                self.log.waiting(len(batch) + behind + len(self.queue), time.monotonic() - oldest, error)
                if isinstance(error, RefusedContent):
                    self._send_one_by_one(batch)
                    return
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, LAST_RETRY_S)
            batch = self._still_matters(batch)

    def _send_one_by_one(self, batch: Sequence[QueuedItem]) -> None:
        """Find the event whose content this proxy refuses, so that the event delays no other."""
        if len(batch) == 1:
            self._give_up(batch, "the proxy refuses its content")
            self.log.answers()
            return
        for position, item in enumerate(batch, 1):
            self._send([item], behind=len(batch) - position)

    def _still_matters(self, batch: Sequence[QueuedItem]) -> list[QueuedItem]:
        since = time.monotonic() - MATTERS_S
        young = [item for item in batch if item.queued > since]
        if len(young) < len(batch):
            self._give_up([item for item in batch if item.queued <= since], f"they waited for {MATTERS_S} s")
        return young


_existing_lanes: list[Lane] = []
_making_lanes = threading.Lock()


def _lanes() -> list[Lane]:
    if not _existing_lanes and proxies():
        with _making_lanes:
            if not _existing_lanes:
                # All in one step: a thread that saw only some of the lanes would publish to those alone.
                _existing_lanes[:] = [_lane_to(proxy) for proxy in proxies()]
    return _existing_lanes


def _lane_to(proxy: Proxy) -> Lane:
    return Lane(public_part(proxy["control_uri"]), _connection_to(proxy))


def _connection_to(proxy: Proxy) -> Connection:
    return CommandSocket(proxy) if proxy["control_uri"].startswith("ipc:") else ControlPort(proxy)


def forget_lanes() -> None:
    """Make new lanes, from the settings, at the next publish.

    A child process needs this, because threads do not survive a fork; tests need it too.
    """
    global _making_lanes
    _existing_lanes.clear()
    _making_lanes = threading.Lock()


os.register_at_fork(after_in_child=forget_lanes)
atexit.register(flush)
