"""Who may follow a next link: the GRIP proxy, and nobody who only knows what such an address looks like."""

import json
import re
import time
from urllib.parse import parse_qsl, urlencode

import jwt
import pytest
from django.db import connection, transaction

from chat import limits
from chat.events import reading
from chat.events.log import EventLog
from chat.grip import slots
from chat.grip.publisher import RECHECK
from chat.policy import Open
from chat.streams import next_links
from tests.helpers.grip_proxy import KEY

pytestmark = pytest.mark.django_db

HOUR_S = 3600


class OnlyAlice(Open):
    """Alice may read every room, everybody else only those whose names do not begin with `private`."""

    def may_read(self, request, room):
        ASKED.append(room)
        return not room.startswith("private") or request.GET.get("user") == "alice"


ASKED = []


@pytest.fixture(autouse=True)
def signing_proxy(settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    ASKED.clear()


@pytest.fixture
def restricted(settings):
    settings.CHAT_POLICY = f"{__name__}.OnlyAlice"


@pytest.fixture
def ask(client):
    """A function that sends a request as the proxy does, with its signature."""
    signed = {"Grip-Sig": jwt.encode({"iss": "pushpin", "exp": 2**31}, KEY, algorithm="HS256")}

    def ask(address, last=None, **headers):
        grip_last = {} if last is None else {"Grip-Last": last}
        return client.get(address, headers={**signed, **grip_last, **headers})

    return ask


def log(count=1, room="private", kind="message"):
    with transaction.atomic():
        for _ in range(count):
            EventLog().append_event(f"room-{room}", kind, json.dumps({"text": "secret"}))


def open_stream(ask, room="private", last_event_id=None):
    query = {"channel": f"room-{room}", "user": "alice"}
    return ask(f"/events/?{urlencode(query)}", **({"Last-Event-ID": last_event_id} if last_event_id else {}))


def link(response):
    return response["Grip-Link"].partition(">")[0].removeprefix("<")


def timeout(response):
    return int(re.search("timeout=([0-9]+)", response["Grip-Link"])[1])


def last(number, room="private"):
    return f"events-room-{room}; last-id={number}"


def ids(response):
    return re.findall("^id: (.*)$", response.content.decode(), re.M)


def is_end(response):
    """Return whether the proxy ends the stream because of this response."""
    grip = [name for name in response.headers if name.lower().startswith("grip-")]
    return (response.status_code, response.content, grip) == (200, b"", [])


def changed(address, **fields):
    """Return the address with other values in its query."""
    path, _, query = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in fields]
    return f"{path}?{urlencode([*kept, *fields.items()], doseq=True)}"


FORGED = ["link=next", "recover=true", "link=next&recover=true"]
FROM_THE_START = ["", "&lastEventId=room-private:0"]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("start", FROM_THE_START)
def test_what_the_query_says_makes_no_next_link(ask, forged, start):
    log(2)
    address = f"/events/?channel=room-private{start}"
    opening, pretending = ask(address), ask(f"{address}&{forged}")
    assert opening.content.startswith(b"event: stream-open")
    assert (pretending.content, pretending["Grip-Channel"]) == (opening.content, opening["Grip-Channel"])
    assert link(pretending) == link(opening)


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("start", FROM_THE_START)
@pytest.mark.parametrize("path", ["/events/", "/rooms/private/events/"])
def test_the_policy_is_asked_whatever_the_query_says(ask, restricted, forged, start, path):
    log(2)
    response = ask(f"{path}?channel=room-private{start}&{forged}")
    assert response.status_code == 403
    assert b"secret" not in response.content
    assert response.json()["errors"] == [
        {"field": "channel", "message": "You may not read room-private.", "channel": "room-private"}
    ]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("name", ["7", "x", "99999999999-" + "0" * 32, "0" * 32, "--", "-1-"])
@pytest.mark.parametrize("policy", ["open", "restricted"])
def test_the_path_of_a_next_link_opens_no_stream(ask, request, name, forged, policy):
    if policy == "restricted":
        request.getfixturevalue("restricted")
    log(2)
    assert is_end(ask(f"/events/{name}/?channel=room-private&lastEventId=room-private:0&{forged}"))


def test_the_limits_count_what_only_looks_like_a_next_link(ask, settings, monkeypatch):
    settings.CHAT_LIMITS = True
    monkeypatch.setattr(limits, "STREAMS", limits.Limit("streams", 1, 60, "slowly"))
    monkeypatch.setattr(limits, "_full_at", limits._Remembered())
    answers = [
        ask("/events/?channel=room-x&link=next&recover=true", **{"X-Forwarded-For": "198.51.100.66"}).content
        for _ in range(2)
    ]
    assert [b"stream-open" in answer for answer in answers] == [True, False]


