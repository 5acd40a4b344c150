"""Readers hear at once of what a moderator does by a command: through Pushpin."""

import pytest


@pytest.fixture
def reader(chat, room):
    chat.post(room, "Eve", "spam 0")
    reader = chat.listen(room)
    yield reader
    reader.close()


def test_a_command_tells_the_readers_at_once(chat, room, reader):
    ids = [chat.post(room, "Eve", f"spam {number}")["id"] for number in (1, 2)]
    assert [reader.message()["id"] for _ in ids] == ids
    chat.manage("moderate", "delete", str(ids[0]))
    assert reader.next("message-deleted")["id"] == ids[0]
    chat.manage("moderate", "remove", str(ids[0]))
    assert ids[1] in reader.next("messages-deleted")["ids"]
    chat.manage("moderate", "lock", room)
    assert reader.next("room-changed")["locked"] is True
