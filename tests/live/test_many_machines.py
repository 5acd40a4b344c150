"""Several Django servers and Pushpins behind nginx, as docs/many_machines.md describes them."""

import json
import re
from contextlib import ExitStack
from urllib.parse import quote

import pytest

from tests.helpers.follower import Follower, Talkers
from tests.helpers.listener import Listener
from tests.helpers.machines import freeze, kill_machine, thaw

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# fmt: off
ROOMS = ["lobby", "two words", "ü", "日本", "😀", "100%", "%2F", "a%2Fb", "..%2F", "a,b", "a:b", "s;x", "what?", "#1",
         "a&b=c", "a+b", "\\", "o'neil", "<b>", "😀" * 64]
# fmt: on


@pytest.fixture
def pushpins(machines):
    return [machines.pushpin(0), machines.pushpin(1)]


@pytest.fixture
def followers(nginx, room):
    """Four readers of the room; nginx distributes them over the Pushpins."""
    with ExitStack() as stack:
        followers = [Follower(nginx.url, room) for _ in range(4)]
        for follower in followers:
            stack.callback(follower.stop)
        yield followers


def events_path(room):
    return f"/rooms/{quote(room, safe='')}/events/"


# All machines work


def settle(nginx, room, *readers):
    """Post one message, and wait until the readers have it.

    Just after its first subscription to a room, Pushpin may have to ask Django for messages.
    """
    posted = nginx.post(room, "Alice", "Can you hear me?")
    for reader in readers:
        while reader.message() != posted:
            pass


def test_readers_of_both_pushpins_get_the_same_messages(nginx, pushpins, room):
    with pushpins[0].listen(room) as one, pushpins[1].listen(room) as other:
        settle(nginx, room, one, other)
        posted = [nginx.post(room, "Alice", str(n)) for n in range(20)]
        assert [one.message() for _ in posted] == posted
        assert [other.message() for _ in posted] == posted
        assert one.last_event_id == other.last_event_id


def test_a_reader_of_one_pushpin_can_resume_at_the_other(nginx, pushpins, room):
    here, there = pushpins
    last_event_id = missed = None
    for number in range(4):
        with here.listen(room, last_event_id) as reader:
            if number:
                assert reader.message() == missed
            assert nginx.post(room, "Alice", f"live {number}") == reader.message()
        last_event_id = reader.last_event_id
        missed = nginx.post(room, "Alice", f"missed {number}")
        here, there = there, here


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_name_works_through_nginx(nginx, room):
    page = f"/{quote(room, safe='')}?user=Alice"
    assert nginx.request("GET", page)[0] == 200
    with Listener(nginx.url, room, path=events_path(room)) as reader:
        reader.next("stream-open")
        assert nginx.post(room, "Alice", "live") == reader.message()
    missed = nginx.post(room, "Alice", "missed")
    with nginx.listen(room, reader.last_event_id) as reader:
        assert reader.message() == missed
    listed = json.loads(nginx.request("GET", f"/rooms/{quote(room, safe='')}/messages/")[1])
    assert listed["messages"][0] == missed


@pytest.mark.parametrize(
    "path", ["/rooms/x/../lobby/messages/", "/rooms/%2e%2e/messages/", "//lobby?user=ann", "/a%2Fb?user=ann"]
)
def test_nginx_does_not_change_an_address(machines, nginx, path):
    """If nginx normalized these addresses, they would mean other rooms."""
    django = machines.djangos[machines.web[0]]
    assert nginx.request("GET", path) == django.request("GET", path)
    assert django.request("GET", path)[0] in (400, 404)


def test_a_strangers_signature_does_not_reach_django(nginx):
    ask = "GET", "/events/1/?channel=room-lobby"
    assert nginx.request(*ask, headers={"Grip-Sig": "x"}) == nginx.request(*ask)


