"""The second listener, for the inside only: /-/metrics, and /-/ready with words for each part.

The front passes on whatever strangers ask, so the port decides who is inside. It runs in the supervisor, and so it
answers also while all threads of the web server wait for a frozen database.
"""

import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from chatsite.env import EnvironmentProblem

from . import ports, processes, pulse
from .part import Part

METRICS, READY = "/-/metrics", "/-/ready"
ANSWER_S = 1.5  # the server gives its database one second
SILENT = f"The web server does not answer within {ANSWER_S} s."
ASKER_S = 10  # who asks is inside, but may hang
GAUGE_FILE = re.compile(r"gauge_live\w+_([0-9]+)\.db")


class Server(NamedTuple):
    """Where the web server listens, and the name for the header Host."""

    ip: str
    port: int
    host: str


class Internal:
    """Answers in threads of its own, from start() to the end of the process."""

    def __init__(self, where: tuple[str, int], data_dir: Path, counts: Path | None, web: Server | None) -> None:
        self._where, self._data_dir, self._counts, self._web = where, data_dir, counts, web
        self.parts: list[Part] = []
        self.statistics = ""  # where Pushpin says how many streams it holds, as in 127.0.0.1:7100

    def start(self) -> None:
        """Listen; raise EnvironmentProblem if that fails."""
        try:
            server = _server(self._where)(self._where, _handler(self))
        except OSError as error:
            where = ports.written(*self._where)
            raise EnvironmentProblem("INTERNAL", where, f"can't listen there ({error.strerror}).") from None
        threading.Thread(target=server.serve_forever, name="internal", daemon=True).start()

    def new_statistics(self, public_port: int) -> str:
        """Return a free address for the statistics of the Pushpin that starts now."""
        with ports.listen_inside(public_port) as listener:
            self.statistics = ports.written(*listener.getsockname()[:2])
        return self.statistics

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the words for each part; a process that does nothing any more is one of them.

        The others may do its work for a while, so that nobody else notices.
        """
        status, said = self._asked()
        if stopped := [words for part in self.parts for words in _stopped(part)]:
            said |= {"ok": False, "processes": " ".join(stopped)}
        return status, said

    def _asked(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the words of the web server; without one, what the supervisor sees of Pushpin."""
        if self._web is None:
            ok, words = pulse.seen(self._data_dir)
            return 200, {"ok": ok, "proxy": words}
        try:
            status, body = _get(self._web.ip, self._web.port, READY, self._web.host)
            return status, json.loads(body)
        except (OSError, HTTPException, ValueError):
            return 503, {"ok": False, "web": SILENT}

    def metrics(self) -> bytes:
        registry = CollectorRegistry()
        if self._counts and self._counts.is_dir():
            forget_gauges_of_the_dead(self._counts)
            MultiProcessCollector(registry, path=str(self._counts))
            Counter(
                "chat_processes", "Processes that have counted so far: each new worker is one.", registry=registry
            ).inc(len([*self._counts.glob("counter_*.db")]))
        status, said = self.ready()
        Gauge("chat_ready", "Whether /-/ready is a 200.", registry=registry).set(status == 200)
        Gauge("chat_ok", "Whether all parts work, the proxies too.", registry=registry).set(bool(said.get("ok")))
        ends = Counter(
            "chat_restarts", "How often a part has ended, and was started again.", ["part"], registry=registry
        )
        for part in self.parts:
            ends.labels(part.name).inc(part.ends)
        own = self._pushpins() if self.statistics else None
        if self.statistics:
            Gauge("chat_pushpin_up", "Whether our own Pushpin says how many streams it holds.", registry=registry).set(
                own is not None
            )
        return generate_latest(registry) + (own or b"")

    def _pushpins(self) -> bytes | None:
        ip, _, port = self.statistics.rpartition(":")
        try:
            status, body = _get(ip, int(port), "/metrics", self.statistics)
        except (OSError, HTTPException):
            return None
        return body.rstrip(b"\n") + b"\n" if status == 200 else None


def _stopped(part: Part) -> list[str]:
    session = part.session
    pids = processes.in_session(session.pid) if session else []
    return [f"{part.name}: {processes.name(pid)} ({pid}) is stopped." for pid in pids if processes.is_stopped(pid)]


def forget_gauges_of_the_dead(counts: Path) -> None:
    """Remove what waited in processes that have ended, also in killed ones. Their counters stay."""
    for file in counts.iterdir():
        found = GAUGE_FILE.fullmatch(file.name)
        if found and not Path("/proc", found[1]).exists():
            with suppress(FileNotFoundError):
                mark_process_dead(int(found[1]), str(counts))


def _get(ip: str, port: int, path: str, host: str) -> tuple[int, bytes]:
    connection = HTTPConnection(ip, port, timeout=ANSWER_S)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _server(where: tuple[str, int]) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Say nothing: whoever asked is gone."""

    return Server


def _handler(internal: Internal) -> type[BaseHTTPRequestHandler]:
    def ready() -> tuple[int, str, bytes]:
        status, said = internal.ready()
        return status, "application/json", json.dumps(said).encode()

    pages: dict[str, Callable[[], tuple[int, str, bytes]]] = {
        METRICS: lambda: (200, CONTENT_TYPE_LATEST, internal.metrics()),
        READY: ready,
    }

    class Handler(BaseHTTPRequestHandler):
        timeout = ASKER_S

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            self._answer(*page()) if page else self._refuse(404, "path", f"Here are {METRICS} and {READY} only.")

        do_HEAD = do_GET

        def do_POST(self) -> None:
            self._refuse(405, "method", f"{self.command} is not allowed here. Use GET, HEAD.")

        do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST

        def _refuse(self, status: int, field: str, message: str) -> None:
            errors = {"errors": [{"field": field, "message": message}]}
            self._answer(status, "application/json", json.dumps(errors).encode())

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            if status == 405:
                self.send_header("Allow", "GET, HEAD")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: somebody asks every few seconds."""

    return Handler
