"""Notices a Pushpin that hangs, and ends it: then the supervisor starts it again.

While condure or pushpin-handler hangs, no event comes through. While pushpin-proxy or zurl hangs, held streams still
get their events, but each new request waits endlessly. So this sends an event into a stream of its own, and a request
through the front. Pushpin's answers on its command socket prove nothing: it gives them in most of these cases.

Silence alone proves nothing either: the web server may hang, or slow clients take all places for requests. So only a
process that is stopped, or uses no CPU in all that time, makes it end Pushpin and with it everybody's stream.
"""

import http.client
import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

import zmq

from chat.grip import tnetstring
from chat.grip.command_socket import CommandSocket

from . import processes, pushpin
from .part import Part
from .sessions import Session, send
from .terminal import say

FILE = "pulse.json"  # in DATA_DIR; /-/ready reads it
EVERY_S = 5
ANSWER_S = 3  # a saturated Pushpin needs less than one
SILENT_S = 15
REQUEST = "/-/live"
ZURL_SOCKET = "c-zurl-in"
NOBODY = "http://127.0.0.1:1/"
CHANNEL = "test"  # on which Pushpin's own route "test" holds its streams


class Front(NamedTuple):
    """Where Pushpin listens for browsers: its address, and the name for the header Host."""

    ip: str
    port: int
    host: str


class Line:
    """A connection to the front that stays open: at its limit, Pushpin takes no new ones."""

    def __init__(self, front: Front) -> None:
        self._connection = http.client.HTTPConnection(front.ip, front.port, timeout=ANSWER_S)
        self._headers = {"Host": front.host}

    def get(self, path: str) -> http.client.HTTPResponse | None:
        """Return the answer, or None; a connection that was closed meanwhile is opened again."""
        for is_new in (self._connection.sock is None, True):
            try:
                self._connection.request("GET", path, headers=self._headers)
                return self._connection.getresponse()
            except TimeoutError:
                break
            except (OSError, http.client.HTTPException):
                self.close()
                if is_new:
                    break
        self.close()
        return None

    def close(self) -> None:
        self._connection.close()


class HeldStream:
    """A stream that Pushpin holds without asking Django, on a path that nobody else knows."""

    def __init__(self, front: Front, run_dir: Path, hold: str) -> None:
        self._line, self._path = Line(front), f"/-/{hold}/stream"
        self._publisher = CommandSocket({"control_uri": pushpin.command_uri(run_dir)})
        self._answer: http.client.HTTPResponse | None = None

    def echoes(self) -> bool:
        """Return whether an event that is published now arrives."""
        self._answer = self._answer or self._line.get(self._path)
        word = secrets.token_hex(8)
        item = {"channel": CHANNEL, "formats": {"http-stream": {"content": f"{word}\n"}}}
        try:
            self._publisher.publish([json.dumps(item).encode()])
            while self._answer and (line := self._answer.readline()):
                if line.strip() == word.encode():
                    return True
        except Exception:  # whatever failed, the event has not arrived
            pass
        self._line.close()
        self._answer = None
        return False


class Zurl:
    """The only process of Pushpin that rests while it has nothing to do, as when slow clients take all places."""

    def __init__(self, run_dir: Path) -> None:
        self._socket_file = run_dir / ZURL_SOCKET
        self._socket: zmq.SyncSocket | None = None

    def poke(self) -> None:
        """Give it a request, to an address where nobody answers: if it works, it uses some CPU."""
        if not self._socket_file.is_socket():  # newer versions of Pushpin have no zurl
            return
        if self._socket is None:
            self._socket = zmq.Context.instance().socket(zmq.PUSH)
            self._socket.linger = 0
            self._socket.connect(f"ipc://{self._socket_file}")
        request = {"from": "pulse", "id": "1", "seq": 0, "method": "GET", "uri": NOBODY, "credits": 1000}
        with suppress(zmq.Again):  # its queue is full: it hangs
            self._socket.send(b"T" + tnetstring.encode(request), zmq.NOBLOCK)


