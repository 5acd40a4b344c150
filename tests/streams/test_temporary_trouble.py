"""A stream that can't open now: the reader gets a 200 that ends at once, so that its EventSource comes back."""

import re
import time

import jwt
import pytest
from django.db import InternalError, OperationalError, connection
from django.test import override_settings

from chat import limits
from chat.grip import signature
from tests.helpers.grip_proxy import KEY

pytestmark = pytest.mark.django_db

OPENINGS = [
    "/events/?channel=room-lobby",
    "/rooms/lobby/events/",
    "/events/?channel=room-a&channel=room-b&lastEventId=x",
]


@pytest.fixture
def signed(settings):
    """The header of a request that our GRIP proxy passes on."""
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    return {"Grip-Sig": jwt.encode({"iss": "pushpin", "exp": 2**31}, KEY, algorithm="HS256")}


def fail(error):
    def run(*_):
        raise error("the server closed the connection")

    return run


def assert_comes_back(answer):
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    found = re.fullmatch(rb"retry: ([0-9]+)\n\n", answer.content)
    assert 1_000 <= int(found[1]) <= 10_000
    assert [name for name in answer.headers if name.lower().startswith("grip-")] == []


@pytest.mark.parametrize("error", [OperationalError, InternalError])
@pytest.mark.parametrize("address", OPENINGS)
def test_an_outage_sends_a_reader_away_for_some_seconds(client, signed, address, error):
    with connection.execute_wrapper(fail(error)):
        assert_comes_back(client.get(address, headers=signed))


def test_readers_come_back_at_different_times(client, signed):
    with connection.execute_wrapper(fail(OperationalError)):
        answers = {client.get(OPENINGS[0], headers=signed).content for _ in range(20)}
    assert len(answers) > 1


def test_an_outage_that_a_middleware_meets_does_so_too(client, signed, settings):
    settings.MIDDLEWARE = [settings.MIDDLEWARE[0], f"{__name__}.broken_middleware", *settings.MIDDLEWARE[1:]]
    assert_comes_back(client.get(OPENINGS[0], headers=signed))
    assert client.get("/rooms/lobby/messages/").status_code == 503


@pytest.mark.parametrize("address", OPENINGS)
def test_a_stream_needs_no_session_unless_a_policy_asks_for_it(client, signed, settings, address):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.broken_middleware"]
    assert client.get(address, headers=signed)["Grip-Hold"] == "stream"
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    assert_comes_back(client.get(address, headers=signed))


def broken_middleware(get_response):
    return fail(OperationalError)


@pytest.mark.parametrize("address", ["/events/7/?link=next&recover=true", "/events/x/?channel=room-lobby&link=next"])
def test_a_next_link_keeps_its_503_because_the_proxy_asks_again(client, signed, address):
    with connection.execute_wrapper(fail(OperationalError)):
        answer = client.get(address, headers={**signed, "Grip-Last": "events-room-lobby; last-id=0"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_a_request_that_can_never_succeed_keeps_its_4xx(client, signed):
    with connection.execute_wrapper(fail(OperationalError)):
        assert client.get("/events/", headers=signed).status_code == 400


@pytest.mark.parametrize("token", ["junk", jwt.encode({"exp": 2**31}, "another key of 32 characters ...")])
def test_a_refused_signature_sends_a_reader_away_for_some_seconds(client, signed, token):
    assert_comes_back(client.get(OPENINGS[0], headers={"Grip-Sig": token}))


def test_a_stranger_with_the_proxys_header_and_a_refused_signature_is_no_next_link(client, signed):
    headers = {"Grip-Sig": "junk", "Grip-Last": "events-room-lobby; last-id=0"}
    assert_comes_back(client.get(OPENINGS[0], headers=headers))


def test_the_log_says_once_a_minute_that_the_key_is_wrong(client, signed, monkeypatch, caplog):
    clock = [1_000.0]
    monkeypatch.setattr(signature.time, "monotonic", lambda: clock[0])
    for seconds in (0, 30, 31):
        clock[0] += seconds
        client.get(OPENINGS[0], headers={"Grip-Sig": "junk"})
    lines = [record.getMessage() for record in caplog.records if record.name == "chat.grip.signature"]
    assert len(lines) == 2
    assert "signs with another key" in lines[0]


def test_the_log_says_that_the_clock_is_wrong_and_not_the_key(client, signed, caplog):
    late = jwt.encode({"iss": "pushpin", "exp": int(time.time()) - 3600}, KEY)
    assert_comes_back(client.get(OPENINGS[0], headers={"Grip-Sig": late}))
    [line] = [record.getMessage() for record in caplog.records if record.name == "chat.grip.signature"]
    assert re.match(r"The clock of a GRIP proxy is about 720\d s behind ours", line)
    assert "the key is right" in line


def test_without_any_signature_the_answer_says_where_to_connect(client):
    with override_settings(GRIP_PROXIES=[{"control_uri": "http://127.0.0.1:1", "key": KEY}]):
        assert client.get(OPENINGS[0]).status_code == 501


def test_a_stream_that_could_not_be_resumed_is_refused(client, signed):
    """Its address and its event id together would exceed the proxy's buffer."""
    rooms = ["😀" * 60 + str(number) for number in range(5)]
    answer = client.get("/events/", {"channel": [f"room-{room}" for room in rooms]}, headers=signed)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["limit"]) == ("channel", 8_192)


def test_a_stream_of_one_room_with_the_longest_name_opens(client, signed):
    assert client.get("/events/", {"channel": f"room-{'😀' * 64}"}, headers=signed).status_code == 200


def test_a_stream_of_ten_rooms_with_ordinary_names_opens(client, signed):
    channels = [f"room-an ordinary name, {number}" for number in range(10)]
    assert client.get("/events/", {"channel": channels}, headers=signed).status_code == 200


def test_a_reader_who_opens_too_many_streams_comes_back(client, signed, settings, monkeypatch):
    settings.CHAT_LIMITS = True
    monkeypatch.setattr(limits, "STREAMS", limits.Limit("streams", 2, 60, "slowly"))
    monkeypatch.setattr(limits, "_full_at", limits._Remembered())
    from_eve = {**signed, "X-Forwarded-For": "198.51.100.66"}
    opened = [client.get(OPENINGS[0], headers=from_eve) for _ in range(3)]
    assert [b"stream-open" in answer.content for answer in opened] == [True, True, False]
    assert_comes_back(opened[2])
    assert b"stream-open" in client.get(OPENINGS[0], headers={**signed, "X-Forwarded-For": "203.0.113.7"}).content
    settings.CHAT_LIMITS_FREE = ("198.51.100.66",)
    assert b"stream-open" in client.get(OPENINGS[0], headers=from_eve).content


def test_next_links_are_not_counted(client, signed, settings, monkeypatch):
    settings.CHAT_LIMITS = True
    monkeypatch.setattr(limits, "STREAMS", limits.Limit("streams", 1, 60, "slowly"))
    monkeypatch.setattr(limits, "_full_at", limits._Remembered())
    headers = {**signed, "Grip-Last": "events-room-lobby; last-id=0", "X-Forwarded-For": "198.51.100.66"}
    for _ in range(3):
        assert "Grip-Channel" in client.get("/events/7/?link=next&recover=true", headers=headers)
