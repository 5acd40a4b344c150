"""What the log says about a GRIP proxy that takes nothing."""

import re
import time

from chat.grip import lane_log, publisher
from tests.helpers.grip_proxy import GripProxy, event, use
from tests.helpers.running import wait_for


def lines(caplog, proxy):
    """Return what was logged of this proxy: the lanes of earlier tests may still speak of theirs."""
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("chat.grip")]
    return [message for message in messages if proxy.uri in message]


def counts(caplog, proxy, words):
    return [int(line.split()[0]) for line in lines(caplog, proxy) if words in line]


def test_the_log_says_how_many_events_wait_and_since_when(settings, caplog, monkeypatch):
    monkeypatch.setattr(lane_log, "LOG_AGAIN_S", 0)
    monkeypatch.setattr(lane_log, "STILL_S", 0)
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        for number in range(1, 101):
            publisher.publish(event(number))
        wanted = re.compile(rf"100 event\(s\) not published to {proxy.uri} yet, the oldest waits for [1-9] s: .+")
        wait_for(lambda: any(map(wanted.fullmatch, lines(caplog, proxy))), 10)


def test_a_proxy_that_is_down_is_one_line_in_the_log(settings, caplog):
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        for number in range(1, 20):
            publisher.publish(event(number))
        for _ in range(4):
            proxy.requests.get(timeout=10)
    assert len(lines(caplog, proxy)) == 1


def test_dropped_events_are_counted_in_two_lines(settings, caplog, monkeypatch):
    monkeypatch.setattr(publisher, "MAX_QUEUE_BYTES", 10_000)
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        for number in range(2, 102):
            publisher.publish(event(number, "x" * 1000))
        proxy.mode = "accept"
        publisher.flush(10)
        dropped = counts(caplog, proxy, "given up")
        assert sum(dropped) + proxy.accepted() == 101
    assert len(dropped) == 2


def test_only_events_that_are_too_old_are_given_up(settings, caplog):
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        old, young = time.monotonic() - publisher.MATTERS_S, time.monotonic()
        (lane,) = publisher._lanes()
        lane.put(publisher.QueuedItem(1, item(1), old))
        proxy.requests.get(timeout=10)
        lane.put(publisher.QueuedItem(2, item(2), old))
        lane.put(publisher.QueuedItem(3, item(3), young))
        proxy.requests.get(timeout=10)
        proxy.mode = "accept"
        assert proxy.next_ids(1) == ["3"]
        publisher.flush(10)
        assert sum(counts(caplog, proxy, "given up")) == 2


def item(number):
    return b'{"id": "%d"}' % number


def test_the_log_counts_the_events_that_wait_behind_a_refused_one(settings, caplog, monkeypatch):
    monkeypatch.setattr(lane_log, "LOG_AGAIN_S", 0)
    monkeypatch.setattr(lane_log, "STILL_S", 0)
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        for number in (2, 3, 4):
            publisher.publish(event(number))
        proxy.mode = 400
        publisher.flush(10)
        assert counts(caplog, proxy, "not published")[-4:] == [3, 3, 2, 1]


def test_the_end_of_an_outage_is_one_line(settings, caplog):
    with GripProxy("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        proxy.requests.get(timeout=10)
        assert publisher.delays()
        proxy.mode = "accept"
        publisher.flush(10)
        publisher.publish(event(2))
        publisher.flush(10)
        assert publisher.delays() == []
    first, second = lines(caplog, proxy)
    assert "not published" in first
    assert re.fullmatch(rf"{proxy.uri} answers again, after [0-9]+ s\.", second)


def test_a_proxy_that_fails_every_other_time_does_not_fill_the_log(settings, caplog):
    with GripProxy() as proxy:
        use(settings, proxy)
        for number in range(1, 6):
            proxy.mode = "refuse"
            publisher.publish(event(number))
            wait_for(publisher.delays, 10, look_again_s=0.001)
            proxy.mode = "accept"
            publisher.flush(10)
    assert len(lines(caplog, proxy)) == 2
