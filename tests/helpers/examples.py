"""Runs the clients in docs/examples/ from their files, against a chat or against one that makes trouble."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from tests.helpers.documents import PROJECT
from tests.helpers.loopback_server import LoopbackServer

EXAMPLES = PROJECT / "docs" / "examples"
BOT, READER, PAGE = EXAMPLES / "bot.py", EXAMPLES / "reader.mjs", EXAMPLES / "page.html"
ADDRESS = "http://127.0.0.1:8000/"  # of the chat, in the files and documents
PROGRAMS = {".py": sys.executable, ".mjs": "node"}
SILENCES = {
    ".py": ("setdefaulttimeout(50)", "setdefaulttimeout(1)"),
    ".mjs": ("SILENCE_MS = 50_000", "SILENCE_MS = 1_000"),
}


class Running:
    """One life of a client: it runs inside `with`, prints to the file `to`, and is killed with kill -9 at the end."""

    def __init__(self, program, *arguments, to=os.devnull):
        self._command, self._to = [PROGRAMS[program.suffix], program, *arguments], to

    def __enter__(self):
        env = {"BOT_SECRET": "k" * 20, "PATH": os.environ["PATH"]}
        with open(self._to, "a") as output:
            self._process = subprocess.Popen(self._command, env=env, stdout=output, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()


def impatient(program, folder):
    """Return a copy of the program which waits one second for a sign of life where the file waits 50."""
    text, (before, after) = program.read_text(), SILENCES[program.suffix]
    assert text.count(before) == 1
    copy = folder / program.name
    copy.write_text(text.replace(before, after))
    return copy


class Troubled(LoopbackServer):
    """A chat with one question, in trouble: `posts` are its answers to POSTs, (status, headers), or None for a cut.

    Each of its streams is the text `stream`, and ends then, unless the chat is `silent`; TWICE has the question of the
    list again. `opened` counts the streams, and `keys` lists the keys of the POSTs. It also serves the page.
    """

    QUESTION = {"id": 7, "from": "ann", "text": "!ping", "event": 9, "date": "2026-11-22T10:30:00.123Z"}
    TWICE = "".join(
        f"retry: 10\n\nevent: message\nid: room-lobby:{event}\ndata: {json.dumps(message)}\n\n"
        for event, message in ((9, QUESTION), (10, {**QUESTION, "id": 8, "text": "bye"}))
    )

    def __init__(self, stream="", posts=(), silent=False):
        self.stream, self.posts, self.silent = stream, [*posts], silent
        self.opened, self.keys = 0, []
        self.url = f"{self.listen(self._handler())}/"
        self.room = f"{self.url}rooms/lobby/"

    def _handler(chat):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if "/rooms/" not in self.path:
                    self._answer(200, {"Content-Type": "text/html"}, PAGE.read_text().replace(ADDRESS, chat.url))
                elif "/events/" in self.path:
                    chat.opened += 1
                    self._answer(200, {"Content-Type": "text/event-stream"}, chat.stream)
                    if chat.silent:
                        self.wfile.flush()
                        chat._closing.wait()
                else:
                    missed = [chat.QUESTION] if "after=7" not in self.path else []
                    page = {"messages": missed, "more": False, "last-event-id": "room-lobby:8"}
                    self._answer(200, {"Content-Type": "application/json"}, json.dumps(page))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                chat.keys += parse_qs(body)["key"]
                if (answer := chat.posts.pop(0)) is not None:
                    self._answer(*answer, "{}")

            def _answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        return Handler
