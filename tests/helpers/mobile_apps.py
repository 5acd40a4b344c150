"""The two published mobile apps: the exact bytes of their requests, and how they parse the answers.

Android: OkHttp, Retrofit with Gson, LaunchDarkly's EventSource. iOS: AFNetworking, Inaka's EventSource.
"""

import gzip
import json
import re
from datetime import datetime

TEXT = 'Hello + "Wörld"! \U0001f600 ~*-_.\n'


class App:
    """One app, which Bob uses: he posts TEXT in its only room, `default`."""

    def list_request(self, host):
        return _request("GET /rooms/default/messages/", self.headers, host)

    def post_request(self, host):
        headers = {**self.headers, **self.form_headers, "Content-Length": str(len(self.form))}
        return _request("POST /rooms/default/messages/", headers, host) + self.form

    def stream_request(self, host, last_event_id=None):
        headers = {**self.headers, "Accept": "text/event-stream", "Cache-Control": "no-cache"}
        if last_event_id is not None:
            headers[self.last_event_id_header] = last_event_id
        return _request("GET /events/?channel=room-default", headers, host)

    def parse_list(self, body):
        """Return the messages that the app shows; fail where the app would crash."""
        answer = json.loads(body)
        assert isinstance(answer, dict)
        return [self.parse_message(message) for message in answer["messages"]]


class Android(App):
    headers = {"Connection": "Keep-Alive", "Accept-Encoding": "gzip", "User-Agent": "okhttp/3.9.1"}
    form_headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = b"from=Bob&text=Hello%20%2B%20%22W%C3%B6rld%22%21%20%F0%9F%98%80%20%7E*-_.%0A"
    last_event_id_header = "Last-Event-ID"

    def parse_message(self, message):
        """Return the message. Gson needs three strings and a number as id; without `from`, the list would crash."""
        assert all(isinstance(message[name], str) for name in ("from", "text", "date"))
        return message

    def parse_blocks(self, body):
        """Yield the messages of complete SSE blocks."""
        for block in body.decode().split("\n\n"):
            lines = [line.partition(":") for line in block.split("\n") if not line.startswith(":")]
            data = "\n".join(value.removeprefix(" ") for name, _, value in lines if name == "data")
            if {name: value.strip() for name, _, value in lines}.get("event", "").lower() == "message":
                yield self.parse_message(json.loads(data))


class Ios(App):
    headers = {
        "Accept": "*/*",
        "Accept-Language": "en;q=1",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "ios-eventsource/1.0 (iPhone; iOS 11.2; Scale/2.00)",
        "Connection": "keep-alive",
    }
    form_headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = b"from=Bob&text=Hello%20%2B%20%22W%C3%B6rld%22%21%20%F0%9F%98%80%20~%2A-_.%0A"
    last_event_id_header = "Last-Event-Id"

    def parse_message(self, message):
        """Return the message. The app casts each field by force, so another type would crash it."""
        assert type(message["id"]) is int
        assert message["id"] >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["date"])
        datetime.strptime(message["date"], "%Y-%m-%dT%H:%M:%S.%fZ")
        assert isinstance(message["from"], str)
        assert isinstance(message["text"], str)
        return message

    def parse_blocks(self, body):
        """Yield the messages of complete SSE blocks.

        The app drops each block that contains "retry:" or begins with a comment. It also ends lines at characters
        that are no line ends in SSE.
        """
        for block in body.decode().split("\n\n"):
            if block.startswith(":") or "retry:" in block:
                continue
            fields = {}
            for line in re.split("[\n-\r\x85\u2028\u2029]", block):
                name, _, value = line.partition(":")
                fields[name] = f"{fields[name]}\n{value.lstrip()}" if name in fields else value.lstrip()
            if fields.get("event") == "message":
                yield self.parse_message(json.loads(fields["data"]))


APPS = {"android": Android(), "ios": Ios()}


def unpacked(body, encoding):
    """Return the body as the apps see it: their HTTP libraries ask for gzip and unpack it."""
    return gzip.decompress(body) if encoding == "gzip" else body


def _request(line, headers, host):
    return "\r\n".join(
        [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in {"Host": host, **headers}.items()), "\r\n"]
    ).encode()
