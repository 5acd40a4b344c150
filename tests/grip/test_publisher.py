"""The publisher sends every event to every GRIP proxy. A proxy that is slow or down does not delay the others."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from chat import maintenance
from chat.events.log import EventLog
from chat.grip import command_socket, control_port, publisher
from tests.helpers.grip_proxy import CHANNEL, KEY, CommandProxy, GripProxy, event, use


@pytest.fixture(params=[GripProxy, CommandProxy], ids=["http", "command"])
def kind(request):
    """The kind of the fake proxy: the publisher treats both alike."""
    return request.param


@pytest.fixture
def grip_proxy(settings, kind):
    """A fake GRIP proxy, the only one that the site publishes to."""
    with kind() as proxy:
        settings.GRIP_PROXIES = [{"control_uri": proxy.uri, "key": KEY}]
        publisher.forget_lanes()
        yield proxy
    publisher.forget_lanes()


def test_a_published_item_has_the_channel_the_ids_and_the_event(grip_proxy):
    publisher.publish(event(5, '{"text": "100%"}'))
    assert grip_proxy.next_item() == {
        "channel": "events-room-two%20words",
        "id": "5",
        "prev-id": "4",
        "http-stream": {
            "content-filters": ["build-id"],
            "content": 'event: message\nid: %I\ndata: {"text": "100%%"}\n\n',
        },
    }


def test_every_proxy_gets_every_event_in_order(settings):
    with GripProxy() as one, CommandProxy() as other:
        use(settings, one, other)
        for number in range(1, 51):
            publisher.publish(event(number))
        expected = [str(number) for number in range(1, 51)]
        assert one.next_ids(50) == expected
        assert other.next_ids(50) == expected


def test_simultaneous_first_publishes_reach_every_proxy(settings, kind):
    with kind() as one, kind() as other:
        for attempt in range(20):
            use(settings, one, other)
            barrier = threading.Barrier(4, timeout=20)

            def publish_first(number, barrier=barrier):
                barrier.wait()
                publisher.publish(event(number))

            threads = [threading.Thread(target=publish_first, args=(4 * attempt + n + 1,)) for n in range(4)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        expected = {str(number) for number in range(1, 81)}
        assert set(one.next_ids(80)) == expected
        assert set(other.next_ids(80)) == expected


def test_an_event_that_a_proxy_always_refuses_does_not_delay_the_others(settings, caplog, kind):
    with kind("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        for number in range(2, 5):
            publisher.publish(event(number, kind.UNWANTED if number == 3 else "{}"))
        proxy.mode = "accept"
        assert proxy.next_ids(3) == ["1", "2", "4"]
    assert "refuses its content" in caplog.text


def test_the_publisher_tries_again_until_the_proxy_accepts(settings, caplog, kind):
    with kind("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        publisher.publish(event(2))
        proxy.mode = "accept"
        assert proxy.next_ids(2) == ["1", "2"]
    assert "not published" in caplog.text


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 503])
def test_the_publisher_tries_again_after_every_refusal_of_the_sender(settings, status):
    """The proxy's key may be wrong for a while, or a web server in front of it busy."""
    with GripProxy(status) as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        proxy.mode = "accept"
        assert proxy.next_ids(1) == ["1"]


@pytest.mark.parametrize("status", [400, 413])
def test_a_control_port_refuses_content_with_these_words(settings, caplog, status):
    with GripProxy(status) as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        publisher.flush(10)
    assert "1 event(s) given up" in caplog.text


def test_the_publisher_sends_content_that_is_refused_only_once(settings, caplog, kind):
    with kind("refuse content") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        publisher.flush(10)
        proxy.mode = "accept"
        publisher.publish(event(2))
        assert proxy.next_ids(1) == ["2"]
    assert "1 event(s) given up" in caplog.text


def test_the_publisher_waits_longer_before_each_new_try(settings, monkeypatch, kind):
    pauses, enough = [], threading.Event()

    def pass_time(seconds):
        if threading.current_thread().name == f"publish to {proxy.uri}":  # lanes of earlier tests may still try
            pauses.append(seconds)
        if len(pauses) == 8:
            enough.set()
        threading.Event().wait(0.001)

    with kind("refuse") as proxy:
        monkeypatch.setattr(publisher, "time", SimpleNamespace(sleep=pass_time, monotonic=time.monotonic))
        use(settings, proxy)
        publisher.publish(event(1))
        assert enough.wait(10)
        proxy.mode = "accept"
        publisher.flush(10)
    shares = [pause / longest for pause, longest in zip(pauses, [0.1, 0.2, 0.4, 0.8, 1.6, 3, 3, 3], strict=False)]
    assert len(shares) == 8
    assert 0.5 <= min(shares) < max(shares) <= 1  # random, so that the workers do not come together


def test_a_flush_waits_for_the_request_that_is_under_way(grip_proxy):
    grip_proxy.mode = "hang"
    publisher.publish(event(1))
    grip_proxy.requests.get(timeout=10)
    began = time.monotonic()
    publisher.flush(0.2)
    assert time.monotonic() - began >= 0.2