class Pulse:
    """Looks at one Pushpin every EVERY_S seconds, in a thread of its own."""

    def __init__(self, part: Part, front: Front, run_dir: Path, hold: str, data_dir: Path) -> None:
        self._part = part
        self._stream, self._line = HeldStream(front, run_dir, hold), Line(front)
        self._zurl = Zurl(run_dir)
        self._file, self._log_dir = data_dir / FILE, data_dir / "log"
        self._session: Session | None = None
        self._silent_since: float | None = None
        self._cpu_then: dict[int, float] = {}
        self._has_said = False

    def start(self) -> None:
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    def _run(self) -> NoReturn:
        while True:
            began = time.monotonic()
            self.beat()
            pushpin.limit_logs(self._log_dir)
            time.sleep(max(0, began + EVERY_S - time.monotonic()))

    def beat(self) -> None:
        """Look once; end a Pushpin that has been silent for SILENT_S seconds, if one of its processes does nothing."""
        session, began = self._part.session, time.monotonic()
        if session is not self._session:  # the supervisor has started it again
            self._session, self._silent_since = session, None
        if session is None:
            self._write(False, "Pushpin does not run.")
            return
        cpu = _cpu(session)
        silent = [words for words, answers in self._questions() if not answers()]
        if not silent:
            self._silent_since = None
            self._say_once(False, "Pushpin answers again.")
            self._write(True, "")
            return
        if self._silent_since is None:
            self._silent_since, self._cpu_then = began, cpu
        self._zurl.poke()
        if time.monotonic() - self._silent_since < SILENT_S:
            self._write(not self._has_said, f"Pushpin {silent[0]}.")
            return
        hanging = _hanging(session, self._cpu_then)
        words = f"Pushpin {silent[0]} for {SILENT_S} s{f' ({hanging})' if hanging else ''}"
        self._write(False, f"{words}.")
        if hanging:
            self._has_said = True
            say(f"{words}: it is ended, and started again.")
            send(session.pid, signal.SIGKILL)
        else:
            self._say_once(True, f"{words}, but all its processes work: it is left alone.")
            self._silent_since = None  # look at the next SILENT_S seconds

    def _questions(self) -> list[tuple[str, Callable[[], bool]]]:
        return [("delivers no events", self._stream.echoes), ("answers no requests", self._answers)]

    def _answers(self) -> bool:
        """Return whether a request gets through; an error of the web server is an answer."""
        answer = self._line.get(REQUEST)
        try:
            return answer is not None and answer.read() is not None
        except (OSError, http.client.HTTPException):
            self._line.close()
            return False

    def _say_once(self, silent: bool, line: str) -> None:
        """Say the first line of an outage, and the first one after it."""
        if silent != self._has_said:
            self._has_said = silent
            say(line)

    def _write(self, ok: bool, words: str) -> None:
        new = self._file.with_suffix(".new")
        with suppress(OSError):  # the disk is full: then the file becomes old, and that says enough
            new.write_text(json.dumps({"at": time.time(), "ok": ok, "words": words}))
            os.replace(new, self._file)


def seen(data_dir: Path) -> tuple[bool, str]:
    """Return whether Pushpin was well when the supervisor looked last, and words."""
    try:
        found = json.loads((data_dir / FILE).read_text())
    except (OSError, ValueError):
        return False, "The supervisor has not looked at Pushpin yet."
    return found["ok"], found["words"] or "Pushpin delivers events and answers requests."


def forget(data_dir: Path) -> None:
    """Remove what an earlier run has seen."""
    (data_dir / FILE).unlink(missing_ok=True)


def _cpu(session: Session) -> dict[int, float]:
    """Return the CPU time that each process of Pushpin has used so far. The leader does nothing but wait for them."""
    return {pid: processes.cpu_s(pid) for pid in processes.in_session(session.pid) if pid != session.pid}


def _hanging(session: Session, cpu_then: dict[int, float]) -> str:
    """Return which process of Pushpin hangs, and how that shows; nothing if all do something."""
    cpu = _cpu(session)
    if stopped := [pid for pid in cpu if processes.is_stopped(pid)]:
        return f"{processes.name(stopped[0])} is stopped"  # and the others may only wait for it
    if idle := [pid for pid in cpu if cpu_then.get(pid) == cpu[pid]]:
        return f"{processes.name(idle[0])} does nothing"
    return ""
