"""The background thread of each server process: it publishes lost events again, and deletes what has become old."""

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from django.db import connection

from chat import limits
from chat.events.log import EVENT_LOG
from chat.grip import publisher
from chat.messages.moderation import forget_old_bans
from chat.messages.sources import forget_old_sources
from chat.upkeep.expiry import expire_messages
from chat.web import outages

log = logging.getLogger(__name__)

REPUBLISHED_S, REPUBLISHED_EVENTS = 60, 20_000  # the busiest minute that was measured
SETTLED_S = 5  # by then the process that this one replaces has ended
HOUR_S = 3600


def start() -> None:
    """Start the process's one background thread; call this after the fork."""
    threading.Thread(target=run, name="maintenance", daemon=True).start()


def start_once() -> None:
    """Start the thread, unless this process has it; a fork has none."""
    global _has_it
    if _has_it != os.getpid():
        with _starting:
            if _has_it != os.getpid():
                _has_it = os.getpid()
                start()


_starting = threading.Lock()
_has_it: int | None = None  # the process


def run() -> NoReturn:
    """Publish the last minute again twice, then delete what is old every hour."""
    _survive(publish_recent)
    time.sleep(SETTLED_S)
    _survive(publish_recent)  # during a reload, the old process still took requests after our start
    while True:
        _survive(EVENT_LOG.trim_event_log)
        _survive(forget_old_sources)
        _survive(forget_old_bans)
        _survive(expire_messages)
        _survive(limits.purge)
        time.sleep(HOUR_S * random.uniform(0.5, 1))


def publish_recent() -> None:
    """Publish the last minute of the log again: a process that was killed after its commit may not have published.

    The proxy drops ids that it has seen.
    """
    for event in EVENT_LOG.recent(REPUBLISHED_S, REPUBLISHED_EVENTS):
        publisher.publish(event)


def _survive(job: Callable[[], object]) -> None:
    try:
        job()
    except Exception as error:
        if outages.is_outage(error):
            outages.note(error)  # one line for the whole outage
        else:
            log.exception("%s failed", job.__name__)
    finally:
        connection.close()
