"""Starts a chat with bin/run on a free port, talks to it, and ends it."""

import ctypes
import fcntl
import json
import os
import queue
import random
import re
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from chatsite.serve import instance
from tests.helpers.listener import ANSWER_S, Listener

PROJECT = Path(__file__).resolve().parents[2]
RUN = PROJECT / "bin" / "run"
START_S = 300  # the first start in a fresh clone installs everything
STOP_S = 15
MANAGE_S = 60
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Front:
    """An address, `url`, through which people reach the chat."""

    url = None

    def request(self, method, path, body=None, headers=None, seconds=ANSWER_S):
        """Send one request; return (status, body as text)."""
        where = urlsplit(self.url)
        connection = HTTPConnection(where.hostname, where.port, timeout=seconds)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def is_live(self):
        """Return whether the chat answers. A Pushpin that starts may lose a request."""
        try:
            return self.request("GET", "/-/live")[0] == 200
        except (OSError, HTTPException):
            return False

    def post(self, room, sender, text, seconds=ANSWER_S):
        """Post like `curl -d from=… -d text=…`; return the message."""
        body = urlencode({"from": sender, "text": text})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self.request("POST", f"/rooms/{quote(room, safe='')}/messages/", body, headers, seconds)
        assert status == 200, (status, answer)
        return json.loads(answer)

    def listen(self, room, last_event_id=None, seconds=ANSWER_S):
        """Return a Listener whose stream is open: it receives everything that anybody posts from now on."""
        listener = Listener(self.url, room, last_event_id, seconds)
        try:
            listener.next("stream-open", seconds)
        except BaseException:
            listener.close()
            raise
        return listener


class Chat(Front):
    """One bin/run with a data folder of its own. Of the caller's environment, it inherits only PATH and HOME."""

    def __init__(self, data_dir, command=(RUN,), cwd=None, **environment):
        self.data_dir = Path(cwd or "", data_dir)
        self._given = environment
        self.port = environment.get("PORT") or str(spare_port())
        self.url = f"http://127.0.0.1:{self.port}/"
        self.printed = []
        self._lines = queue.Queue()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own = {"PORT": self.port, "DATA_DIR": str(data_dir), "LIMITS": "off"}
        self._run = subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, **own, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),  # it ends even if we are killed
        )
        self._reading = threading.Thread(target=self._read_lines, daemon=True)
        self._reading.start()

    @classmethod
    def ready(cls, data_dir, **options):
        """Start a chat; return it once it has printed its URL."""
        with one_start_at_a_time():
            chat = cls(data_dir, **options)
            try:
                line = chat.wait_for_line("Chat is ready: ", START_S)
            except BaseException:
                chat.stop()
                raise
        chat.url = line.split()[3]
        return chat

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self._run.pid

    @property
    def web_port(self):
        """The port on which Django itself listens, behind Pushpin."""
        routes = (instance.path_for(self.data_dir) / "routes").read_text()
        return int(re.search(r"^\* 127\.0\.0\.1:(\d+)$", routes, re.MULTILINE)[1])

    def wait_for_line(self, text, seconds):
        """Return the next line that contains `text`; fail if the output ends or the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, f"no {text!r} within {seconds} s, but: {self.printed}"
            if text in line:
                return line

    def is_running(self):
        return self._run.poll() is None

    def wait_until_ended(self, seconds=STOP_S):
        """Wait for bin/run to end by itself; return its exit status."""
        return self._run.wait(seconds)

    def wait_until_silent(self, seconds=STOP_S):
        """Wait until the output has ended; then `printed` is complete."""
        self._reading.join(seconds)

    def signal(self, number):
        """Send a signal to bin/run only, not to its children."""
        self._run.send_signal(number)

    def manage(self, *arguments, **environment):
        """Run manage.py with these arguments on the chat's data; return what it prints."""
        own = {"PATH": os.environ["PATH"], "DATA_DIR": str(self.data_dir), **self._given, **environment}
        command = [PROJECT / ".venv/bin/python", PROJECT / "manage.py", *arguments]
        return subprocess.run(command, env=own, check=True, capture_output=True, text=True, timeout=MANAGE_S).stdout

    def stop(self):
        """Send SIGTERM to bin/run, kill all processes that remain, and return the exit status."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        try:
            return self._run.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._run.kill()
            return self._run.wait()
        finally:
            for pid in self.processes():
                kill(pid)

    def processes(self):
        """Return {pid: command line} of all living processes that bin/run has started."""
        # Version 1.0.0 always has its run directory in /tmp.
        places = {instance.path_for(self.data_dir), Path("/tmp") / instance._own_name(self.data_dir)}
        marks = {f"{instance.MARK}={place}" for place in places}
        found = {pid: _words(pid, "cmdline") for pid in _pids() if marks & {*_words(pid, "environ")}}
        return {pid: words for pid, words in found.items() if words}  # a zombie has no words

    def names(self):
        """Return the names of its processes: "pushpin", "condure", …, "web master", "web worker" (twice)."""
        return sorted(self._named().values())

    def pids_of(self, name):
        """Return the pids of its processes with this name."""
        return [pid for pid, its_name in self._named().items() if its_name == name]

    def _named(self):
        named = {}
        for pid, words in self.processes().items():
            named[pid] = Path(words[0]).name
            if "gunicorn" in words:
                named[pid] = "web master" if _parent(pid) == self.pid else "web worker"
        return named

    def _read_lines(self):
        for line in self._run.stdout:
            self.printed.append(line.rstrip("\n"))
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


def wait_for(what, seconds, look_again_s=0.05):
    """Call `what` until it returns a true value; return that value."""
    deadline = time.monotonic() + seconds
    while not (result := what()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(look_again_s)
    return result


@contextmanager
def one_start_at_a_time():
    """Make the other test processes wait: two chats that start at the same time could choose the same port."""
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def spare_port():
    """Return a free port, below the range that the system uses for outgoing connections."""
    for port in random.sample(range(8200, 9000), 800):
        with socket.socket() as candidate, suppress(OSError):
            candidate.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port from 8200 to 8999")


def path_without(folder, hidden):
    """Fill `folder` with links to all programs in PATH but the hidden ones."""
    folder.mkdir()
    for directory in filter(os.path.isdir, os.environ["PATH"].split(os.pathsep)):
        for name in set(os.listdir(directory)) - hidden - set(os.listdir(folder)):
            (folder / name).symlink_to(os.path.join(directory, name))
    return folder


def kill(pid):
    """kill -9 one process."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _words(pid, file):
    """Return the NUL-separated words of /proc/<pid>/<file>; an empty list if the process is gone."""
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def _parent(pid):
    """Return the pid of the process's parent; None if the process is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