def test_a_query_beside_the_proxys_position_adds_no_channel(ask, restricted):
    log(2)
    log(2, "lobby")
    address = link(ask("/events/?channel=room-lobby"))
    response = ask(f"{address}&channel=room-private&lastEventId=room-private:0", last(1, "lobby"))
    assert ids(response) == ["room-lobby:2"]
    assert "private" not in response["Grip-Channel"]


def more(ask, count=150, room="private"):
    """Return the link to more events than one answer holds."""
    log(count, room)
    response = open_stream(ask, room, f"room-{room}:0")
    assert "Grip-Hold" not in response
    return link(response)


@pytest.mark.parametrize("policy", ["open", "restricted"])
def test_the_link_to_more_events_needs_no_position_of_the_proxy(ask, request, policy):
    if policy == "restricted":
        request.getfixturevalue("restricted")
    response = ask(more(ask))
    assert ids(response) == [f"room-private:{number}" for number in range(101, 151)]
    assert response["Grip-Hold"] == "stream"


@pytest.mark.parametrize("policy", ["open", "restricted"])
@pytest.mark.parametrize(
    "change",
    [
        {"channel": "room-other"},
        {"channel": ["room-private", "room-other"]},
        {"lastEventId": "room-private:0"},
        {"lastEventId": "room-private:100,room-other:0"},
        {"lastEventId": ""},
        {"asked": "151"},
        {"asked": "x"},
    ],
)
def test_a_changed_link_to_more_events_ends_the_stream(ask, request, policy, change):
    if policy == "restricted":
        request.getfixturevalue("restricted")
    assert is_end(ask(changed(more(ask), **change)))


def test_a_link_without_the_events_that_the_policy_knew_ends_the_stream(ask, restricted):
    assert is_end(ask(changed(more(ask), asked=[])))


@pytest.mark.parametrize("policy", ["open", "restricted"])
def test_a_link_with_another_time_in_its_path_ends_the_stream(ask, request, policy):
    if policy == "restricted":
        request.getfixturevalue("restricted")
    address = more(ask)
    end = int(re.match("/events/([0-9]+)-", address)[1])
    assert is_end(ask(address.replace(str(end), str(end + 600), 1)))


def test_another_secret_key_makes_no_valid_link(ask, settings):
    address = more(ask)
    settings.SECRET_KEY = "x" * 50
    assert is_end(ask(address))


def test_the_link_to_more_events_is_valid_for_an_hour_and_then_no_more(ask, monkeypatch):
    address, now = more(ask), time.time()
    for later, ended in [(HOUR_S, False), (HOUR_S + next_links.NEXT_LINK_S, True)]:
        monkeypatch.setattr(next_links.time, "time", lambda later=later: now + later)
        assert is_end(ask(address)) is ended


def test_readers_with_the_same_events_to_read_share_one_link(ask):
    first = more(ask)
    assert link(open_stream(ask, last_event_id="room-private:0")) == first


def test_a_link_of_an_older_version_ends_the_stream(ask):
    """Version 1.0.0 wrote a hash of the query into the path, without a key."""
    log(150)
    old = "/events/0123456789abcdef0123456789abcdef/?channel=room-private&link=next&lastEventId=room-private%3A100"
    assert is_end(ask(old))


def test_a_link_of_an_older_version_to_a_held_stream_still_works(ask):
    log(2)
    assert ids(ask("/events/7/?link=next&recover=true", last(1))) == ["room-private:2"]


def test_readers_of_a_room_share_their_links_and_so_do_many_rooms(ask, restricted):
    """Pushpin follows at most ten next links a second."""
    assert len({link(open_stream(ask)) for _ in range(60)}) <= 2 * slots.SPREAD  # a slot may begin in between
    links = {link(ask(f"/events/?channel=room-{number}")) for number in range(400)}
    assert 10 < len(links) <= slots.SLOT_S / slots.STEP_S + slots.SPREAD


def test_the_proxy_holds_the_stream_on_the_channel_of_its_end_too(ask, restricted):
    log(3)
    response = open_stream(ask)
    end = int(re.match("/events/([0-9]+)-", link(response))[1])
    own, ending = response["Grip-Channel"].split(", ")
    assert own.startswith("events-room-private; prev-id=3")
    assert ending == f"end-{end}"
    assert abs(time.time() + timeout(response) - end - slots.LATE_S) < 2
    assert ask(link(response), last(3))["Grip-Channel"] == response["Grip-Channel"]


def test_a_stream_keeps_its_slot_from_link_to_link(ask, restricted, monkeypatch):
    log(3)
    address, now = link(open_stream(ask)), time.time()
    monkeypatch.setattr(next_links.time, "time", lambda: now + 200)
    again = ask(address, last(3))
    assert again["Grip-Hold"] == "stream"
    assert link(again) == address