def test_a_flush_ends_when_the_proxy_has_everything(grip_proxy):
    for number in range(1, 100):
        publisher.publish(event(number))
    publisher.flush(60)
    assert grip_proxy.accepted() == 99


def test_a_proxy_that_is_down_gets_the_events_when_it_is_back(settings, kind):
    with kind() as gone:
        use(settings, gone)
    publisher.publish(event(1))
    with gone.again() as back:
        assert back.next_ids(1) == ["1"]


def test_a_hanging_proxy_delays_neither_the_caller_nor_the_other_proxies(settings, kind):
    with kind("hang") as hanging, kind() as other:
        use(settings, hanging, other)
        publisher.publish(event(1))
        hanging.requests.get(timeout=10)
        for number in range(2, 20):
            publisher.publish(event(number))
        assert other.next_ids(19) == [str(number) for number in range(1, 20)]
        assert hanging.is_empty()


def test_a_request_to_a_hanging_proxy_times_out_and_is_sent_again(settings, monkeypatch, kind):
    monkeypatch.setattr(control_port, "ANSWER_S", 0.05)
    monkeypatch.setattr(command_socket, "ANSWER_S", 0.05)
    with kind("hang") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        proxy.mode = "accept"
        assert proxy.next_ids(1) == ["1"]


def test_requests_stay_well_below_the_proxys_size_limit(settings, kind):
    with kind("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        for number in range(2, 22):
            publisher.publish(event(number, json.dumps({"text": "\N{GRINNING FACE}" * 8000})))
        proxy.mode = "accept"
        assert proxy.next_ids(21) == [str(number) for number in range(1, 22)]
        sizes = [len(body) for body in proxy.requests.queue]
        assert max(sizes) < 600_000
        assert len(sizes) < 15  # several events share a request


def test_the_queue_for_a_dead_proxy_is_bounded_and_keeps_the_newest(settings, monkeypatch, kind):
    monkeypatch.setattr(publisher, "MAX_QUEUE_BYTES", 10_000)
    with kind("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        for number in range(2, 102):
            publisher.publish(event(number, "x" * 1000))
        proxy.mode = "accept"
        ids = proxy.next_ids(2)
        while ids[-1] != "101":
            ids += proxy.next_ids(1)
        assert len(ids) < 15


def test_events_that_arrive_out_of_order_are_published_in_order(settings, kind):
    with kind("refuse") as proxy:
        use(settings, proxy)
        publisher.publish(event(1))
        proxy.requests.get(timeout=10)
        publisher.publish(event(3))
        publisher.publish(event(2))
        proxy.mode = "accept"
        assert proxy.next_ids(3) == ["1", "2", "3"]


def test_a_forked_process_publishes_its_own_events(grip_proxy):
    publisher.publish(event(1))
    assert grip_proxy.next_ids(1) == ["1"]
    if not (child := os.fork()):
        publisher.publish(event(2))
        publisher.flush(10)
        os._exit(0)
    assert grip_proxy.next_ids(1) == ["2"]
    os.waitpid(child, 0)


def test_a_process_can_end_while_a_proxy_hangs(grip_proxy):
    grip_proxy.mode = "hang"
    code = """
import django; django.setup()
from django_eventstream.event import Event
from chat.grip import publisher
publisher.publish(Event("room-x", "message", "{}", id=1))
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings", "GRIP_URL": grip_proxy.uri}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, timeout=30)
    assert ended.returncode == 0


def test_a_process_publishes_its_queued_events_before_it_ends(grip_proxy):
    code = """
import django; django.setup()
from django_eventstream.event import Event
from chat.grip import publisher
for number in range(1, 100): publisher.publish(Event("room-x", "message", "{}", id=number))
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings", "GRIP_URL": grip_proxy.uri}
    subprocess.run([sys.executable, "-c", code], env=environment, timeout=30, check=True)
    assert grip_proxy.next_ids(99)[-1] == "99"


def test_many_hanging_proxies_share_one_deadline(settings, kind):
    with ExitStack() as stack:
        proxies = [stack.enter_context(kind("hang")) for _ in range(20)]
        code = """
import django; django.setup()
from django_eventstream.event import Event
from chat.grip import publisher
publisher.publish(Event("room-x", "message", "{}", id=1))
"""
        urls = " ".join(proxy.uri for proxy in proxies)
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings", "GRIP_URL": urls}
        ended = subprocess.run([sys.executable, "-c", code], env=environment, timeout=20 * publisher.FLUSH_S)
    assert ended.returncode == 0


def test_the_publisher_ignores_http_proxy_in_the_environment(settings, monkeypatch):
    with GripProxy() as proxy, GripProxy() as web_proxy:
        use(settings, proxy)
        monkeypatch.setenv("http_proxy", web_proxy.uri)
        publisher.publish(event(1))
        assert proxy.next_ids(1) == ["1"]


@pytest.mark.django_db
def test_a_new_worker_publishes_the_last_minute_again(grip_proxy):
    for _ in range(3):
        EventLog().append_event(CHANNEL, "message", "{}")
    maintenance.publish_recent()
    assert grip_proxy.next_ids(3) == ["1", "2", "3"]
