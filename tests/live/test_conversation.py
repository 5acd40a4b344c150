"""Conversations through the real Pushpin, on SQLite and on PostgreSQL."""

import json
import threading
from urllib.parse import quote, urlencode

import pytest

from tests.helpers.listener import Listener

ROOMS = [
    "lobby", "two words", "ü", "日本", "😀", "👩\u200d👩\u200d👧", "100%", "%I", "%(x)s", "o'neil", 'a"b', "a,b", "a:b",
    "s;x", "what?", "#1", "a&b=c", "a+b", "\\", "<b>", "{{ x }}", "[x]", "(x)", "@x", "~", "*", "|", "^", "`",
    "x" * 64, "😀" * 64,
]  # fmt: skip

PATHS = {
    "channel": lambda room: f"/events/?{urlencode({'channel': f'room-{room}'})}",
    "room": lambda room: f"/rooms/{quote(room, safe='')}/events/",
}


def listen(chat, room, path="channel", last_event_id=None):
    listener = Listener(chat.url, room, last_event_id, path=PATHS[path](room))
    listener.next("stream-open")
    return listener


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("room", ROOMS)
def test_every_room_delivers_live_messages_and_resumes(any_chat, room, path):
    with listen(any_chat, room, path) as reader:
        assert any_chat.post(room, "Alice", "live 100% %I") == reader.message()
    missed = any_chat.post(room, "Alice", "missed %(x)s")
    with listen(any_chat, room, path, reader.last_event_id) as reader:
        assert reader.message() == missed
        assert any_chat.post(room, "Alice", "live again") == reader.message()


@pytest.mark.parametrize("room", ["lobby", "100%", "日本"])
def test_a_reader_with_an_unknown_id_gets_a_reset_and_then_new_messages(any_chat, room):
    with listen(any_chat, room, last_event_id="nonsense") as reader:
        assert reader.next("stream-reset")["channels"] == [f"room-{room}"]
        assert any_chat.post(room, "Alice", "after the reset") == reader.message()


def test_a_reader_disconnected_before_its_first_message_misses_no_message(any_chat):
    with listen(any_chat, "early") as reader:
        pass
    missed = any_chat.post("early", "Alice", "while you were away")
    with listen(any_chat, "early", last_event_id=reader.last_event_id) as reader:
        assert reader.message() == missed


@pytest.mark.parametrize(("count", "text"), [(14, "%" * 8000), (40, "😀" * 8000), (250, "hi %")])
def test_a_reader_gets_all_missed_messages_even_if_they_are_many(any_chat, count, text):
    """Pushpin would answer 502 to each attempt if the first answer had more than 100 000 bytes."""
    room = f"backlog of {count}"
    with listen(any_chat, room) as reader:
        any_chat.post(room, "Alice", "seen")
        reader.message()
    missed = [any_chat.post(room, "Alice", text) for _ in range(count)]
    with listen(any_chat, room, last_event_id=reader.last_event_id) as reader:
        assert [reader.message() for _ in missed] == missed
        assert any_chat.post(room, "Alice", "and on") == reader.message()


def test_ten_long_rooms_resume_in_one_stream(any_chat):
    """Their next link is longer than 8 kB, because every event id in it is percent-encoded twice."""
    rooms = [f"{n} {'日本' * 10}" for n in range(10)]
    path = f"/events/?{urlencode([('channel', f'room-{room}') for room in rooms])}"
    with Listener(any_chat.url, "", path=path) as reader:
        reader.next("stream-open")
    missed = [any_chat.post(room, "Alice", str(n)) for room in rooms for n in range(15)]
    with Listener(any_chat.url, "", reader.last_event_id, path=path) as reader:
        received = [reader.message() for _ in missed]
    assert sorted(received, key=lambda message: message["id"]) == missed


def test_a_room_with_a_long_name_resumes_after_many_messages(any_chat):
    """The event ids alone fill the first answer, and Pushpin counts each of their percent signs twice."""
    room = "😀" * 63
    with listen(any_chat, room) as reader:
        pass
    missed = [any_chat.post(room, "Alice", str(n)) for n in range(95)]
    with listen(any_chat, room, last_event_id=reader.last_event_id) as reader:
        assert [reader.message() for _ in missed] == missed


def test_all_readers_receive_the_messages_of_twelve_posters_in_the_same_order(any_chat):
    readers = [listen(any_chat, "crowd") for _ in range(5)]
    sent = []

    def post_ten(name):
        sent.extend(any_chat.post("crowd", name, str(n)) for n in range(10))

    people = [threading.Thread(target=post_ten, args=(f"Bob {n}",)) for n in range(12)]
    [person.start() for person in people]
    [person.join() for person in people]
    expected = sorted(sent, key=lambda message: message["id"])
    assert len(expected) == 120
    for reader in readers:
        assert [reader.message() for _ in expected] == expected
        reader.close()


def test_an_old_list_with_all_later_events_equals_a_fresh_list(any_chat):
    before = fetch(any_chat, "snapshot")
    with listen(any_chat, "snapshot", last_event_id=before["last-event-id"]) as reader:
        for number in range(5):
            any_chat.post("snapshot", "Alice", str(number))
        received = [reader.message() for _ in range(5)]
    after = fetch(any_chat, "snapshot")
    assert after["messages"] == [*reversed(received), *before["messages"]]
    assert after["last-event-id"] == reader.last_event_id


def fetch(chat, room):
    status, answer = chat.request("GET", f"/rooms/{quote(room, safe='')}/messages/")
    assert status == 200
    return json.loads(answer)


@pytest.mark.parametrize("size", [96_014, 131_072, 131_073, 1_000_000])
def test_a_large_body_is_accepted_whole_or_refused_with_a_reason(any_chat, size):
    text = "😀" * 8000 if size == 96_014 else "x" * (size - 14)
    body = urlencode({"from": "ann", "text": text})
    assert len(body) == size
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, answer = any_chat.request("POST", "/rooms/big/messages/", body, headers)
    assert status == (200 if size == 96_014 else 400 if size == 131_072 else 413)
    assert json.loads(answer).get("text", text) == text


def test_a_post_to_events_is_refused_and_opens_no_stream(any_chat):
    status, answer = any_chat.request("POST", "/events/?channel=room-lobby", "", seconds=5)
    assert status == 405
    assert json.loads(answer)["errors"][0]["field"] == "method"
