"""A fake Pushpin in front of a web server: it signs requests, holds streams, and has the faults that people meet."""

import http.client
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from queue import Empty

import jwt

from tests.helpers.grip_proxy import KEY
from tests.helpers.loopback_server import LoopbackServer


class SigningFront(LoopbackServer):
    """Works inside `with`. `answers` are {beginning of a path: (status, body, headers if any)}, None to hang up.

    `deliver` is the GripProxy whose items it writes into its streams. `behind_s` is how much its clock is behind.
    With `only_streams` it is an nginx that sends only the streams through Pushpin: nothing else is signed.
    """

    def __init__(
        self,
        upstream,
        *,
        key=KEY,
        behind_s=0,
        senders="127.0.0.1",
        deliver=None,
        answers=None,
        after_post=None,
        only_streams=False,
    ):
        self.upstream, self.key, self.behind_s, self.senders = upstream, key, behind_s, senders
        self.deliver, self.answers, self.after_post = deliver, answers or {}, after_post or (lambda: None)
        self.only_streams = only_streams
        self.url = self.listen(self._handler())

    def _headers(self, given, path):
        claim = {"iss": "pushpin", "exp": int(time.time()) + 3600 - self.behind_s}
        own = {"Grip-Sig": jwt.encode(claim, self.key, "HS256")} if self._signs(path) else {}
        if self.senders:
            own["X-Forwarded-For"] = self.senders
        return {**{name: value for name, value in given.items() if name != "Host"}, "Host": "localhost", **own}

    def _signs(self, path):
        return self.key and (path.startswith("/events/") or not self.only_streams)

    def _handler(front):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                kind = f"{self.command} {self.path}"
                for beginning, answer in front.answers.items():
                    if kind.startswith(beginning):
                        if answer:
                            self._answer(*answer)
                        return
                upstream = http.client.HTTPConnection(front.upstream)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upstream.request(self.command, self.path, body, front._headers(self.headers, self.path))
                answer = upstream.getresponse()
                content = answer.read()
                upstream.close()
                if self.command == "POST":
                    front.after_post()
                if answer.headers.get("Grip-Hold") == "stream":
                    self._hold(content)
                else:
                    self._answer(answer.status, content, answer.getheaders())

            do_POST = do_GET

            def _answer(self, status, body, headers=()):
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", len(body))
                self.end_headers()
                self.wfile.write(body)

            def _hold(self, content):
                self.send_response_only(200)
                self.end_headers()
                self.wfile.write(content)
                while not front._closing.wait(0.01):
                    with suppress(Empty, AttributeError):
                        item = front.deliver._items.get(timeout=0.05)
                        if item["channel"].startswith("events-room-doctor-") and item["prev-id"] == "0":
                            self.wfile.write(item.get("http-stream", {}).get("content", "").encode())

            def log_message(self, *_):
                pass

        return Handler
