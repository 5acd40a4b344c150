"""What a proxy's metrics say while events wait for it, when it has taken them, and when it never will."""

import math
import time
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY

from chat.grip import publisher
from chat.grip.lane_metrics import OWN_PUSHPIN, LaneMetrics
from tests.helpers.grip_proxy import CommandProxy, GripProxy, event, use
from tests.helpers.running import wait_for

SEEN_S = 20
OLDEST = "chat_oldest_waiting_event_timestamp_seconds"


def value(name, proxy, **labels):
    return REGISTRY.get_sample_value(name, {"proxy": proxy.uri, **labels})


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(publisher, "LAST_RETRY_S", 0.05)


def test_taken_events_are_counted_and_nothing_waits(settings):
    with GripProxy() as proxy:
        use(settings, proxy)
        for number in (1, 2, 3):
            publisher.publish(event(number))
        publisher.flush(SEEN_S)
        assert value("chat_publish_seconds_count", proxy) == 3
        assert 0 <= value("chat_publish_seconds_sum", proxy) < 3 * SEEN_S
        assert (value("chat_waiting_events", proxy), value("chat_waiting_bytes", proxy)) == (0, 0)
        assert value(OLDEST, proxy) == math.inf
        assert value("chat_publish_failures_total", proxy) == 0


def test_waiting_events_are_seen_with_their_bytes_and_the_oldest(settings, quick):
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        before = time.time()
        publisher.publish(event(1))
        wait_for(lambda: value("chat_publish_failures_total", proxy), SEEN_S)
        publisher.publish(event(2))
        wait_for(lambda: value("chat_waiting_events", proxy) == 2, SEEN_S)
        after = time.time()
        assert value("chat_waiting_bytes", proxy) == sum(len(publisher._item_json(event(n))) for n in (1, 2))
        assert before - 1 <= value(OLDEST, proxy) <= after + 1
        proxy.mode = "accept"
        publisher.flush(SEEN_S)
        assert (value("chat_waiting_events", proxy), value(OLDEST, proxy)) == (0, math.inf)


def test_the_oldest_event_has_the_time_at_which_it_was_committed():
    waits = LaneMetrics("a proxy")
    waits.waiting(1, 10, SimpleNamespace(queued=time.monotonic() - 100))
    committed = REGISTRY.get_sample_value(OLDEST, {"proxy": "a proxy"})
    assert committed == pytest.approx(time.time() - 100, abs=10)
    waits.nothing_waits()
    assert REGISTRY.get_sample_value(OLDEST, {"proxy": "a proxy"}) == math.inf


def test_a_refused_event_is_given_up(settings, quick):
    with GripProxy() as proxy:
        use(settings, proxy)
        publisher.publish(event(1, f'"{proxy.UNWANTED}"'))
        publisher.flush(SEEN_S)
        reason = "the proxy refuses its content"
        assert value("chat_events_given_up_total", proxy, reason=reason) == 1
        assert (value("chat_waiting_events", proxy), value("chat_waiting_bytes", proxy)) == (0, 0)


def test_events_over_the_limit_are_given_up(settings, quick, monkeypatch):
    monkeypatch.setattr(publisher, "MAX_QUEUE_BYTES", 1)
    with GripProxy() as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        assert value("chat_events_given_up_total", proxy, reason="more than 1 bytes wait") == 1
        assert (value("chat_waiting_events", proxy), value("chat_waiting_bytes", proxy)) == (0, 0)


def test_old_events_are_given_up(settings, quick, monkeypatch):
    monkeypatch.setattr(publisher, "MATTERS_S", 0)
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        wait_for(lambda: value("chat_events_given_up_total", proxy, reason="they waited for 0 s"), SEEN_S)
        publisher.flush(SEEN_S)
        assert (value("chat_waiting_events", proxy), value(OLDEST, proxy)) == (0, math.inf)


def test_our_own_pushpin_has_one_name_for_ever(settings):
    with CommandProxy() as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        publisher.flush(SEEN_S)
        assert value("chat_publish_seconds_count", proxy) is None
        assert REGISTRY.get_sample_value("chat_publish_seconds_count", {"proxy": OWN_PUSHPIN}) >= 1
