"""Embedded mode with rights: when the policy is asked, and when a stream ends so that it is asked again."""

import asyncio
import threading

import pytest
from django.db import connection, connections, transaction
from django.test import AsyncClient
from django_eventstream.models import Event

from chat.events import local
from chat.events.log import EventLog
from chat.events.send import send_event
from chat.grip import slots
from chat.grip.publisher import RECHECK
from chat.policy import Open, recheck
from chat.policy.recheck import Waiting
from chat.streams import embedded
from tests.streams.test_embedded import Reader, in_time, send

pytestmark = pytest.mark.django_db(transaction=True)

ALLOWED = set()


class OnlyNamed(Open):
    def may_read(self, request, room):
        return room in ALLOWED


@pytest.fixture(autouse=True)
def _only_an_event_wakes_a_stream(monkeypatch):
    monkeypatch.setattr(embedded, "KEEP_ALIVE_S", 3600)


@pytest.fixture
def restricted(settings):
    settings.CHAT_POLICY = f"{__name__}.OnlyNamed"
    ALLOWED.clear()
    ALLOWED.add("lobby")


async def get(query="channel=room-lobby"):
    return await AsyncClient().get(f"/events/?{query}")


async def opened(query="channel=room-lobby"):
    """Return a Reader of a stream that has begun."""
    reader = Reader(await get(query))
    assert (await reader.next())[0] == "stream-open"
    return reader


async def rest(reader):
    """Return what comes until the stream ends."""
    found = []
    while True:
        try:
            found.append(await reader.next())
        except StopAsyncIteration:
            return found


def elsewhere(what, *args):
    """Run this in another thread, as another request or process would."""

    def run():
        what(*args)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def log(kind="message"):
    """Log an event without waking anybody, as another process does."""
    with transaction.atomic():
        EventLog().append_event("room-lobby", kind, "{}")


@pytest.mark.parametrize("query", ["", "&link=next", "&link=next&recover=true", "&lastEventId=room-private:0"])
def test_a_refused_stream_is_a_403_whatever_its_query_says(restricted, query):
    response = asyncio.run(get(f"channel=room-private{query}"))
    assert response.status_code == 403
    assert [error["channel"] for error in response.json()["errors"]] == ["room-private"]


def test_an_allowed_stream_begins_and_goes_on(restricted):
    send(3).join()

    async def scene():
        reader = await opened("channel=room-lobby&lastEventId=room-lobby:1")
        assert [await reader.next() for _ in "ab"] == [("message", "room-lobby:2"), ("message", "room-lobby:3")]
        send()
        assert await reader.next() == ("message", "room-lobby:4")
        await reader.close()

    asyncio.run(scene())


@pytest.mark.parametrize("policy", ["open", "restricted"])
def test_a_recheck_ends_the_stream_and_it_resumes_behind_it(request, policy):
    if policy == "restricted":
        request.getfixturevalue("restricted")

    async def scene():
        reader = await opened()
        await asyncio.to_thread(elsewhere, recheck, "lobby")
        assert await rest(reader) == []
        send().join()
        again = await opened("channel=room-lobby&lastEventId=room-lobby:0")
        assert [await again.next() for _ in "ab"] == [("recheck", "room-lobby:1"), ("message", "room-lobby:2")]
        await again.close()

    asyncio.run(scene())


def test_a_recheck_of_another_process_ends_the_stream(restricted):
    """The background thread learns of it, and wakes the streams of this process."""

    async def scene():
        reader = await opened()
        await asyncio.to_thread(elsewhere, recheck_silently)
        await asyncio.to_thread(elsewhere, Waiting().run)
        assert await rest(reader) == []

    asyncio.run(scene())


def recheck_silently():
    wake, local.wake = local.wake, lambda channel: None
    try:
        recheck("lobby")
    finally:
        local.wake = wake


def test_nothing_is_shown_that_came_after_a_recheck(restricted):
    """Not even if both are found at once."""

    async def scene():
        reader = await opened()
        await asyncio.to_thread(elsewhere, log, RECHECK)
        send().join()
        assert await rest(reader) == []

    asyncio.run(scene())


def test_what_happens_between_the_policys_answer_and_the_streams_first_bytes_ends_it(restricted):
    """A right is revoked after the policy was asked, and before the server reads the first bytes."""

    async def scene():
        response = await get()
        await asyncio.to_thread(elsewhere, recheck, "lobby")
        send().join()
        reader = Reader(response)
        assert await rest(reader) == [("stream-open", "room-lobby:0")]

    asyncio.run(scene())


def test_a_reset_of_an_open_stream_ends_it(restricted):
    """What was removed from the log may have held a recheck."""
    send(2).join()

    async def scene():
        reader = await opened("channel=room-lobby&lastEventId=room-lobby:2")
        await asyncio.to_thread(elsewhere, forget_all)
        assert await rest(reader) == []

    asyncio.run(scene())


def forget_all():
    with transaction.atomic():
        send_event("room-lobby", "message", {})
        send_event("room-lobby", "message", {})
        Event.objects.filter(eid=3).delete()


def test_an_opening_with_an_unknown_id_is_no_reason_to_end(restricted):
    async def scene():
        reader = await opened("channel=room-lobby&lastEventId=junk")
        assert (await reader.next())[0] == "stream-reset"
        send()
        assert await reader.next() == ("message", "room-lobby:1")
        await reader.close()

    asyncio.run(scene())


def test_a_reader_who_was_away_for_long_comes_across_an_old_recheck(restricted):
    """The policy was asked after it: a stream that ended there would end there again and again."""
    send(150).join()
    elsewhere(log, RECHECK)
    send().join()

    async def scene():
        reader = await opened("channel=room-lobby&lastEventId=room-lobby:0")
        found = [await reader.next() for _ in range(152)]
        assert [name for name, _ in found] == ["message"] * 150 + ["recheck", "message"]
        await reader.close()

    asyncio.run(scene())


def test_where_everybody_may_read_a_reader_who_was_away_comes_across_an_old_recheck_too():
    send(150).join()
    elsewhere(log, RECHECK)
    send().join()

    async def scene():
        last, found = "room-lobby:0", []
        while len(found) < 152:
            reader = await opened(f"channel=room-lobby&lastEventId={last}")
            try:
                while len(found) < 152:
                    found.append(await reader.next())
                await reader.close()
            except StopAsyncIteration:
                pass
            last = found[-1][1]
        assert [event_id for _, event_id in found] == [f"room-lobby:{number}" for number in range(1, 153)]

    asyncio.run(scene())


def test_a_stream_ends_with_its_slot(restricted, monkeypatch):
    monkeypatch.setattr(slots, "SLOT_S", 1)
    monkeypatch.setattr(slots, "STEP_S", 0.1)

    async def scene():
        reader = await opened()
        assert {name for name, _ in await in_time(rest(reader))} <= {"keep-alive"}

    asyncio.run(scene())


def test_an_opening_keeps_no_connection_to_the_database(restricted, monkeypatch):
    used, refuse_readers = [], embedded.asking.refuse_readers

    def asked(*args):
        used.append(connections["default"])  # of the thread that waits until the stream ends
        used[0].ensure_connection()
        refuse_readers(*args)

    monkeypatch.setattr(embedded.asking, "refuse_readers", asked)
    asyncio.run(get())
    assert used[0].connection is None
