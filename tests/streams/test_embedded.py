"""Embedded mode: one ASGI process serves the streams itself, without a proxy."""

import asyncio
import json
import threading
from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test import AsyncClient

from chat.events import local
from chat.events.log import EventLog
from chat.events.send import send_event
from chat.streams import embedded
from chatsite.content_type import asgi
from tests.helpers.posting import delete, edit, post

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_S = 10


def send(count=1, room="lobby"):
    """Send events from another thread, as another request would."""

    def run():
        for _ in range(count):
            with transaction.atomic():
                send_event(f"room-{room}", "message", {"text": "hi"})
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture(autouse=True)
def _only_an_event_wakes_a_stream(monkeypatch):
    """A keep-alive would read the log too, and hide that an event woke nobody."""
    monkeypatch.setattr(embedded, "KEEP_ALIVE_S", 3600)


async def in_time(work):
    """Return what `work` returns; cancel it after WAIT_S.

    Another thread watches the time: a timer of this event loop would wake the loop, and streams that nobody woke too.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    late = threading.Event()

    def cancel():
        late.set()
        loop.call_soon_threadsafe(task.cancel)

    alarm = threading.Timer(WAIT_S, cancel)
    alarm.start()
    try:
        found = await task
    finally:
        alarm.cancel()
    assert not late.is_set(), "only the end of the time woke the event loop"  # such a task may ignore its cancelling
    return found


class Reader:
    """Reads a response's events one by one."""

    def __init__(self, response):
        self.status, self._chunks, self._blocks = response.status_code, aiter(response.streaming_content), []

    async def next(self):
        while not self._blocks:
            chunk = await in_time(anext(self._chunks))
            self._blocks = [block for block in chunk.decode().split("\n\n") if block]
        fields = dict(line.partition(":")[::2] for line in self._blocks.pop(0).split("\n"))
        return fields["event"].strip(), fields.get("id", "").strip()

    async def close(self):
        """Close the stream as the server does: cancel the wait for the next bytes."""
        waiting = asyncio.ensure_future(anext(self._chunks))
        while not waiting.done():
            await asyncio.sleep(0.01)  # a database read cannot be cancelled
            waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


async def listen(query="channel=room-lobby"):
    return Reader(await AsyncClient().get(f"/events/?{query}"))


def test_a_stream_opens_with_the_current_id_and_sends_each_event():
    async def scene():
        reader = await listen()
        assert await reader.next() == ("stream-open", "room-lobby:0")
        send(2)
        assert await reader.next() == ("message", "room-lobby:1")
        assert await reader.next() == ("message", "room-lobby:2")
        await reader.close()

    asyncio.run(scene())


@pytest.mark.parametrize(("origin", "allowed"), [("https://shop.example.com",) * 2, ("https://evil.example", None)])
def test_a_stream_opens_for_a_page_of_a_listed_site(settings, origin, allowed):
    settings.CHAT_ORIGINS = settings.CORS_ALLOWED_ORIGINS = ("https://shop.example.com",)

    async def scene():
        answer = await AsyncClient().get("/events/?channel=room-lobby", headers={"Origin": origin})
        assert answer.get("Access-Control-Allow-Origin") == allowed
        reader = Reader(answer)
        assert await reader.next() == ("stream-open", "room-lobby:0")
        await reader.close()

    asyncio.run(scene())


def test_an_event_wakes_a_stream_that_sleeps(monkeypatch):
    """Nothing else wakes the event loop: neither a timer nor another stream."""
    sleep = local.Waiter.wait

    async def scene():
        asleep = asyncio.Event()

        def fall_asleep(waiter, seconds):
            asleep.set()
            return sleep(waiter, seconds)

        monkeypatch.setattr(local.Waiter, "wait", fall_asleep)
        reader = await listen()
        await reader.next()
        receiving = asyncio.ensure_future(reader.next())
        await asleep.wait()
        sending = send()
        assert await receiving == ("message", "room-lobby:1")
        sending.join()
        await reader.close()

    asyncio.run(scene())


def test_a_stream_sleeps_again_after_it_was_woken():
    async def wakes():
        with local.waiting(["room-lobby"]) as waiter:
            local.wake("room-lobby")
            first = await waiter.wait(10)
            waiter.prepare()
            return first, await waiter.wait(0.01)

    assert asyncio.run(wakes()) == (True, False)


def test_a_resumed_stream_first_sends_all_missed_events():
    send(250).join()

    async def scene():
        reader = await listen("channel=room-lobby&lastEventId=room-lobby:0")
        assert await reader.next() == ("stream-open", "room-lobby:0")
        for number in range(1, 251):
            assert await reader.next() == ("message", f"room-lobby:{number}")
        await reader.close()

    asyncio.run(scene())


