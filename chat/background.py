"""What each server process does beside answering requests."""

import logging
import random
import threading
import time

from django.db import connection
from django_eventstream.utils import get_storage

from . import publisher

log = logging.getLogger(__name__)

REPUBLISHED_S, REPUBLISHED_EVENTS = 60, 20_000  # the busiest minute that was measured
SETTLED_S = 5  # after that the process whose place we take is gone
TRIM_EVERY_S = 3600


def start():
    """Start the process's one background thread; call it after the fork."""
    threading.Thread(target=run, name="background", daemon=True).start()


def run():
    """Publish again what others could not, and trim the event log soon and then every hour; never return."""
    _survive(publish_recent)
    time.sleep(SETTLED_S)
    _survive(publish_recent)  # in a rolling restart our predecessor goes on for a while after our start
    while True:
        _survive(get_storage().trim_event_log)
        time.sleep(TRIM_EVERY_S * random.uniform(0.5, 1))


def publish_recent():
    """Publish the last minute of the log again: a process killed after its commit may not have published.

    The proxy drops the ids that it has seen.
    """
    for event in get_storage().recent(REPUBLISHED_S, REPUBLISHED_EVENTS):
        publisher.publish(event)


def _survive(job):
    try:
        job()
    except Exception:
        log.exception("%s failed", job.__name__)
    finally:
        connection.close()
