"""The record of one run: sent, acknowledged and delivered messages, error answers, and the times of the faults."""

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

CHANGING = ("edited", "deleted", "change")  # the keys that a message gets with its first change
AFTERMATH_S = 3  # for so long after a fault, it can still cause an error answer


@dataclass(eq=False)
class SentMessage:
    """A message that somebody sends, and the answers to it."""

    room: str
    sender: str
    text: str
    key: str
    tag: str = ""
    attempts: int = 0
    message: dict | None = None  # the message object of the answer
    acknowledged: float | None = None  # the time of the answer
    edited_to: str | None = None
    deleted: bool = False
    changes: dict = field(default_factory=dict)  # {method: the message object of the answer}

    @property
    def final_text(self):
        """The text that everybody must see at the end; "" for a deleted message."""
        return "" if self.deleted else self.edited_to or self.text


@dataclass
class Window:
    """The time of a fault: its start, its end, and the moment when all readers had everything again."""

    kind: str
    start: float
    of_database: bool = False
    graceful: bool = False  # a process that ends gracefully answers all its requests
    ended: float | None = None
    healed: float | None = None

    def excuses_errors(self, moment):
        return not self.graceful and self.start <= moment <= (self.healed or float("inf")) + AFTERMATH_S

    def excuses_database_errors(self, moment):
        return self.of_database and self.start <= moment <= (self.ended or float("inf")) + AFTERMATH_S


@dataclass(frozen=True)
class Answer:
    """An answer that was not 200."""

    moment: float
    request: str
    status: int
    body: str

    @property
    def of_django(self):
        """Whether Django sent it: Django's answers are JSON or a page, those of Pushpin are one plain line."""
        return self.body.startswith(('{"errors"', "<!doctype"))


@dataclass
class Ledger:
    """Everything that the verdict is based on."""

    began: float = field(default_factory=time.monotonic)
    sent: dict = field(default_factory=dict)  # {text: SentMessage}
    readers: list = field(default_factory=list)  # all readers, also those who have left
    guests: list = field(default_factory=list)  # whose rights end, see tokens.py
    windows: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    violations: list = field(default_factory=list)
    deliveries: list = field(default_factory=list)  # (time of the acknowledgement, time of the display)
    counters: Counter = field(default_factory=Counter)
    _newest: dict = field(default_factory=dict)  # {message id: its acknowledged version}
    _present: dict = field(default_factory=lambda: defaultdict(list))

    def add(self, sent):
        assert sent.text not in self.sent, "a text must be unique"
        self.sent[sent.text] = sent
        self.counters["sent"] += 1
        return sent

    def acknowledge(self, sent, body):
        """Record the body of an answer 200."""
        now = time.monotonic()
        if sent.message is not None:
            self.counters["duplicates suppressed"] += 1
            if sent.message != body:
                self.violations.append(f"two answers to one key differ: {_short(sent.message)} and {_short(body)}")
            return
        if not is_as_sent(body, sent):
            self.violations.append(f"the answer {_short(body)} is not what {sent.sender} sent: {sent.text[:60]!r}")
            return
        sent.message, sent.acknowledged = body, now
        self.counters["acknowledged"] += 1
        for reader in self._present[sent.room]:
            if body["id"] in reader.shown:
                self.deliveries.append((now, now))
            else:
                reader.awaiting[body["id"]] = now

    def acknowledge_change(self, sent, method, body):
        """Record the body of an answer 200 to a PATCH or a DELETE."""
        if method in sent.changes:
            self.counters["duplicates suppressed"] += 1
            if sent.changes[method] != body:
                self.violations.append(f"two answers to one {method} differ: {_short(body)}")
            return
        number, now = sent.message["id"], time.monotonic()
        wanted = {**sent.message, "text": sent.final_text}
        unchanged = {name: value for name, value in body.items() if name not in CHANGING}
        if (
            unchanged != wanted
            or version_of(body) <= self._newest.get(number, 0)
            or ("deleted" in body) != sent.deleted
        ):
            self.violations.append(f"the answer {_short(body)} is not what the {method} asked for")
            return
        sent.changes[method] = body
        self._newest[number] = version_of(body)
        self.counters["edited" if method == "PATCH" else "deleted"] += 1
        for reader in self._present[sent.room]:
            if (number in reader.shown or number in reader.awaiting) and reader.version(number) < version_of(body):
                reader.awaiting["change", number] = now

    def answered(self, request, status, body):
        """Record an answer other than 200."""
        self.counters[f"answers {status}"] += 1
        begins = body[:200].decode(errors="replace").strip().lower()
        self.answers.append(Answer(time.monotonic(), request, status, begins))

    def enter(self, reader):
        """Expect that the reader receives all messages of its room that are acknowledged from now on."""
        self.readers.append(reader)
        self._present[reader.room].append(reader)

    def leave(self, reader):
        self._present[reader.room].remove(reader)

    def received(self, reader, number):
        """Record that the reader has received a version of the message with this id."""
        self._arrived(reader, number)
        if reader.version(number) >= self._newest.get(number, 0):
            self._arrived(reader, ("change", number))

    def _arrived(self, reader, awaited):
        if (acknowledged := reader.awaiting.pop(awaited, None)) is not None:
            self.deliveries.append((acknowledged, time.monotonic()))

    def residents(self):
        return [reader for reader in self.readers if reader.resident]

    def awaited(self):
        """Return {present reader: set of the message ids and ("change", id) that have not arrived yet}."""
        return {r: set(r.awaiting) for present in self._present.values() for r in present if r.awaiting}


def is_as_sent(message, sent, text=None):
    """Return whether a message object is the one that was sent; `text` is its text after the changes, if any."""
    if not isinstance(message, dict) or type(message.get("id")) is not int:
        return False
    wanted = {"from": sent.sender, "text": sent.text if text is None else text}
    if sent.tag:
        wanted["tag"] = sent.tag
    known = ("id", "date") if text is None else ("id", "date", *CHANGING)
    return {name: value for name, value in message.items() if name not in known} == wanted


def version_of(message):
    """Return the number of a message's last change, 0 for a new message."""
    return message.get("change", 0)


def _short(message):
    return json.dumps(message)[:200]