def test_a_resumed_stream_sends_changes_but_not_the_text_of_a_deleted_message(client):
    first, second = (post(client, key=key).json()["id"] for key in ("k1", "k2"))
    edit(client, first)
    delete(client, second, key="k2")

    async def scene():
        reader = await listen("channel=room-lobby&lastEventId=room-lobby:0")
        names = ["stream-open", "message", "message-deleted", "message-edited", "message-deleted"]
        assert [await reader.next() for _ in names] == [(name, f"room-lobby:{n}") for n, name in enumerate(names)]
        await reader.close()

    asyncio.run(scene())


def test_a_reader_who_connects_during_posts_gets_every_message_once():
    async def scene():
        sending = [send(30) for _ in range(3)]
        readers = [await listen("channel=room-lobby&lastEventId=room-lobby:0") for _ in range(5)]
        for reader in readers:
            assert (await reader.next())[0] == "stream-open"
            assert [await reader.next() for _ in range(90)] == [("message", f"room-lobby:{n}") for n in range(1, 91)]
            await reader.close()
        [thread.join() for thread in sending]

    asyncio.run(scene())


def test_an_unknown_id_resets_the_stream_and_the_stream_continues():
    async def scene():
        reader = await listen("channel=room-lobby&lastEventId=junk")
        assert await reader.next() == ("stream-open", "")
        assert await reader.next() == ("stream-reset", "room-lobby:0")
        send()
        assert await reader.next() == ("message", "room-lobby:1")
        await reader.close()

    asyncio.run(scene())


def test_a_silent_stream_sends_keep_alives_and_reads_the_log_again(monkeypatch):
    """An event that another process has logged wakes no stream of this process."""
    monkeypatch.setattr(embedded, "KEEP_ALIVE_S", 0.01)

    async def scene():
        reader = await listen()
        await reader.next()
        assert (await reader.next())[0] == "keep-alive"
        logging = threading.Thread(target=log_without_waking)
        logging.start()
        while (event := await reader.next())[0] == "keep-alive":
            pass
        assert event == ("message", "room-lobby:1")
        await reader.close()
        logging.join()

    asyncio.run(scene())


def test_a_stream_sleeps_again_after_an_event(monkeypatch):
    """A stream that never sleeps again reads the log without a pause, and sends no keep-alive."""
    monkeypatch.setattr(embedded, "KEEP_ALIVE_S", 0.5)

    async def scene():
        reader = await listen()
        await reader.next()
        sending = send()
        while (await reader.next())[0] != "message":
            pass
        assert (await reader.next())[0] == "keep-alive"
        await reader.close()
        sending.join()

    asyncio.run(scene())


def test_a_stream_keeps_no_connection_to_the_database_while_it_waits(monkeypatch):
    kept, read = [], embedded._read

    def watched(*args):
        found = read(*args)
        kept.append(connection.connection)
        return found

    monkeypatch.setattr(embedded, "_read", watched)

    async def scene():
        reader = await listen()
        await reader.next()
        await reader.close()

    asyncio.run(scene())
    assert kept
    assert not any(kept)


def log_without_waking():
    with transaction.atomic():
        EventLog().append_event("room-lobby", "message", json.dumps({}))
    connection.close()


def test_a_closed_stream_leaves_no_waiter():
    async def scene():
        reader = await listen()
        await reader.next()
        await reader.close()
        assert not local._waiting

    asyncio.run(scene())


def test_the_site_serves_no_streams_itself_if_it_has_a_grip_proxy(settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1"}]

    async def scene():
        response = await AsyncClient().get("/events/?channel=room-lobby")
        assert response.status_code == 501

    asyncio.run(scene())


def test_a_stream_over_the_limit_is_asked_to_come_back(monkeypatch):
    monkeypatch.setattr(embedded, "MAX_STREAMS", 1)

    async def scene():
        reader = await listen()
        await reader.next()
        answer = await AsyncClient().get("/events/?channel=room-other")
        assert answer.content.startswith(b"retry: ")
        await reader.close()
        again = await listen()
        assert await again.next() == ("stream-open", "room-lobby:0")
        await again.close()

    asyncio.run(scene())


def test_a_websocket_is_closed_without_an_error():
    sent = []

    async def send(message):
        sent.append(message["type"])

    asyncio.run(asgi(None)({"type": "websocket", "path": "/events/"}, None, send))
    assert sent == ["websocket.close"]
