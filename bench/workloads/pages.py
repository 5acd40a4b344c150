"""The costs of the chat page and the list of messages in a database with years of messages."""

import re
import time
from contextlib import ExitStack
from http.client import HTTPConnection

from bench.costs import Watch
from bench.load.process import Process

from . import history
from .rounds import chosen, say, started

NAME = "pages"
ROUNDS = 2
SECONDS, QUICK_SECONDS, WARM_UP_S = 2, 0.2, 0.3
CLIENTS = 8
DATABASES = ("postgresql", "sqlite")
KINDS = {"page": "/{room}?user=ann", "list": "/rooms/{room}/messages/"}
QUICK_MESSAGES = 50_000


def run(options):
    """Yield (case, run). The stacks of a database run at the same time, but only one of them gets requests."""
    messages = QUICK_MESSAGES if options.quick else options.messages
    seconds = QUICK_SECONDS if options.quick else SECONDS
    for database in DATABASES:
        wanted = [(name, messages) for name in chosen(options, "ours", "ancestor")]
        wanted += [(name, 0) for name in chosen(options, "ours")]
        try:
            with ExitStack() as running, Process("posters") as client:
                filled = [_filled(running, name, database, count) for name, count in wanted]
                for _ in range(options.rounds_now):
                    for case, stack in filled:
                        yield from _ask(client, stack, case, seconds)
        except Exception as error:
            say(f"  failed: {error}")
            yield {"stack": "ours", "database": database}, {"failed": f"{type(error).__name__}: {error}"}


def _filled(running, name, database, messages):
    """Start and fill a stack; return (case, stack). For 0 messages, it has only those of the quiet room."""
    case = {"stack": name, "database": database, "through": "straight", "messages": messages}
    say(", ".join(map(str, case.values())))
    stack = running.enter_context(started(case))
    began = time.monotonic()
    history.fill(stack, messages)
    say(f"  filled in {time.monotonic() - began:.0f} s")
    return case, stack


def _ask(client, stack, case, seconds):
    rooms = (history.SPARSE, history.DENSE, history.EMPTY) if case["messages"] else (history.SPARSE, history.EMPTY)
    for room in rooms:
        for kind, path in KINDS.items():
            tag = _check(stack, path.format(room=room), kind, 0 if room == history.EMPTY else 50)
            ways = {"": ""}
            if tag and kind == "list":
                ways["if-none-match"] = f"If-None-Match: {tag}\r\n"
            for way, header in ways.items():
                request = _request(stack, path.format(room=room), header)
                yield {**case, "room": room, "kind": kind, "way": way}, _measure(client, stack, request, seconds)


def _check(stack, path, kind, shown):
    """Return the answer's ETag or None; raise AssertionError unless the answer has `shown` messages."""
    connection = HTTPConnection(*stack.poster_address, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    found = len(re.findall(history.TEXT, body))
    if answer.status != 200 or found != shown:
        raise AssertionError(f"{stack.name}: {path} shows {found} messages instead of {shown}, status {answer.status}")
    return answer.headers.get("ETag")


def _request(stack, path, header):
    host = ":".join(map(str, stack.poster_address))
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}\r\n"


def _measure(client, stack, request, seconds):
    client.ask("connect", address=stack.poster_address, clients=CLIENTS)
    with Watch(stack, client) as watch:
        got = client.ask("post", requests=[request], good=[200, 304], seconds=seconds, warm_up=WARM_UP_S)
    return {**{name: got[name] for name in ("in_all", "rate", "p50_ms", "p99_ms", "max_ms", "errors")}, **watch.costs}
