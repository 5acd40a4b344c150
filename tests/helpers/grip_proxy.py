"""A fake control port of a GRIP proxy: it accepts, refuses or ignores published items."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django_eventstream.event import Event

from chat.grip import publisher

WAIT_S = 10
CHANNEL = "room-two words"
KEY = "a-key-of-at-least-32-characters-as-HS256-wants-it"


class GripProxy:
    """Listens on loopback inside `with`. `next_item` returns the items that it accepted.

    `mode` is "accept", "refuse" (answer 500), "hang" (no answer until the end) or the status of every answer, for
    example 401. A test may change it at any time.
    """

    UNWANTED = "the proxy answers 400 to a request that contains this"

    def __init__(self, mode="accept", port=0):
        self.mode = mode
        self.requests = queue.Queue()  # the bodies, as bytes
        self._items = queue.Queue()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.uri = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

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

    def _handler(proxy):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.requests.put(body)
                if proxy.mode == "hang":
                    proxy._closing.wait()
                    return
                accepted = proxy.mode == "accept" and proxy.UNWANTED.encode() not in body
                if accepted:
                    for item in json.loads(body)["items"]:
                        proxy._items.put(item)
                answer = b"Published\n" if accepted else b"broken\n"
                refusal = {"accept": 400, "refuse": 500}.get(proxy.mode, proxy.mode)
                self.send_response(200 if accepted else refusal)
                self.send_header("Content-Length", len(answer))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler


def use(settings, *proxies):
    """Let the site publish to these proxies."""
    settings.GRIP_PROXIES = [{"control_uri": proxy.uri} for proxy in proxies]
    publisher.forget_lanes()


def event(number, data='{"text": "hi"}'):
    """Return a committed event, which no log contains."""
    return Event(CHANNEL, "message", data, id=number)