def test_the_link_of_a_slot_that_is_over_ends_the_stream(ask, restricted, monkeypatch):
    log(3)
    response, now = open_stream(ask), time.time()
    late = now + timeout(response) - slots.LATE_S
    monkeypatch.setattr(next_links.time, "time", lambda: late)
    with connection.execute_wrapper(no_statement):
        assert is_end(ask(link(response), last(3)))


def no_statement(execute, sql, *rest):
    raise AssertionError(f"a link that is over asks the database: {sql}")


def test_a_link_to_more_events_does_not_outlive_its_slot(ask, restricted, monkeypatch):
    address, now = more(ask), time.time()
    monkeypatch.setattr(next_links.time, "time", lambda: now + 1.6 * slots.SLOT_S)
    assert is_end(ask(address))


@pytest.mark.parametrize("name", ["7", "", "99999999999-" + "0" * 32])
def test_a_held_stream_without_a_valid_slot_ends(ask, restricted, name):
    """So do the streams that opened while everybody could read everything."""
    log(3)
    assert is_end(ask(f"/events/{name}/?link=next&recover=true".replace("//", "/"), last(2)))


def test_a_held_stream_with_another_end_in_its_path_ends(ask, restricted):
    log(3)
    address = link(open_stream(ask))
    end = int(re.match("/events/([0-9]+)-", address)[1])
    assert is_end(ask(address.replace(str(end), str(end + 600), 1), last(2)))


def test_the_name_of_a_link_to_more_events_is_not_one_of_a_held_stream(ask, restricted):
    assert is_end(ask(more(ask), last(2) + ", events-room-other; last-id=0")) is False  # its own query decides
    address = more(ask).partition("?")[0]
    assert is_end(ask(address, last(2)))


def test_a_next_link_that_comes_across_a_recheck_ends_the_stream(ask, restricted):
    log(3)
    address = link(open_stream(ask))
    log(1, kind=RECHECK)
    log(1)
    assert is_end(ask(address, last(3)))


def test_a_next_link_that_needs_a_reset_ends_the_stream(ask, restricted):
    log(3)
    assert is_end(ask(link(open_stream(ask)), last(99)))


def test_a_link_to_more_events_comes_across_an_old_recheck_and_goes_on(ask, restricted):
    """The policy was asked after that recheck. A stream that ended there would end there again."""
    log(100)
    log(1, kind=RECHECK)
    address = more(ask, 20)
    assert len(ids(ask(address))) == 21


def test_a_link_to_more_events_that_comes_across_a_new_recheck_ends_the_stream(ask, restricted):
    address = more(ask)
    log(1, kind=RECHECK)
    assert is_end(ask(address))


def test_a_recheck_behind_many_lost_events_ends_the_stream(ask, restricted):
    """The proxy has lost more events than one answer holds, so its next link leads to a link to more."""
    log(3)
    address = link(open_stream(ask))
    log(120)
    log(1, kind=RECHECK)
    first = ask(address, last(3))
    assert len(ids(first)) == 100
    assert is_end(ask(link(first)))


def test_an_opening_goes_on_behind_a_recheck(ask, restricted):
    log(1)
    log(1, kind=RECHECK)
    log(1)
    response = open_stream(ask, last_event_id="room-private:1")
    assert ids(response) == ["room-private:1", "room-private:2", "room-private:3"]
    assert "prev-id=3" in response["Grip-Channel"]


def test_where_everybody_may_read_a_recheck_ends_no_next_link(ask):
    log(3)
    address = link(open_stream(ask))
    log(1, kind=RECHECK)
    assert ids(ask(address, last(3))) == ["room-private:4"]


def test_a_policy_is_asked_after_the_log_was_read(ask, restricted, monkeypatch):
    """Else a right that is revoked in between would show what comes after the recheck."""
    log(3)
    read = reading.positions

    def positions(*args):
        ASKED.append("log")
        return read(*args)

    monkeypatch.setattr(reading, "positions", positions)
    open_stream(ask)
    open_stream(ask, last_event_id="room-private:1")
    assert ASKED == ["log", "private", "log", "private"]


def test_no_next_link_asks_the_policy(ask, restricted):
    log(3)
    address = link(open_stream(ask))
    ASKED.clear()
    ask(address, last(1))
    assert ASKED == []


def test_each_refused_channel_is_named(ask, restricted):
    response = ask("/events/?channel=room-private&channel=room-lobby&channel=room-private%20two")
    assert response.status_code == 403
    assert [error["channel"] for error in response.json()["errors"]] == ["room-private", "room-private two"]
