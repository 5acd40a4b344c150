"""The background threads of each server process.

One publishes lost events again and deletes what has become old. The other runs the rechecks that wait, and ends the
streams that a policy has to allow again.
"""

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
from chat.grip import publisher, slots
from chat.messages.moderation import forget_old_bans
from chat.messages.sources import forget_old_sources
from chat.policy import asking
from chat.policy.recheck import Waiting, forget_old_rechecks
from chat.upkeep.expiry import expire_messages
from chat.web import outages

log = logging.getLogger(__name__)

REPUBLISHED_S, REPUBLISHED_EVENTS = 60, 20_000  # the busiest minute that was measured
SETTLED_S = 5  # by then the process that this one replaces has ended
HOUR_S = 3600
# A stream of embedded mode learns only by this thread what another process has rechecked: within a second.
RECHECKS_S, OPEN_RECHECKS_S = 0.5, 5
FAILED_S = 10


def start() -> None:
    """Start the process's background threads; call this after the fork."""
    threading.Thread(target=run, name="maintenance", daemon=True).start()
    threading.Thread(target=run_rechecks, name="rechecks", daemon=True).start()


def start_once() -> None:
    """Start the threads, unless this process has them; a fork has none."""
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
        _survive(forget_old_rechecks)
        time.sleep(HOUR_S * random.uniform(0.5, 1))


def run_rechecks() -> NoReturn:
    """Run the rechecks that wait, of whichever process, publish those of others again, and end the slots."""
    waiting, ended = Waiting(), time.time() - slots.MISSED_S
    while True:
        done = _survive(waiting.run)
        is_open, now = asking.is_open(), time.time()
        if not is_open:
            slots.close_ended(ended, now)
        ended = now
        time.sleep(FAILED_S if not done else OPEN_RECHECKS_S if is_open else RECHECKS_S)


def publish_recent() -> None:
    """Publish the last minute of the log again: a process that was killed after its commit may not have published.

    The proxy drops ids that it has seen.
    """
    for event in EVENT_LOG.recent(REPUBLISHED_S, REPUBLISHED_EVENTS):
        publisher.publish(event)


def _survive(job: Callable[[], object]) -> bool:
    """Run the job, and return whether it succeeded."""
    try:
        job()
        return True
    except Exception as error:
        if outages.is_outage(error):
            outages.note(error)  # one line for the whole outage
        else:
            log.exception("%s failed", job.__name__)
        return False
    finally:
        connection.close()
