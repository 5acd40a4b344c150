"""The benchmark's readers count every message exactly, in whatever pieces the bytes arrive."""

import select
import socket
import threading
import time

import pytest

from bench.load import event_ids, markers
from bench.load.connection import Connection
from bench.load.ledger import Ledger
from bench.load.posting import Posting
from bench.load.readers import Readers
from bench.load.streams import Streams

REQUEST = b"GET /events/ HTTP/1.1\r\nHost: a\r\n\r\n"
OPEN = b"HTTP/1.1 200 OK\r\n\r\nevent: stream-open\nid: room-x:0\ndata:\n\n"
SSE = 'event: message\r\nid: room-x:1\r\ndata: {{"text": "{}"}}\r\n\r\n'


@pytest.fixture
def ledger():
    return Ledger()


def text(number, poster=1):
    """Return the text of a poster's message with this number."""
    return markers.TEXT.replace(markers.BLANK.decode(), markers.digits(poster, number, 5).decode())


def receive(ledger, *numbers, reader=1, poster=1):
    for number in numbers:
        ledger.take(reader, poster, number, delay_ns=number * 10)


def lost(ledger, last=3, readers=(1,), unsure=()):
    return ledger.lost({1: last}, unsure, lambda poster: readers)


def numbers(pieces):
    """Return the numbers of the messages that a reader finds in these pieces."""
    found, tail = [], b""
    for piece in pieces:
        here, tail = markers.find(tail + piece)
        found += [int(number) for _, number, _ in here]
    return found


def test_messages_in_order_are_counted_without_a_fault(ledger):
    receive(ledger, 1, 2, 3)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (3, 0, 0, 0)


def test_a_lost_message_is_counted(ledger):
    receive(ledger, 1, 3)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (2, 0, 0, 1)


def test_missing_messages_at_the_end_are_counted_as_lost(ledger):
    receive(ledger, 1)
    assert lost(ledger) == 2


def test_a_reader_without_any_message_has_lost_all(ledger):
    receive(ledger, 1, 2, 3)
    assert lost(ledger, readers=(1, 2)) == 3


def test_an_unacknowledged_message_does_not_count_as_lost(ledger):
    receive(ledger, 1, 3)
    assert lost(ledger, unsure=[(1, 2)]) == 0


def test_a_doubled_message_is_counted_as_doubled_and_as_one_arrival(ledger):
    receive(ledger, 1, 2, 2, 1, 3)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (3, 2, 0, 0)


def test_a_reordered_message_is_counted_as_reordered_and_not_as_lost(ledger):
    receive(ledger, 1, 3, 2)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (3, 0, 1, 0)


def test_a_late_message_that_arrives_twice_is_reordered_and_doubled(ledger):
    receive(ledger, 1, 3, 2, 2)
    assert (ledger.doubled, ledger.reordered) == (1, 1)


def test_each_poster_has_an_order_of_its_own(ledger):
    receive(ledger, 1, 2, poster=1)
    receive(ledger, 1, 2, poster=2)
    assert (ledger.arrived, ledger.doubled, ledger.reordered) == (4, 0, 0)


def test_a_messages_time_is_that_of_its_last_reader(ledger):
    ledger.take(1, 1, 1, delay_ns=30)
    ledger.take(2, 1, 1, delay_ns=70)
    ledger.take(3, 1, 1, delay_ns=50)
    assert ledger.messages == {(1, 1): [3, 70]}


def test_a_new_measurement_remembers_the_messages_of_each_reader(ledger):
    receive(ledger, 1, 2)
    ledger.forget_times()
    receive(ledger, 2, 3)
    assert (ledger.arrived, ledger.doubled, lost(ledger)) == (1, 1, 0)


@pytest.mark.parametrize(
    "frame",
    [
        SSE,
        "{}",
        '\x81~\x00\xcf{{"from": "somebody whose name is longer than two markers are, and longer still", "text": "{}"}}',
    ],
    ids=["SSE", "bare", "WebSocket"],
)
def test_messages_are_found_even_if_the_stream_is_cut_anywhere(frame):
    data = "".join(frame.format(text(number)) for number in (1, 2, 3)).encode("latin-1")
    for cut in range(len(data)):
        for second in range(cut, len(data), 7):
            assert numbers([data[:cut], data[cut:second], data[second:]]) == [1, 2, 3]


def test_messages_are_found_across_chunks_of_http():
    data = "".join(SSE.format(text(number)) for number in (1, 2, 3)).encode()
    for cut in range(len(data)):
        chunked = b"%x\r\n%b\r\n%x\r\n%b\r\n" % (cut, data[:cut], len(data) - cut, data[cut:])
        for end_of_piece in range(0, len(chunked), 5):
            assert numbers([chunked[:end_of_piece], chunked[end_of_piece:]]) == [1, 2, 3]


def test_the_digits_of_a_message_do_not_change_the_requests_length():
    request = f"POST / HTTP/1.1\r\n\r\nfrom=a&text={markers.TEXT}".encode()
    before, after = markers.template(request)
    filled = before + markers.digits(7, 8, 9) + after
    assert len(filled) == len(request)
    assert markers.find(filled)[0] == [(b"0000007", b"0000008", b"%019d" % 9)]


