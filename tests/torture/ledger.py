"""The book of one run: what was said, what was acknowledged, what was delivered, and what was broken when."""

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

CHANGING = ("edited", "deleted", "change")  # what a message has since its first change
AFTERMATH_S = 3  # so long after a fault an error answer may still be on its way


@dataclass(eq=False)
class Said:
    """A message that somebody wants to send, and what became of it."""

    room: str
    sender: str
    text: str
    key: str
    tag: str = ""
    attempts: int = 0
    message: dict | None = None  # as it was acknowledged
    acknowledged: float | None = None  # when
    edited_to: str | None = None
    deleted: bool = False
    changes: dict = field(default_factory=dict)  # {method: the message, as its change was acknowledged}

    @property
    def final_text(self):
        """What everybody has to see in the end; "" if nobody may see it any more."""
        return "" if self.deleted else self.edited_to or self.text


@dataclass
class Window:
    """The time of a fault: from its start to its end, and until all was as if it had never been."""

    kind: str
    start: float
    of_database: bool = False
    graceful: bool = False  # what ends in good order leaves nobody without an answer
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
        """Tell Django's answers, JSON or a page, from Pushpin's, a plain line."""
        return self.body.startswith(('{"errors"', "<!doctype"))


@dataclass
class Ledger:
    """Everything that the verdict is about."""

    began: float = field(default_factory=time.monotonic)
    said: dict = field(default_factory=dict)  # {text: Said}
    readers: list = field(default_factory=list)  # all there ever were
    windows: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    violations: list = field(default_factory=list)
    deliveries: list = field(default_factory=list)  # (acknowledged, shown)
    counters: Counter = field(default_factory=Counter)
    _newest: dict = field(default_factory=dict)  # {message id: its acknowledged version}
    _present: dict = field(default_factory=lambda: defaultdict(list))

    def say(self, said):
        assert said.text not in self.said, "a text must be unique"
        self.said[said.text] = said
        self.counters["sent"] += 1
        return said

    def acknowledge(self, said, body):
        """Note the body of a 200."""
        now = time.monotonic()
        if said.message is not None:
            self.counters["duplicates suppressed"] += 1
            if said.message != body:
                self.violations.append(f"two answers to one key differ: {_short(said.message)} and {_short(body)}")
            return
        if not is_as_said(body, said):
            self.violations.append(f"the answer {_short(body)} is not what {said.sender} sent: {said.text[:60]!r}")
            return
        said.message, said.acknowledged = body, now
        self.counters["acknowledged"] += 1
        for reader in self._present[said.room]:
            if body["id"] in reader.shown:
                self.deliveries.append((now, now))
            else:
                reader.awaiting[body["id"]] = now

    def acknowledge_change(self, said, method, body):
        """Note the body of a 200 to a PATCH or a DELETE."""
        if method in said.changes:
            self.counters["duplicates suppressed"] += 1
            if said.changes[method] != body:
                self.violations.append(f"two answers to one {method} differ: {_short(body)}")
            return
        number, now = said.message["id"], time.monotonic()
        wanted = {**said.message, "text": said.final_text}
        told = {name: value for name, value in body.items() if name not in CHANGING}
        if told != wanted or version_of(body) <= self._newest.get(number, 0) or ("deleted" in body) != said.deleted:
            self.violations.append(f"the answer {_short(body)} is not what the {method} asked for")
            return
        said.changes[method] = body
        self._newest[number] = version_of(body)
        self.counters["edited" if method == "PATCH" else "deleted"] += 1
        for reader in self._present[said.room]:
            if (number in reader.shown or number in reader.awaiting) and reader.version(number) < version_of(body):
                reader.awaiting["change", number] = now

    def answered(self, request, status, body):
        """Note an answer other than 200."""
        self.counters[f"answers {status}"] += 1
        begins = body[:200].decode(errors="replace").strip().lower()
        self.answers.append(Answer(time.monotonic(), request, status, begins))

    def enter(self, reader):
        """From now on the reader has to be shown what is acknowledged in its room."""
        self.readers.append(reader)
        self._present[reader.room].append(reader)

    def leave(self, reader):
        self._present[reader.room].remove(reader)

    def heard(self, reader, number):
        """Note that the reader has come to know a version of the message with this id."""
        self._arrived(reader, number)
        if reader.version(number) >= self._newest.get(number, 0):
            self._arrived(reader, ("change", number))

    def _arrived(self, reader, awaited):
        if (acknowledged := reader.awaiting.pop(awaited, None)) is not None:
            self.deliveries.append((acknowledged, time.monotonic()))

    def residents(self):
        return [reader for reader in self.readers if reader.resident]

    def awaited(self):
        """Return {reader: ids, and ("change", id)} of what was acknowledged and has not arrived at who is present."""
        return {r: set(r.awaiting) for present in self._present.values() for r in present if r.awaiting}


def is_as_said(message, said, text=None):
    """Tell whether a message object of the wire is what was sent; with `text`, what became of it."""
    if not isinstance(message, dict) or type(message.get("id")) is not int:
        return False
    wanted = {"from": said.sender, "text": said.text if text is None else text}
    if said.tag:
        wanted["tag"] = said.tag
    known = ("id", "date") if text is None else ("id", "date", *CHANGING)
    return {name: value for name, value in message.items() if name not in known} == wanted


def version_of(message):
    """Return the number of a message's last change, 0 for a new message."""
    return message.get("change", 0)


def _short(message):
    return json.dumps(message)[:200]
