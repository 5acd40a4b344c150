"""A paused chat moves from SQLite to PostgreSQL, while posters and readers stay: nothing is lost or doubled.

MOVE_AT_FULL_SIZE=1 moves 100 posters and 1 000 readers. That takes some minutes; pytest -s prints the figures.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.helpers import postgres
from tests.helpers.follower import Follower, Talkers
from tests.helpers.machines import PUSHPIN, Proxy
from tests.helpers.running import Chat, one_start_at_a_time, spare_port, wait_for
from tests.live.conftest import refuse

IS_FULL_SIZE = os.environ.get("MOVE_AT_FULL_SIZE") == "1"
ROOMS, READERS = (25, 40) if IS_FULL_SIZE else (2, 3)  # each room has four posters
DUMP = ["dumpdata", "--natural-foreign", "--exclude=contenttypes", "--exclude=auth.permission", "--format=jsonl"]
START_S = 60


class Posters(Talkers):
    """People who go on however long the move takes.

    A hundred who tried again twenty times a second would take both cores from the move itself; pages don't either.
    """

    pause_s, again_s, patience_s = (2, 2, 300) if IS_FULL_SIZE else (0.1, 0.05, 300)


class Reader(Follower):
    patience_s = 300  # a pause is silent


@pytest.fixture
def cluster():
    if not postgres.find_programs():
        refuse("PostgreSQL is not installed: sudo apt install postgresql")
    with postgres.Cluster() as cluster:
        yield cluster


@pytest.fixture
def proxy(pushpin, tmp_path):
    """A Pushpin of its own, and the URL by which the Django servers know it."""
    with one_start_at_a_time():
        web = f"127.0.0.1:{spare_port()}"
        proxy = Proxy(f"127.0.0.2:{spare_port()}", spare_port())
        host, port = proxy.address.split(":")
        running = Chat(tmp_path / "pushpin", command=(PUSHPIN, web), HOST=host, PORT=port, GRIP_URL=proxy.grip_url)
        try:
            running.wait_for_line("Pushpin is ready", START_S)
        except BaseException:
            running.stop()
            raise
    running.url = f"http://{proxy.address}/"
    running.django_port, running.grip_url = web.rpartition(":")[2], proxy.grip_url
    with running:
        yield running


def status_of_a_post(front):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, answer = front.request("POST", "/rooms/hall%200/messages/", "from=Zoe&text=now&key=late", headers)
    return status, answer


def all_messages(chat, room):
    """Return what the list holds, oldest first."""
    found, more = [], True
    while more:
        last = found[-1]["id"] if found else 0
        _, answer = chat.request("GET", f"/rooms/{room.replace(' ', '%20')}/messages/?limit=200&after={last}")
        page = json.loads(answer)
        found, more = found + page["messages"], page["more"]
    return found


def test_a_chat_moves_to_postgresql_and_nothing_is_lost_or_doubled(proxy, cluster, tmp_path):
    options = {"PORT": proxy.django_port, "GRIP_URL": proxy.grip_url, "ALLOWED_HOSTS": "127.0.0.1,127.0.0.2"}
    options["SECRET_KEY"] = "the same before and after the move, long enough"
    rooms = [f"hall {number}" for number in range(ROOMS)]
    with ExitStack() as stack:
        old = stack.enter_context(Chat.ready(tmp_path / "data", **options))
        wait_for(lambda: proxy.request("GET", "/")[0] == 200, START_S)
        at_once = stack.enter_context(ThreadPoolExecutor(50))
        readers = [*at_once.map(lambda room: (room, Reader(proxy.url, room)), rooms * READERS)]
        stack.callback(lambda: [*at_once.map(lambda reader: reader[1].stop(), readers)])
        with ExitStack() as posting:
            talkers = {room: posting.enter_context(Posters(proxy, room)) for room in rooms}
            for talker in talkers.values():
                talker.wait_for_more(5)
            watcher = stack.enter_context(proxy.listen(rooms[0]))

            began = time.monotonic()
            old.manage("pause", "back at 12")
            assert watcher.next("room-changed")["paused"] == "back at 12"
            status, answer = status_of_a_post(proxy)
            assert (status, json.loads(answer)["errors"][0]["paused"]) == (503, "back at 12")
            before = {room: all_messages(old, room) for room in rooms}
            old.manage(*DUMP, f"--output={tmp_path / 'chat.jsonl'}")
            assert {room: all_messages(old, room) for room in rooms} == before
            old.stop()

            url = cluster.new_database()
            for words in (["migrate"], ["loaddata", str(tmp_path / "chat.jsonl")], ["after_restore", "--moved"]):
                old.manage(*words, DATABASE_URL=url)
            new = stack.enter_context(Chat.ready(tmp_path / "data", **options, DATABASE_URL=url))
            assert status_of_a_post(new)[0] == 503
            assert {room: all_messages(new, room) for room in rooms} == before
            new.manage("resume")
            assert watcher.next("room-changed", START_S)["paused"] is None
            paused_s = time.monotonic() - began
            for talker in talkers.values():
                talker.wait_for_more(5)
        for room in rooms:
            assert all_messages(new, room) == talkers[room].acknowledged
        for room, reader in readers:
            reader.wait_until_received(talkers[room].acknowledged)
        assert [reader.connections for _, reader in readers] == [1] * len(readers)  # no stream was cut
    count = sum(len(talker.acknowledged) for talker in talkers.values())
    print(f"{4 * ROOMS} posters, {len(readers)} readers, {count} messages, {paused_s:.0f} s of pause")
