"""How long a POST waits while an admin deletes: .venv/bin/python -m bench.deletion [--postgresql] [messages]

Starts a chat, fills a room with messages and their events (100 000 by default), lets two people post five times
a second, one in that room and one in another, and prints how long their POSTs take: before, while an admin deletes a
tenth of the messages by "select all", and while the admin deletes the room.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack

import requests

from tests.helpers.page import Page
from tests.helpers.postgres import Cluster
from tests.helpers.running import PROJECT, Chat

PAUSE_S = 0.2
QUIET_S = 20
FILL = """
from chat.models import ChatMessage, ChatRoom
from django.contrib.auth.models import User
from django_eventstream.models import Event, EventCounter
User.objects.create_superuser("admin", password="admin")
room = ChatRoom.objects.create(eid="big")
text, data = "hello world " * 8, '"%s"' % ("x" * 250)
for first in range(0, {count}, 5000):
    numbers = range(first, first + 5000)
    words = lambda n: "spam" if n % 10 == 0 else text
    ChatMessage.objects.bulk_create([ChatMessage(room=room, user="u", text=words(n), event=n + 1) for n in numbers])
    Event.objects.bulk_create([Event(channel="room-big", type="message", data=data, eid=n + 1) for n in numbers])
EventCounter.objects.create(name="room-big", value={count})
"""


class Poster(threading.Thread):
    """Posts into a room until it is stopped; `waits` are the seconds that each POST took."""

    def __init__(self, chat, room):
        super().__init__(daemon=True)
        self.url, self.waits, self.stopped = f"{chat.url}rooms/{room}/messages/", [], threading.Event()
        self.start()

    def run(self):
        with requests.Session() as session:
            while not self.stopped.wait(PAUSE_S):
                began = time.monotonic()
                session.post(self.url, data={"from": "Bob", "text": "hi"}, timeout=60).raise_for_status()
                self.waits.append(time.monotonic() - began)


def report(what, posters):
    for name, poster in posters.items():
        waits, poster.waits = sorted(poster.waits), []
        figures = [waits[len(waits) // 2], waits[int(len(waits) * 0.95)], waits[-1]]
        p50, p95, longest = (f"{1000 * figure:.0f}" for figure in figures)
        print(f"{what}: {len(waits)} POSTs in {name}: p50 {p50} ms, p95 {p95} ms, longest {longest} ms", flush=True)


def hidden(answer):
    return [(field["name"], field["value"]) for field in Page(answer).all("input", type="hidden")]


def log_in(chat):
    session = requests.Session()
    url = f"{chat.url}admin/login/"
    form = [*hidden(session.get(url)), ("username", "admin"), ("password", "admin")]
    session.post(url, form, headers={"Referer": url}).raise_for_status()
    return session


def delete(session, url, answer):
    """Press the button of each page until nothing is left; print how many requests that took and how long."""
    took, pages, began = [], [len(answer.content)], time.monotonic()
    while answer.status_code == 200:
        asked = time.monotonic()
        answer = session.post(url, hidden(answer), headers={"Referer": url}, allow_redirects=False)
        took.append(time.monotonic() - asked)
        pages.append(len(answer.content))
    assert answer.status_code == 302, answer
    print(
        f"{len(took)} requests in {time.monotonic() - began:.0f} s, the longest {max(took):.1f} s; "
        f"the largest page has {max(pages)} bytes",
        flush=True,
    )


def measure(chat, environment, count):
    manage = [PROJECT / ".venv/bin/python", PROJECT / "manage.py", "shell", "-v0", "-c", FILL.format(count=count)]
    subprocess.run(manage, env={"PATH": os.environ["PATH"], "DATA_DIR": chat.data_dir, **environment}, check=True)
    session = log_in(chat)
    posters = {"the same room": Poster(chat, "big"), "another room": Poster(chat, "small")}
    time.sleep(QUIET_S)
    report("before", posters)

    url = f"{chat.url}admin/chat/chatmessage/?q=spam"
    token = dict(hidden(session.get(url)))["csrfmiddlewaretoken"]
    form = {"action": "delete_selected", "select_across": "1", "_selected_action": "1", "csrfmiddlewaretoken": token}
    delete(session, url, session.post(url, form, headers={"Referer": url}))
    report(f"{count // 10} messages deleted", posters)

    url = f"{chat.url}admin/chat/chatroom/1/delete/"
    delete(session, url, session.get(url))
    report(f"a room of {count} deleted", posters)
    [poster.stopped.set() for poster in posters.values()]


def main(arguments):
    count = int(next((one for one in arguments if one.isdigit()), "100000"))
    with ExitStack() as stack:
        environment = {}
        if "--postgresql" in arguments:
            environment["DATABASE_URL"] = stack.enter_context(Cluster(durable=True)).new_database()
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        measure(stack.enter_context(Chat.ready(folder, **environment)), environment, count)


if __name__ == "__main__":
    main(sys.argv[1:])