def test_only_streams_pass_through_pushpin(nginx, pushpins):
    nginx.post("lobby", "Alice", "hi")
    style = re.search(r'href="(/static/[^"]+)"', nginx.request("GET", "/lobby?user=ann")[1])[1]
    elsewhere = ["/", "/lobby?user=ann", "/events", "/rooms/lobby/messages/", "/admin/login/", style, "/robots.txt"]
    with ExitStack() as stack:
        for pushpin in pushpins:
            freeze(pushpin)
            stack.callback(thaw, pushpin)
        assert [nginx.request("GET", path)[0] for path in elsewhere] == [200] * len(elsewhere)
        assert nginx.post("lobby", "Alice", "and on")
        # nginx sends these two straight to Django: one names no room, the other has no signature.
        assert nginx.request("GET", "/rooms/a%2Fb/events/")[0] == 404
        assert nginx.request("GET", "/events/0123456789abcdef/?channel=room-lobby")[0] == 501
        for path in ("/events/?channel=room-lobby", "/rooms/lobby/events/", "/rooms/two%20words/events/"):
            with pytest.raises(TimeoutError):
                nginx.request("GET", path, seconds=1)


# A machine fails


def test_a_hanging_pushpin_delays_only_its_own_readers(nginx, pushpins, room):
    hanging, other = pushpins
    with hanging.listen(room) as delayed, other.listen(room) as reader:
        freeze(hanging)
        posted = []
        try:
            for _ in range(2):  # Pushpin may have to ask Django for the first ones, see settle()
                new = [nginx.post(room, "Alice", str(n)) for n in range(10)]
                assert [reader.message() for _ in new] == new
                posted += new
        finally:
            thaw(hanging)
        assert [delayed.message() for _ in posted] == posted


def test_readers_of_a_dead_pushpin_continue_at_the_other(machines, nginx, followers, room):
    posted = [nginx.post(room, "Alice", "before")]
    kill_machine(machines.pushpin(0))
    try:
        posted += [nginx.post(room, "Alice", str(n)) for n in range(20)]
        for follower in followers:
            follower.wait_until_received(posted)
        connections = {follower.connections for follower in followers}
        assert 1 in connections, "all readers were at the dead Pushpin"
        assert max(connections) > 1, "no reader was at the dead Pushpin"
        for _ in range(4):
            nginx.listen(room).close()
    finally:
        machines.start_pushpin(machines.proxies[0])
    with machines.pushpin(0).listen(room) as reader:
        assert nginx.post(room, "Alice", "It is back") == reader.message()


@pytest.mark.parametrize("number", [0, 1])
def test_nginx_skips_a_dead_django_server(machines, nginx, followers, room, number):
    kill_machine(machines.djangos[machines.web[number]])
    try:
        posted = [nginx.post(room, "Alice", str(n)) for n in range(10)]
        assert {nginx.request("GET", "/lobby?user=ann")[0] for _ in range(10)} == {200}
        for follower in followers:
            follower.wait_until_received(posted)
            follower.reconnect()
        posted.append(nginx.post(room, "Alice", "and on"))
        for follower in followers:
            follower.wait_until_received(posted)
    finally:
        machines.start_django(machines.web[number], machines.proxies[:2])


# Adding and removing


def test_adding_and_removing_a_pushpin_under_load_loses_no_message(machines, nginx, room):
    old, staying, new = machines.proxies
    followers = [Follower(nginx.url, room) for _ in range(4)]
    with Talkers(nginx, room) as talkers:
        talkers.wait_for_more()

        machines.start_pushpin(new)
        machines.restart_djangos([old, staying, new])
        nginx.reload(machines.web, [old, staying, new])
        followers += [Follower(nginx.url, room) for _ in range(3)]
        with machines.pushpin(2).listen(room) as reader:
            for _ in range(3):  # see settle()
                talkers.wait_for_more()
                last = talkers.acknowledged[-1]
                while reader.message() != last:
                    pass

        nginx.reload(machines.web, [staying, new])
        kill_machine(machines.pushpins[old.address])
        talkers.wait_for_more()
        machines.restart_djangos([staying, new])
        talkers.wait_for_more()
    for follower in followers:
        first = talkers.acknowledged.index(follower.received[0])
        follower.wait_until_received(talkers.acknowledged[first:])
        follower.stop()
    assert [follower.received[0] for follower in followers[:4]] == talkers.acknowledged[:1] * 4
