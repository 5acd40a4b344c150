"""A thousand readers connect at the same time, as after a restart."""

import pytest

from bench.load.readers import READER, Readers
from tests.helpers.listener import ANSWER_S
from tests.helpers.running import Chat

CROWD = 1000


@pytest.fixture
def readers():
    readers = Readers()
    yield readers
    readers.streams.close()


def test_a_thousand_streams_can_be_opened_at_the_same_time(pushpin, tmp_path, readers):
    with Chat.ready(tmp_path) as chat:
        port = int(chat.port)
        request = READER.format(room="lobby", host="127.0.0.1", port=port)
        for _ in range(3):
            result = readers.open([("127.0.0.1", port)], [request], CROWD, "event: stream-open", in_flight=CROWD)
            assert (result["opened"], result["failed"]) == (CROWD, {})
        assert chat.post("lobby", "Alice", "Are you all here?", ANSWER_S)
