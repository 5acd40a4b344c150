"""How long everybody else waits during an attack: .venv/bin/python -m bench.slow_clients [nginx|bare] [rounds]

`nginx` is deploy/nginx.conf in front of a chat (the default), `bare` is bin/run alone. 500 slow clients of one kind
come at a time, and each that the server ends comes back at once. Meanwhile people ask for pages, lists and streams, and
post. For each kind of their requests it prints the p99 of the seconds until the answer: the median of the rounds (3 by
default), with the lowest and the highest. Each p99 is of at least 200 requests, or of as many as were answered in 60 s.
"""

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from tests.helpers.machines import NGINX, Nginx, Proxy
from tests.helpers.running import Chat, spare_port
from tests.helpers.slow_clients import SlowClients
from tests.helpers.victims import KINDS, Victims

ATTACKERS, WANTED, LONGEST_S, PATIENCE_S, EACH = 500, 200, 60, 90, 4


def attacked(address, kind):
    """Return {kind of request: its p99 in seconds} and the number of failed requests, during an attack."""
    slow = SlowClients(address, kind, ATTACKERS, renew=True) if kind else nullcontext()
    with slow as attack, Victims(address, PATIENCE_S, each=EACH) as victims:
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until and min(len(victims.seconds(one)) for one in KINDS) < WANTED:
            if attack:
                attack.left()
            time.sleep(0.1)
    return {one: p99(victims.seconds(one)) for one in KINDS}, len(victims.failed())


def p99(seconds):
    return seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)] if seconds else float("inf")


def measure(address, rounds):
    found, failed = defaultdict(list), defaultdict(int)
    for _ in range(rounds):
        for attack in (None, *SlowClients.KINDS):
            figures, failures = attacked(address, attack)
            failed[attack] += failures
            for one, seconds in figures.items():
                found[attack, one].append(seconds)
            time.sleep(2)
    for attack in (None, *SlowClients.KINDS):
        cells = [f"{one} {spread(found[attack, one])}" for one in KINDS]
        print(f"{attack or 'nobody attacks'}: p99 in s: {', '.join(cells)}; {failed[attack]} failed", flush=True)


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def main(setup="nginx", rounds="3"):
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trusted = {"TRUSTED_PROXIES": NGINX} if setup == "nginx" else {}
        chat = stack.enter_context(Chat.ready(folder / "chat", **trusted))
        server = urlsplit(chat.url)
        address = server.hostname, server.port
        if setup == "nginx":
            nginx = stack.enter_context(Nginx(folder / "nginx", spare_port(), spare_port()))
            nginx.start([server.netloc], [Proxy(server.netloc, control_port=0)])
            address = "127.0.0.1", nginx.port
        for _ in range(60):
            chat.post("long", "Alice", "x" * 6000)
        measure(address, int(rounds))


if __name__ == "__main__":
    main(*sys.argv[1:])
