"""The benchmark's readers know which message came to whom, however the bytes come in."""

import select
import socket
import time

import pytest

from bench.load import event_ids, markers
from bench.load.ledger import Ledger
from bench.load.streams import Streams

REQUEST = b"GET /events/ HTTP/1.1\r\nHost: a\r\n\r\n"
OPEN = b"HTTP/1.1 200 OK\r\n\r\nevent: stream-open\nid: room-x:0\ndata:\n\n"
SSE = 'event: message\r\nid: room-x:1\r\ndata: {{"text": "{}"}}\r\n\r\n'


@pytest.fixture
def ledger():
    return Ledger()


def text(number, poster=1):
    """Return the text of a poster's message."""
    return markers.TEXT.replace(markers.BLANK.decode(), markers.digits(poster, number, 5).decode())


def hear(ledger, *numbers, reader=1, poster=1):
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


def test_all_in_order_is_nothing_to_report(ledger):
    hear(ledger, 1, 2, 3)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (3, 0, 0, 0)


def test_a_lost_message_is_reported(ledger):
    hear(ledger, 1, 3)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (2, 0, 0, 1)


def test_the_last_ones_are_missed_too(ledger):
    hear(ledger, 1)
    assert lost(ledger) == 2


def test_a_reader_who_got_nothing_lost_everything(ledger):
    hear(ledger, 1, 2, 3)
    assert lost(ledger, readers=(1, 2)) == 3


def test_what_was_not_acknowledged_need_not_come(ledger):
    hear(ledger, 1, 3)
    assert lost(ledger, unsure=[(1, 2)]) == 0


def test_a_doubled_message_is_reported_and_counted_once(ledger):
    hear(ledger, 1, 2, 2, 1, 3)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (3, 2, 0, 0)


def test_a_reordered_message_is_reported_and_not_lost(ledger):
    hear(ledger, 1, 3, 2)
    assert (ledger.arrived, ledger.doubled, ledger.reordered, lost(ledger)) == (3, 0, 1, 0)


def test_what_comes_late_and_again_is_doubled(ledger):
    hear(ledger, 1, 3, 2, 2)
    assert (ledger.doubled, ledger.reordered) == (1, 1)


def test_each_poster_has_an_order_of_its_own(ledger):
    hear(ledger, 1, 2, poster=1)
    hear(ledger, 1, 2, poster=2)
    assert (ledger.arrived, ledger.doubled, ledger.reordered) == (4, 0, 0)


def test_the_last_reader_counts_for_a_message(ledger):
    ledger.take(1, 1, 1, delay_ns=30)
    ledger.take(2, 1, 1, delay_ns=70)
    ledger.take(3, 1, 1, delay_ns=50)
    assert ledger.messages == {(1, 1): [3, 70]}


def test_a_new_measurement_knows_what_each_reader_has(ledger):
    hear(ledger, 1, 2)
    ledger.forget_times()
    hear(ledger, 2, 3)
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
def test_messages_are_found_in_pieces_cut_anywhere(frame):
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


def test_a_request_gets_its_digits_and_keeps_its_length():
    request = f"POST / HTTP/1.1\r\n\r\nfrom=a&text={markers.TEXT}".encode()
    before, after = markers.template(request)
    filled = before + markers.digits(7, 8, 9) + after
    assert len(filled) == len(request)
    assert markers.find(filled)[0] == [(b"0000007", b"0000008", b"%019d" % 9)]


@pytest.fixture
def server():
    """A socket that streams connect to; its test plays the server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        yield listening


@pytest.fixture
def streams(ledger, server):
    """One reader that is about to open its stream."""
    streams = Streams(ledger)
    streams.open(server.getsockname(), [REQUEST], 1, b"event: stream-open")
    yield streams
    streams.close()


def turn_until(streams, true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it did not happen within 10 s"
        streams.turn(0.01)


def has_come(one):
    return select.select([one], [], [], 0)[0]


def serve(streams, server, *pieces):
    """Answer the next request with these bytes and the end; return the request."""
    turn_until(streams, lambda: has_come(server))
    with server.accept()[0] as connection:
        turn_until(streams, lambda: has_come(connection))
        request = connection.recv(4096)
        connection.sendall(b"".join(pieces))
    return request


def event(number):
    return SSE.replace("room-x:1", f"room-x:{number}").format(text(number)).encode()


def test_a_reader_whose_stream_was_closed_comes_back_with_its_last_id(ledger, streams, server):
    assert serve(streams, server, OPEN, event(1), event(2)) == REQUEST
    assert serve(streams, server, OPEN, event(3)) == REQUEST[:-2] + b"Last-Event-ID: room-x:2\r\n\r\n"
    turn_until(streams, lambda: ledger.arrived == 3)
    assert (streams.opened, lost(ledger, readers=[0])) == ([0], 0)


def test_what_it_is_not_told_then_is_lost(ledger, streams, server):
    serve(streams, server, OPEN, event(1))
    serve(streams, server, OPEN, event(3))
    turn_until(streams, lambda: ledger.arrived == 2)
    assert lost(ledger, readers=[0]) == 1


def test_a_reader_who_cannot_come_back_is_gone(streams, server):
    serve(streams, server, OPEN)
    serve(streams, server, b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    turn_until(streams, lambda: streams.failed)
    assert (streams.closed, streams.gone, streams.failed) == (1, 1, {"HTTP/1.1 502 Bad Gateway": 1})


def test_an_id_counts_once_its_event_is_whole():
    whole = OPEN + b"1a\r\n" + event(1) + b"\r\n1a\r\n: comment\n\n"
    cut = event(2)[:-2]
    assert event_ids.last_id(whole + cut) == b"room-x:1"
    assert event_ids.last_id(whole + cut + b"\r\n1a\r\n\r\n") == b"room-x:2"
    assert event_ids.last_id(b": comment\n\n") is None
