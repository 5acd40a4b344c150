"""The address that people open: asks it for something, and opens a stream there."""

import json
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

ANSWER_S = 15  # a Pushpin that has just started may lose a stream's request
NO_ANSWER = (OSError, HTTPException)
VERSION = "Chat-Version"  # a header of all answers of the web server


def what_is_wrong(url: str) -> str:
    """Return why nobody can open the URL, nothing if it is sound."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "begin it with http:// or https://, as in https://chat.example.com/."
        parts.hostname.encode("idna"), parts.path.encode("ascii"), parts.port  # each raises if it won't do
    except ValueError as error:
        return f"{error}."
    return ""


class Answer(NamedTuple):
    status: int
    body: bytes
    is_ours: bool  # the web server has answered, and not only a proxy

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def error(self) -> str:
        """Return what the chat says about the request, else the beginning of the answer."""
        said = self.json()
        errors = said.get("errors", []) if isinstance(said, dict) else []
        words = " ".join(error.get("message", "") for error in errors) or self.body[:200].decode(errors="replace")
        return f"{self.status} {' '.join(words.split())}"


class Front:
    """The chat at `url`. With `address`, this connects there, because the name may lead to a proxy in front."""

    def __init__(self, url: str, address: str = "") -> None:
        self.url = url.rstrip("/")
        self.place = f"{self.url} at {address}" if address else self.url
        self._parts = urlsplit(self.url)
        self._server = urlsplit(f"//{address}") if address else self._parts
        self._name = {"Host": self._parts.netloc} if address else {}

    def ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Return the answer; raise one of NO_ANSWER."""
        connection = self._connection()
        try:
            connection.request(method, self._parts.path + path, body, self._name | (headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), VERSION in answer.headers)
        finally:
            connection.close()

    @contextmanager
    def stream(self, path: str, headers: dict[str, str]) -> Iterator["Stream"]:
        connection, connected = self._connection(), None
        try:
            connection.request("GET", self._parts.path + path, headers=self._name | headers)
            connected = connection.sock  # getresponse may forget it
            answer = connection.getresponse()
            connected.settimeout(None)  # the thread of the stream reads until the end
            yield Stream(answer)
        finally:
            if connected:
                with suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)  # ends the reading; close() alone would wait for it
            connection.close()

    def _connection(self) -> HTTPConnection:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(self._server.hostname or "", self._server.port, timeout=ANSWER_S)


class Stream:
    """The lines of one answer. A thread reads them, because a socket that has timed out once can't be read again."""

    def __init__(self, answer: HTTPResponse) -> None:
        self._answer = answer
        self.status = answer.status
        self.is_ours = VERSION in answer.headers
        self._lines: queue.Queue[bytes] = queue.Queue()
        if self.status == 200:
            threading.Thread(target=self._read, name="stream of the doctor", daemon=True).start()

    def _read(self) -> None:
        with suppress(*NO_ANSWER, ValueError, AttributeError):  # the connection is closed in the end
            while line := self._answer.readline():
                self._lines.put(line)

    def refusal(self) -> str:
        """Return what an answer says that opens no stream."""
        if self.status == 200:
            return "200, but the stream says nothing, or that readers shall come back later"
        return Answer(self.status, self._answer.read(10_000), True).error()

    def has(self, text: str) -> bool:
        """Return whether a line with this text comes within ANSWER_S seconds."""
        deadline = time.monotonic() + ANSWER_S
        with suppress(queue.Empty):
            while text.encode() not in self._lines.get(timeout=max(0, deadline - time.monotonic())):
                pass
            return True
        return False
