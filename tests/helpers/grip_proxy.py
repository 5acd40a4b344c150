"""A stand-in for a GRIP proxy's control port: it takes, refuses or ignores what is published."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAIT_S = 10
KEY = "a-key-of-at-least-32-characters-as-HS256-wants-it"


class GripProxy:
    """Listens on loopback while in `with`. What it has taken comes out of `next_item`.

    `manner` is "take", "refuse" (500) or "hang" (no answer until the end) and may be changed at any time.
    """

    UNWANTED = "a proxy with this in a request answers 400"

    def __init__(self, manner="take", port=0):
        self.manner = manner
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
        """Return the next item that was taken; fail after 10 s."""
        return self._items.get(timeout=WAIT_S)

    def next_ids(self, count):
        return [self.next_item()["id"] for _ in range(count)]

    def is_empty(self):
        return self._items.empty()

    def _handler(proxy):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.requests.put(body)
                if proxy.manner == "hang":
                    proxy._closing.wait()
                    return
                taken = proxy.manner == "take" and proxy.UNWANTED.encode() not in body
                if taken:
                    for item in json.loads(body)["items"]:
                        proxy._items.put(item)
                answer = b"Published\n" if taken else b"broken\n"
                self.send_response(200 if taken else 500 if proxy.manner == "refuse" else 400)
                self.send_header("Content-Length", len(answer))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler
