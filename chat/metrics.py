"""What each process counts about itself; docs/metrics.md has the table.

Strangers choose no value of a label: rooms, paths and names are none. Prometheus keeps a series for each value.
"""

import math
from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

ACCEPTED_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
NOTHING_WAITS = math.inf  # the oldest of no events: `time() - oldest` is never large

EVENTS = Counter("chat_events", "Events whose transaction has committed.", ["type"])
REQUESTS = Counter("chat_requests", "Answers to requests.", ["view", "status"])
REFUSALS = Counter("chat_refusals", "Requests that the chat refused, and why.", ["status", "field"])
DATABASE_ERRORS = Counter("chat_database_errors", "Requests and probes that failed because of the database.")

FAILURES = Counter("chat_publish_failures", "Attempts to publish that failed.", ["proxy"])
GIVEN_UP = Counter("chat_events_given_up", "Events that the proxy will not get.", ["proxy", "reason"])
ACCEPTANCE = Histogram(
    "chat_publish_seconds", "From the commit until the proxy has taken the event.", ["proxy"], buckets=ACCEPTED_S
)
# A process that has ended has no events: they died with it, and the next one publishes them again.
WAITING = Gauge("chat_waiting_events", "Events that wait for the proxy.", ["proxy"], multiprocess_mode="livesum")
WAITING_BYTES = Gauge("chat_waiting_bytes", "Bytes of these events.", ["proxy"], multiprocess_mode="livesum")
OLDEST = Gauge(
    "chat_oldest_waiting_event_timestamp_seconds",
    "When the oldest of them was committed; +Inf if none waits.",
    ["proxy"],
    multiprocess_mode="livemin",
)


@lru_cache(maxsize=1000)
def answers(view: str, status: int) -> Counter:
    """Return the counter of these answers, faster than REQUESTS.labels does."""
    return REQUESTS.labels(view, status)
