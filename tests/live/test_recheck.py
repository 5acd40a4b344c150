"""Rights behind Pushpin and in embedded mode: a stream ends when a right is revoked or its slot is over."""

import json
import os
import re
import signal
import time
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.helpers.file_policy import POLICY, Rights, stream_of
from tests.helpers.follower import Follower, PatientTalkers
from tests.helpers.listener import Listener
from tests.helpers.running import Chat, path_without, wait_for

READERS = 20
SOON_S = 10  # far less than a time slot
SLOT_S = 6

RECHECK = """
import os
from django.db import transaction
from chat.policy import recheck
with transaction.atomic():
    recheck(os.environ["ROOM"])
"""
SAY = """
import os
from chat.messages.actions import say
say(os.environ["ROOM"], "Alice", os.environ["TEXT"])
"""
LOSE_ONE = """
import json, os
from django.db import transaction
from chat.events.log import EVENT_LOG
from chat.models import ChatRoom
with transaction.atomic():
    message = ChatRoom.objects.get(eid=os.environ["ROOM"]).messages.create(user="Alice", text="lost")
    EVENT_LOG.append_event("room-" + os.environ["ROOM"], "message", json.dumps(message.to_data()))
"""


@contextmanager
def restricted(folder, **environment):
    """A chat whose rights are in a file, and the file."""
    rights = Rights(folder / "rights.json")
    with Chat.ready(folder / "data", POLICY=POLICY, RIGHTS=str(rights.path), **environment) as chat:
        yield chat, rights


@pytest.fixture(scope="module")
def private(pushpin, tmp_path_factory):
    with restricted(tmp_path_factory.mktemp("private")) as both:
        yield both


def run(chat, code, room, **environment):
    """Run the code in a command that ends at once."""
    chat.manage("shell", "-v0", "-c", code, ROOM=room, **environment)


def proxy_of(chat):
    """Return the variables with which a command reaches the chat's own Pushpin."""
    environ = Path(f"/proc/{chat.pids_of('web master')[0]}/environ").read_bytes().decode().split("\0")
    return {"GRIP_URL": next(line.partition("=")[2] for line in environ if line.startswith("GRIP_URL="))}


@contextmanager
def readers(chat, room, user, count=READERS):
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            opened.append(stack.enter_context(Listener(chat.url, room, path=stream_of(room, user))))
            opened[-1].next("stream-open")
        yield opened


def texts_until_the_end(listener):
    """Return the texts of all messages until the stream ends."""
    texts = []
    with pytest.raises(AssertionError, match="the stream ended"):
        while True:
            texts.append(listener.message(SOON_S)["text"])
    return texts


def status(chat, room, user, headers=None):
    """Return the status of a stream's answer, without its body."""
    where = urlsplit(chat.url)
    connection = HTTPConnection(where.hostname, where.port, timeout=SOON_S)
    try:
        connection.request("GET", stream_of(room, user), headers=headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def post(chat, room, text, user="alice"):
    body = f"from=Alice&text={text}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    found, answer = chat.request("POST", f"/rooms/{room}/messages/?user={user}", body, headers)
    assert found == 200, answer
    return json.loads(answer)


def test_a_recheck_ends_all_streams_of_the_room_and_who_may_read_resumes(private):
    chat, rights = private
    rights.set("revoked", "alice", "bob")
    first = post(chat, "revoked", "first")
    with (
        readers(chat, "revoked", "bob") as bobs,
        Listener(chat.url, "revoked", path=stream_of("revoked", "alice")) as alice,
    ):
        alice.next("stream-open")
        rights.set("revoked", "alice")
        began = time.monotonic()
        run(chat, RECHECK, "revoked", **proxy_of(chat))
        for bob in [*bobs, alice]:
            bob.wait_until_ended(SOON_S)
        print(f"{READERS} of {READERS} ended {time.monotonic() - began:.2f} s after the command began")
    assert status(chat, "revoked", "bob") == 403
    second = post(chat, "revoked", "second")
    with Listener(chat.url, "revoked", f"room-revoked:{1}", path=stream_of("revoked", "alice")) as again:
        assert again.message() == second
    assert first["id"] < second["id"]


def test_a_recheck_of_a_command_without_a_proxy_reaches_the_readers(private):
    """The servers find it in the database."""
    chat, rights = private
    rights.set("by-command", "bob")
    with readers(chat, "by-command", "bob") as bobs:
        rights.set("by-command")
        run(chat, RECHECK, "by-command")
        assert [texts_until_the_end(bob) for bob in bobs] == [[]] * READERS


def test_a_second_recheck_runs_when_ten_seconds_are_over_though_its_caller_has_ended(private):
    chat, rights = private
    rights.set("twice", "bob")
    run(chat, RECHECK, "twice")
    with readers(chat, "twice", "bob", 3) as bobs:
        rights.set("twice")
        run(chat, RECHECK, "twice")
        for bob in bobs:
            bob.wait_until_ended(2 * SOON_S)


def unread(port):
    """Return on how many connections to the port bytes wait that the server has not read."""
    table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[4].split(":")[1], 16) > 0 for row in table if row[1].endswith(f":{port:04X}") and row[3] == "01")