@pytest.fixture
def server():
    """A listening socket that streams connect to; the test plays the server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        yield listening


@pytest.fixture
def streams(ledger, server):
    """One reader that is opening its stream."""
    streams = Streams(ledger)
    streams.open([server.getsockname()], [REQUEST], 1, b"event: stream-open")
    yield streams
    streams.close()


def turn_until(streams, is_done):
    deadline = time.monotonic() + 10
    while not is_done():
        assert time.monotonic() < deadline, "the condition was not true within 10 s"
        streams.turn(0.01)


def is_readable(one):
    return select.select([one], [], [], 0)[0]


def serve(streams, server, *pieces):
    """Answer the next request with these bytes and close the connection; return the request."""
    turn_until(streams, lambda: is_readable(server))
    with server.accept()[0] as connection:
        turn_until(streams, lambda: is_readable(connection))
        request = connection.recv(4096)
        connection.sendall(b"".join(pieces))
    return request


def event(number):
    return SSE.replace("room-x:1", f"room-x:{number}").format(text(number)).encode()


def test_a_reader_whose_stream_was_closed_reconnects_with_its_last_event_id(ledger, streams, server):
    assert serve(streams, server, OPEN, event(1), event(2)) == REQUEST
    assert serve(streams, server, OPEN, event(3)) == REQUEST[:-2] + b"Last-Event-ID: room-x:2\r\n\r\n"
    turn_until(streams, lambda: ledger.arrived == 3)
    assert (streams.opened, lost(ledger, readers=[0])) == ([0], 0)


def test_a_message_missing_after_the_reconnect_is_counted_as_lost(ledger, streams, server):
    serve(streams, server, OPEN, event(1))
    serve(streams, server, OPEN, event(3))
    turn_until(streams, lambda: ledger.arrived == 2)
    assert lost(ledger, readers=[0]) == 1


def test_a_reader_that_cannot_reconnect_is_counted_as_gone(streams, server):
    serve(streams, server, OPEN)
    serve(streams, server, b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    turn_until(streams, lambda: streams.failed)
    assert (streams.closed, streams.gone, streams.failed) == (1, 1, {"HTTP/1.1 502 Bad Gateway": 1})


def test_a_wait_ends_when_nobody_is_reconnecting(streams, server):
    readers, accepted = Readers(), []
    readers.ledger, readers.streams = streams.ledger, streams
    serve(streams, server, OPEN)
    turn_until(streams, lambda: streams.returning)
    threading.Thread(target=lambda: accepted.append(server.accept()[0]) or accepted[0].sendall(OPEN)).start()
    readers.wait(deliveries=0, seconds=10)
    assert (streams.returning, streams.gone) == (0, 0)
    accepted[0].close()


def test_an_id_counts_only_when_its_event_is_complete():
    whole = OPEN + b"1a\r\n" + event(1) + b"\r\n1a\r\n: comment\n\n"
    cut = event(2)[:-2]
    assert event_ids.last_id(whole + cut) == b"room-x:1"
    assert event_ids.last_id(whole + cut + b"\r\n1a\r\n\r\n") == b"room-x:2"
    assert event_ids.last_id(b": comment\n\n") is None


def test_readers_who_come_later_are_in_the_rooms_that_they_ask_for(ledger):
    streams = Streams(ledger)
    for rooms in ([REQUEST], [b"GET /2", b"GET /3"], [REQUEST]):
        streams.open([("127.0.0.1", 1)], rooms, 4, b"event: stream-open", in_flight=0)
    assert streams.room_of == [0, 0, 0, 0, 1, 2, 1, 2, 0, 0, 0, 0]
    assert [streams._request(reader) for reader in (0, 4, 5, 8)] == [REQUEST, b"GET /2", b"GET /3", REQUEST]


def test_the_readers_of_a_lost_server_go_on_at_all_the_others(ledger):
    streams = Streams(ledger)
    streams.open([("127.0.0.1", port) for port in range(1, 9)], [REQUEST], 8_000, b"event: stream-open", in_flight=0)
    lost = [reader for reader in range(8_000) if streams._address_of(reader)[1] == 1]
    for reader in lost:
        streams._moves[reader] += 1
    ports = [streams._address_of(reader)[1] for reader in lost]
    assert {port: ports.count(port) for port in {*ports}} == {port: pytest.approx(143, abs=1) for port in range(2, 9)}


def test_a_reader_whose_server_is_gone_resumes_at_the_next_one(ledger, server):
    streams = Streams(ledger)
    with socket.create_server(("127.0.0.1", 0)) as first:
        streams.open([first.getsockname(), server.getsockname()], [REQUEST], 1, b"event: stream-open")
        serve(streams, first, OPEN, event(1))
    assert serve(streams, server, OPEN, event(2)) == REQUEST[:-2] + b"Last-Event-ID: room-x:1\r\n\r\n"
    turn_until(streams, lambda: ledger.arrived == 2)
    assert lost(ledger, last=2, readers=[0]) == 0
    streams.close()


def test_the_messages_of_a_room_with_one_poster_wait_for_each_other(server):
    posting = Posting(
        [Connection(server.getsockname()) for _ in range(2)], [markers.template(b"POST ~%b~" % markers.BLANK)] * 2,
        first_poster=4, last_numbers={4: 7},
    )  # fmt: skip
    connections = [server.accept()[0] for _ in range(2)]
    answers = []
    posters = threading.Thread(target=lambda: answers.append(posting.on_schedule(rate=10_000, seconds=0.0006)))
    posters.start()
    waiting = {}
    for _ in range(6):
        while len(waiting) < 2 and (ready := select.select(connections, [], [], 10 if not waiting else 0.1)[0]):
            for one in ready:
                waiting[one] = markers.find(one.recv(4096))[0][0][:2]
        assert len({poster for poster, _ in waiting.values()}) == len(waiting)  # one message of each room at most
        one = next(reversed(waiting))  # so the next room is the one that still waits
        del waiting[one]
        one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    posters.join(10)
    assert (answers[0]["last_numbers"], answers[0]["in_all"]) == ({4: 10, 5: 3}, 6)
    for one in connections:
        one.close()
