"""Tests another promise: after a restore, every page shows exactly what the database holds, and no id comes twice.

A hundred people post, edit and delete. The chat is backed up meanwhile, goes on, stops and is restored, several times.
Some readers stay, some are frozen and some are away meanwhile. At the end, each of them is compared with the database.
"""

import argparse
import secrets
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from tests.helpers import postgres
from tests.helpers.follower import LOST, Talkers
from tests.helpers.mirror import Mirror
from tests.helpers.running import Chat, wait_for

from .database import PostgreSQL, SQLite

ROOMS, YOUNG = [f"hall {number}" for number in range(25)], "younger than each backup"  # four people post in each hall
KINDS = "open", "frozen", "away"
LARGEST_ID = 2**53 - 1  # that JavaScript reads exactly; the iOS app reads 64 bits, the Android app any text
PROGRAM_S = 120
EDITED, DELETED = 0.2, 0.1
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def main():
    options = arguments()
    if options.postgres and not postgres.find_programs():
        sys.exit("PostgreSQL is not installed here: sudo apt install postgresql")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-", dir="/tmp")))
        cluster = stack.enter_context(postgres.Cluster()) if options.postgres else None
        evidence = Run(folder, cluster, options).run()
    found = [*findings(evidence)]
    for name, figure in evidence.figures.items():
        say(f"{name:44}{figure:>16}")
    say("\n".join(["", *(f"- {finding}" for finding in found[:20]), f"Verdict: {'red' if found else 'green'}"]))
    return 1 if found else 0


