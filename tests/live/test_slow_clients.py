"""Many clients that do not do their part, in front of nginx as deploy/nginx.conf has it: nobody else has to wait."""

import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from bench.load.readers import READER, Readers
from tests.helpers.machines import NGINX, Nginx, Proxy
from tests.helpers.running import Chat, spare_port
from tests.helpers.slow_clients import SlowClients
from tests.helpers.victims import KINDS, Victims
from tests.live.conftest import program

ATTACKERS, CROWD = 500, 1500
GONE_S, PATIENCE_S, CROWD_S = 20, 10, 30


@pytest.fixture
def readers():
    readers = Readers()
    yield readers
    readers.streams.close()


@pytest.fixture(scope="module")
def front(pushpin, tmp_path_factory):
    """The address of nginx in front of a chat that has a long list."""
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    folder = tmp_path_factory.mktemp("slow")
    with (
        Chat.ready(folder / "chat", TRUSTED_PROXIES=NGINX) as chat,
        Nginx(folder / "nginx", spare_port(), spare_port()) as nginx,
    ):
        server = urlsplit(chat.url).netloc
        nginx.start([server], [Proxy(server, control_port=0)])
        for _ in range(60):
            chat.post("long", "Alice", "x" * 6000)
        yield "127.0.0.1", nginx.port


def test_nobody_has_to_wait_for_slow_clients(front):
    """All of these are ended, everybody else is answered, and then a crowd may come."""
    with Victims(front, PATIENCE_S) as victims, ExitStack() as stack:
        attacks = [stack.enter_context(SlowClients(front, kind, ATTACKERS)) for kind in SlowClients.KINDS]
        until = time.monotonic() + GONE_S
        left = {attack.kind: attack.wait_until_gone(until - time.monotonic()) for attack in attacks}
        assert left == dict.fromkeys(SlowClients.KINDS, 0)
    assert victims.failed() == []
    assert all(len(victims.seconds(kind)) >= 10 for kind in KINDS)


def test_all_of_a_crowd_that_comes_after_an_attack_are_answered(front, readers):
    request = READER.format(room="lobby", host=front[0], port=front[1])
    with Victims(front, CROWD_S) as victims:
        went = readers.open([front], [request], CROWD, "event: stream-open", in_flight=CROWD)
    assert (went["opened"], went["failed"]) == (CROWD, {})
    assert victims.failed() == []