def web_port(chat):
    """Return the port at which gunicorn takes Pushpin's requests."""
    (file,) = Path(proxy_of(chat)["GRIP_URL"].removeprefix("ipc://").partition("?")[0]).parent.rglob("routes")
    return int(re.search(r"127\.0\.0\.1:([0-9]+)", file.read_text())[1])


@contextmanager
def stopped(chat):
    pids = [*chat.pids_of("web master"), *chat.pids_of("web worker")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("room", ["pending", "pending-again"])
def test_a_recheck_ends_the_streams_whose_next_links_are_pending(private, room):
    """Such a stream does not hear the action close. Without the recheck in the log it would show what comes later."""
    chat, rights = private
    rights.set(room, "bob")
    post(chat, room, "first", "bob")
    proxy = proxy_of(chat)
    with readers(chat, room, "bob") as bobs:
        with stopped(chat):
            run(chat, LOSE_ONE, room)
            run(chat, SAY, room, TEXT="the proxy notices that one is lost", **proxy)
            wait_for(lambda: unread(web_port(chat)), SOON_S)
            rights.set(room)
            run(chat, RECHECK, room, **proxy)
            run(chat, SAY, room, TEXT="secret", **proxy)
        shown = [texts_until_the_end(bob) for bob in bobs]
        assert not any("secret" in texts for texts in shown), shown
    assert status(chat, room, "bob") == 403


def test_rights_end_with_their_slot_and_who_may_read_misses_nothing(pushpin, tmp_path):
    with restricted(tmp_path, SLOT_S=str(SLOT_S)) as (chat, rights):
        rights.set("slots", "alice", "bob")
        path = stream_of("slots", "alice")
        follower = Follower(chat.url, "slots", path)
        with readers(chat, "slots", "bob", 3) as bobs:
            rights.set("slots", "alice")  # and nobody calls recheck
            posted = []

            def has_come_back_often():
                """Post meanwhile: Pushpin puts off the next link of a stream that gets messages."""
                posted.append(post(chat, "slots", f"message {len(posted)}"))
                return follower.connections >= 4

            wait_for(has_come_back_often, 12 * SLOT_S)
            for bob in bobs:
                bob.wait_until_ended(SOON_S)
        follower.wait_until_received(posted)
        follower.stop()
        assert status(chat, "slots", "bob") == 403


FORGED = [
    "/events/?channel=room-secret&link=next&lastEventId=room-secret:0",
    "/events/?channel=room-secret&link=next&recover=true&lastEventId=room-secret:0",
    "/rooms/secret/events/?link=next&recover=true",
    "/events/7/?channel=room-secret&link=next&lastEventId=room-secret:0",
    "/events/7/?link=next&recover=true",
    "/events/7-99999999999-0123456789abcdef0123456789abcdef/?link=next&recover=true",
]


@pytest.mark.parametrize("path", FORGED)
@pytest.mark.parametrize("header", ["Grip-Last", "grip_last", "X-Nothing"])
def test_a_stranger_can_follow_no_next_link(private, path, header):
    """Pushpin takes the header away from what readers send, and gunicorn takes no header with an underscore."""
    chat, rights = private
    rights.set("secret", "alice")
    post(chat, "secret", "nobody-else-sees-this")
    where = urlsplit(chat.url)
    connection = HTTPConnection(where.hostname, where.port, timeout=SOON_S)
    try:
        connection.putrequest("GET", path)
        connection.putheader(header, "events-room-secret; last-id=0")
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()  # of a stream that is held this would never end
        assert answer.status in (200, 400, 403)
        assert b"nobody-else-sees-this" not in body
        assert body == b"" or answer.status != 200
    finally:
        connection.close()


def test_where_everybody_may_read_people_notice_no_recheck(chat, room):
    follower = Follower(chat.url, room)

    def recheck():
        run(chat, RECHECK, room, **proxy_of(chat))

    with PatientTalkers(chat, room) as talkers:
        for _ in range(2):
            talkers.wait_for_more()
            before = follower.connections
            # Where everybody may read, a stream that is just asking Django where to go on hears no recheck, and stays.
            wait_for(lambda before=before: recheck() or follower.connections > before, 6 * SOON_S)
        talkers.wait_for_more()
    follower.wait_until_received(talkers.acknowledged)
    follower.stop()


def test_a_recheck_ends_embedded_streams(tmp_path):
    programs = path_without(tmp_path / "bin", {"pushpin", "apt-get"})
    with restricted(tmp_path, PATH=str(programs)) as (chat, rights):
        rights.set("embedded", "alice", "bob")
        with readers(chat, "embedded", "bob") as bobs:
            rights.set("embedded", "alice")
            run(chat, RECHECK, "embedded")
            post(chat, "embedded", "secret")
            assert [texts_until_the_end(bob) for bob in bobs] == [[]] * READERS
        assert status(chat, "embedded", "bob") == 403
        assert status(chat, "embedded", "alice") == 200
