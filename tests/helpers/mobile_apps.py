"""The two published apps: what they send, byte for byte but for the host, and what they make of what they get.

Android: OkHttp, Retrofit with Gson, LaunchDarkly's EventSource. iOS: AFNetworking, Inaka's EventSource.
"""

import gzip
import json
import re
from datetime import datetime

TEXT = 'Hello + "Wörld"! \U0001f600 ~*-_.\n'


class App:
    """One app as Bob has it, who says TEXT in its only room, `default`."""

    def asks_for_the_list(self, host):
        return _request("GET /rooms/default/messages/", self.headers, host)

    def says_text(self, host):
        headers = {**self.headers, **self.form_headers, "Content-Length": str(len(self.form))}
        return _request("POST /rooms/default/messages/", headers, host) + self.form

    def opens_the_stream(self, host, last_event_id=None):
        headers = {**self.headers, "Accept": "text/event-stream", "Cache-Control": "no-cache"}
        if last_event_id is not None:
            headers[self.last_event_id_header] = last_event_id
        return _request("GET /events/?channel=room-default", headers, host)

    def reads_the_list(self, body):
        """Return the messages that it shows; fail where it would."""
        answer = json.loads(body)
        assert isinstance(answer, dict)
        return [self.reads_message(message) for message in answer["messages"]]


class Android(App):
    headers = {"Connection": "Keep-Alive", "Accept-Encoding": "gzip", "User-Agent": "okhttp/3.9.1"}
    form_headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = b"from=Bob&text=Hello%20%2B%20%22W%C3%B6rld%22%21%20%F0%9F%98%80%20%7E*-_.%0A"
    last_event_id_header = "Last-Event-ID"

    def reads_message(self, message):
        """Gson takes strings, and a number for the id; a missing `from` would crash the list."""
        assert all(isinstance(message[name], str) for name in ("from", "text", "date"))
        return message

    def reads_blocks(self, body):
        """Return the messages of a whole number of SSE blocks."""
        for block in body.decode().split("\n\n"):
            lines = [line.partition(":") for line in block.split("\n") if not line.startswith(":")]
            data = "\n".join(value.removeprefix(" ") for name, _, value in lines if name == "data")
            if {name: value.strip() for name, _, value in lines}.get("event", "").lower() == "message":
                yield self.reads_message(json.loads(data))


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

    def reads_message(self, message):
        """Each of these is a forced cast: what doesn't fit ends the app."""
        assert type(message["id"]) is int
        assert message["id"] >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["date"])
        datetime.strptime(message["date"], "%Y-%m-%dT%H:%M:%S.%fZ")
        assert isinstance(message["from"], str)
        assert isinstance(message["text"], str)
        return message

    def reads_blocks(self, body):
        """Return the messages of a whole number of SSE blocks.

        It drops every block in which it finds "retry:" or that begins with a comment, and takes more characters
        for line ends than there are in SSE.
        """
        for block in body.decode().split("\n\n"):
            if block.startswith(":") or "retry:" in block:
                continue
            fields = {}
            for line in re.split("[\n-\r\x85\u2028\u2029]", block):
                name, _, value = line.partition(":")
                fields[name] = f"{fields[name]}\n{value.lstrip()}" if name in fields else value.lstrip()
            if fields.get("event") == "message":
                yield self.reads_message(json.loads(fields["data"]))


APPS = {"android": Android(), "ios": Ios()}


def unpacked(body, encoding):
    """Return the body as the apps see it: their libraries ask for gzip by themselves, and undo it."""
    return gzip.decompress(body) if encoding == "gzip" else body


def _request(line, headers, host):
    return "\r\n".join(
        [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in {"Host": host, **headers}.items()), "\r\n"]
    ).encode()
