"""Fake GRIP proxies: a control port and a command socket. They accept, refuse or ignore published items."""

import json
import os
import queue
import shutil
import tempfile
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import zmq
from django_eventstream.event import Event

from chat.grip import publisher, tnetstring
from tests.helpers.loopback_server import LoopbackServer

WAIT_S = 10
CHANNEL = "room-two words"
KEY = "a-key-of-at-least-32-characters-as-HS256-wants-it"


class FakeProxy:
    """Works inside `with`. `next_item` returns the items that it accepted.

    `mode` is "accept", "refuse" (the sender), "refuse content", "hang" (no answer until the end) or, for a GripProxy,
    the status of every answer, for example 401. A test may change it at any time.
    """

    UNWANTED = "the proxy refuses the content of a request that contains this"

    def __init__(self, mode="accept"):
        self.mode = mode
        self.requests = queue.Queue()  # as bytes
        self._items = queue.Queue()

    def next_item(self):
        """Return the next accepted item; fail after 10 s."""
        return self._items.get(timeout=WAIT_S)

    def next_ids(self, count):
        return [self.next_item()["id"] for _ in range(count)]

    def is_empty(self):
        return self._items.empty()

    def accepted(self):
        """Return how many accepted items the test has not taken yet."""
        return self._items.qsize()

    def _outcome(self, request, items):
        """Return what becomes of a request: "accept" or another mode."""
        mode = "refuse content" if self.mode == "accept" and self.UNWANTED.encode() in request else self.mode
        if mode == "accept":
            for item in items:
                self._items.put(item)
        return mode


class GripProxy(LoopbackServer, FakeProxy):
    """A control port on loopback."""

    STATUS = {"accept": 200, "refuse content": 400, "refuse": 500}

    def __init__(self, mode="accept", port=0):
        super().__init__(mode)
        self.uri = self.listen(self._handler(), port)

    def again(self):
        """Return a new proxy with the address of this one, which has ended."""
        return GripProxy(port=self._server.server_port)

    def _handler(proxy):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.requests.put(body)
                mode = proxy._outcome(body, json.loads(body)["items"])
                if mode == "hang":
                    proxy._closing.wait()
                    return
                answer = b"Published\n" if mode == "accept" else b"broken\n"
                self.send_response(proxy.STATUS.get(mode, mode))
                self.send_header("Content-Length", len(answer))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler


class CommandProxy(FakeProxy):
    """A command socket in a folder of its own. tests/live/test_pushpin.py asks a real Pushpin too."""

    ANSWERS = {
        "accept": {"value": None, "success": True},
        "refuse content": {"condition": "bad-request", "value": "Invalid format: …", "success": False},
        "refuse": {"condition": "method-not-found", "success": False},
    }

    def __init__(self, mode="accept", folder=None):
        super().__init__(mode)
        self._folder = folder or tempfile.mkdtemp(dir="/tmp", prefix="chat-test-")  # a short path
        self.uri = f"ipc://{self._folder}/c-command"
        self._context = zmq.Context()
        socket = self._context.socket(zmq.ROUTER)  # unlike REP, it may leave a request without an answer
        socket.linger = 0
        socket.bind(self.uri)
        self._thread = threading.Thread(target=self._serve, args=(socket,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._context.term()  # ends the wait for a request; returns when the socket is closed
        shutil.rmtree(self._folder, ignore_errors=True)

    def again(self):
        """Return a new proxy with the address of this one, which has ended."""
        os.mkdir(self._folder)
        return CommandProxy(folder=self._folder)

    def _serve(self, socket):
        with socket, suppress(zmq.ContextTerminated):
            while True:
                *sender, request = socket.recv_multipart()
                self.requests.put(request)
                command = tnetstring.decode(request)
                assert command["method"] == "publish"
                mode = self._outcome(request, command["args"]["items"])
                if mode != "hang":
                    answer = {"id": command["id"], **self.ANSWERS[mode]}
                    socket.send_multipart([*sender, tnetstring.encode(answer)])


def use(settings, *proxies):
    """Let the site publish to these proxies."""
    settings.GRIP_PROXIES = [{"control_uri": proxy.uri} for proxy in proxies]
    publisher.forget_lanes()


def event(number, data='{"text": "hi"}'):
    """Return a committed event, which no log contains."""
    return Event(CHANNEL, "message", data, id=number)
