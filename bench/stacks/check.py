"""python -m bench.stacks.check [NAME ...]: checks that each stack works.

It starts each stack with each combination of its options, opens a stream, posts, waits for the message, stops the
stack, and looks for remaining processes.
"""

import inspect
import os
import socket
import sys
import time
from itertools import pairwise
from pathlib import Path

from . import STACKS

MESSAGE_S = 40
OPTIONS = {"database": ("sqlite", "postgresql"), "through": ("proxy", "straight")}
ROOM = "a b"


def main(names):
    for name in names or STACKS:
        for options in _ways(STACKS[name]):
            print(f"{name} {options}", flush=True)
            _check(STACKS[name](**options))


def _ways(factory):
    ways = [{}]
    for option in OPTIONS.keys() & inspect.signature(factory).parameters:
        ways = [{**way, option: value} for way in ways for value in OPTIONS[option]]
    return ways


def _check(stack):
    times = [time.monotonic()]
    with stack:
        times.append(time.monotonic())
        with _connected(stack.reader_address) as reader, _connected(stack.poster_address) as poster:
            reader.sendall(stack.reader_request(ROOM))
            seen = _receive(reader, stack.opened)
            for number in (1, 2):  # on one connection
                times.append(time.monotonic())
                _post(stack, poster, f"~1.{number}.0~ a few words")
                seen = _receive(reader, f"~1.{number}.0~".encode(), seen)
                times.append(time.monotonic())
            processes = stack.processes()
        times.append(time.monotonic())
    times.append(time.monotonic())
    start_s, _, first_s, _, second_s, _, stop_s = (b - a for a, b in pairwise(times))
    print("  ", processes)
    print(f"   start {start_s:.1f} s, messages {first_s * 1000:.1f} and {second_s * 1000:.1f} ms, stop {stop_s:.1f} s")
    if left := [pid for pids in processes.values() for pid in pids if _lives(pid)] + _using(stack.folder):
        sys.exit(f"{stack.name} has left {left}")


def _connected(address):
    return socket.create_connection(address, timeout=MESSAGE_S)


def _post(stack, poster, text):
    poster.sendall(stack.post_request(ROOM, text))
    head, _, body = _receive(poster, b"\r\n\r\n").partition(b"\r\n\r\n")
    if int(head.split()[1]) not in stack.posted:
        sys.exit(f"{stack.name} has answered a post with {head.decode()}")
    if b"chunked" in head.lower():
        _receive(poster, b"0\r\n\r\n", body)
        return
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
    while len(body) < length:
        body += poster.recv(65536)


def _receive(connection, wanted, seen=b""):
    while wanted not in seen:
        data = connection.recv(65536)
        if not data:
            sys.exit(f"the connection ended after {seen!r}, before {wanted!r}")
        seen += data
    return seen


def _lives(pid):
    return _words(pid, "cmdline") != b""


def _using(folder):
    """Return the pids of other processes with the folder in their command line or environment."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    return [pid for pid in pids if os.fsencode(folder) in _words(pid, "cmdline") + _words(pid, "environ")]


def _words(pid, file):
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    main(sys.argv[1:])