def arguments():
    parser = argparse.ArgumentParser(prog="bin/torture --restore", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long to post before and after each backup (10)")
    parser.add_argument("--rounds", type=int, default=2, help="how often to restore (2)")
    parser.add_argument(
        "--patience", type=float, default=120, metavar="SECONDS", help="how long the pages may take to be right (120)"
    )
    parser.add_argument("--postgres", action="store_true", help="use a private PostgreSQL instead of SQLite")
    return parser.parse_args()


@dataclass
class Evidence:
    stored: list  # rows of the database: (room, id, sender, text, tag, change, deleted)
    mirrors: list  # pairs: what kind of a reader, and its Mirror
    said: list  # (seconds, message), in any order: the server has acknowledged these
    lost: list  # pairs of seconds: when a backup began, and when it had been restored
    figures: dict = field(default_factory=dict)


def findings(evidence):
    """Yield what is wrong, each as a sentence."""
    held = {}
    for room, number, _, text, _, _, deleted in evidence.stored:
        if not deleted:
            held.setdefault(room, {})[number] = text
    for kind, mirror in evidence.mirrors:
        if mirror.shown != held.get(mirror.room, {}):
            yield f"the {kind} page of {mirror.room!r} {_difference(mirror.shown, held.get(mirror.room, {}))}"
    yield from _ids_given_out_twice(evidence)
    stored = {number for _, number, *_ in evidence.stored}
    for moment, message in evidence.said:
        if message["id"] not in stored and not any(began <= moment <= ended for began, ended in evidence.lost):
            yield f"message {message['id']} was acknowledged before a backup or after a restore, and is gone"
    texts = [text for *_, text, _, _, deleted in evidence.stored if not deleted]
    if len(texts) != len({*texts}):
        yield f"{len(texts) - len({*texts})} messages are stored twice"
    if (greatest := max(stored, default=0)) > LARGEST_ID:
        yield f"message {greatest} has an id that not all clients can read"


def _difference(shown, held):
    other = [number for number in shown.keys() & held.keys() if shown[number] != held[number]]
    lacking, lost = held.keys() - shown.keys(), shown.keys() - held.keys()
    return f"lacks {len(lacking)} messages, shows {len(lost)} that are gone and {len(other)} with an old text"


def _ids_given_out_twice(evidence):
    ids = [message["id"] for _, message in evidence.said]
    if len(ids) != len({*ids}):
        yield f"{len(ids) - len({*ids})} message ids were given out twice"
    about = {}
    for _, mirror in evidence.mirrors:
        for event_id, number in mirror.seen.items():
            if about.setdefault(event_id, number) != number:
                yield f"event {event_id} came twice: about message {about[event_id]} and about message {number}"


class People(Talkers):
    """Four people who also edit and delete. Each text is another one."""

    pause_s, again_s, patience_s = 1, 1, 300
    numbers = count(1)

    def __init__(self, chat, room):
        super().__init__(chat, room)
        self.said = []
        self._rng = Random(room)

    def act(self, name):
        key = secrets.token_hex(8)
        body = urlencode({"from": name, "text": f"text {next(self.numbers)}", "key": key})
        message = wait_for(lambda: self._post(body), self.patience_s, self.again_s)
        self.acknowledged.append(message)
        self.said.append((time.monotonic(), message))
        if self._rng.random() < EDITED:
            self._change("PATCH", message, {"key": key, "text": f"edit {next(self.numbers)}"})
        if self._rng.random() < DELETED:
            self._change("DELETE", message, {"key": key})
        self.stopped.wait(self.pause_s)

    def _change(self, method, message, fields):
        """Try until there is an answer; after a restore it may be that there is no such message."""
        path, body = f"{self._path}{message['id']}/", urlencode(fields)
        wait_for(lambda: self._answered(method, path, body), self.patience_s, self.again_s)

    def _answered(self, method, path, body):
        try:
            return self._chat.request(method, path, body, FORM)[0] in (200, 404)
        except LOST:
            return False


class Run:
    """The chat, its people and its readers."""

    def __init__(self, folder, cluster, options):
        self._folder, self._data, self._options = folder, folder / "data", options
        self._environment = {"LOG_LEVEL": "ERROR"}
        if cluster:
            self._environment["DATABASE_URL"] = cluster.new_database()
            self._database = PostgreSQL(self._environment["DATABASE_URL"], cluster)
        else:
            self._database = SQLite(self._data / "chat.sqlite3")
        self._is_sqlite = cluster is None
        self._lost, self._figures = [], {"people who post": 4 * len(ROOMS)}

    def run(self):
        """Return the Evidence."""
        with ExitStack() as stack:
            self._chat = stack.enter_context(Chat.ready(self._data, **self._environment))
            self._environment["PORT"] = self._chat.port
            mirrors = [(kind, Mirror(self._chat.url, room)) for room in (*ROOMS, YOUNG) for kind in KINDS]
            for _, mirror in mirrors:
                stack.callback(mirror.stop)
            wait_for(lambda: all(mirror.history for _, mirror in mirrors), self._options.patience)
            with ExitStack() as posting:
                people = [posting.enter_context(People(self._chat, room)) for room in ROOMS]
                young = []
                for number in range(self._options.rounds):
                    self._post_for_a_while(people)
                    young.append(self._back_up_and_restore(number, people, mirrors))
                    stack.callback(self._chat.stop)
                self._post_for_a_while(people)
            said = [*young, *(one for four in people for one in four.said)]
            evidence = Evidence(self._database.stored(), mirrors, said, self._lost)
            self._wait_for_the_readers(evidence)
        self._figures |= {
            "pages: open, frozen, away": " + ".join([str(len(mirrors) // len(KINDS))] * len(KINDS)),
            "messages that were acknowledged": len(said),
            "of these, lost by the restores": len({m["id"] for _, m in said} - {row[1] for row in evidence.stored}),
            "events that the pages have seen": len(set().union(*(mirror.seen for _, mirror in mirrors))),
            "greatest message id": max(number for _, number, *_ in evidence.stored),
        }
        evidence.figures = self._figures
        return evidence

    def _back_up_and_restore(self, number, people, mirrors):
        """Return a message that came after the backup: (seconds, message)."""
        copy = self._folder / f"copy {number}"
        began = time.monotonic()
        self._back_up(copy)
        self._figures[f"backup {number + 1}: s"] = round(time.monotonic() - began, 1)
        self._post_for_a_while(people)
        young = time.monotonic(), self._chat.post(YOUNG, "Eve", f"lost {number}")
        for kind, mirror in mirrors:
            {"open": lambda: None, "frozen": mirror.freeze, "away": mirror.go_away}[kind]()
        self._post_for_a_while(people)
        stopping = time.monotonic()
        self._chat.stop()
        self._restore(copy)
        self._lost.append((began, time.monotonic()))
        self._chat = Chat.ready(self._data, **self._environment)
        self._figures[f"restore {number + 1}, with stop and start: s"] = round(time.monotonic() - stopping, 1)
        self._post_for_a_while(people)
        for _, mirror in mirrors:
            mirror.thaw()
            mirror.come_back()
        return young

    def _back_up(self, copy):
        printed = self._chat.manage("backup", str(copy))
        if not self._is_sqlite:
            self._run_line(printed, "pg_dump")

    def _restore(self, copy):
        printed = self._chat.manage("restore", str(copy))
        if not self._is_sqlite:
            self._run_line(printed, "pg_restore")
            self._chat.manage("after_restore")

    def _run_line(self, printed, program):
        (line,) = [line for line in printed.splitlines() if line.startswith(program)]
        subprocess.run(shlex.split(line), check=True, timeout=PROGRAM_S)

    def _post_for_a_while(self, people):
        """Post for some seconds, and until every room has a new message."""
        until = time.monotonic() + self._options.seconds
        for four in people:
            four.wait_for_more(1)
        time.sleep(max(0, until - time.monotonic()))

    def _wait_for_the_readers(self, evidence):
        """Give the readers time to show everything."""
        deadline = time.monotonic() + self._options.patience
        while [*findings(evidence)] and time.monotonic() < deadline:
            time.sleep(1)


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
