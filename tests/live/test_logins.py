"""Wrong logins that come at once: they do not make anybody else wait."""

import threading
import time

import pytest

from tests.helpers.login import WRONG_PASSWORD, login
from tests.helpers.running import Chat

AT_A_TIME, WORKERS = 16, 2
QUICK_S = 5


@pytest.fixture
def quiet_chat(pushpin, tmp_path):
    """A chat of its own: the others would be kept out of their admin."""
    with Chat.ready(tmp_path) as chat:
        yield chat


def test_sixteen_wrong_logins_at_a_time_make_nobody_wait(quiet_chat):
    pages, over = [], threading.Event()

    def attack():
        while not over.is_set():
            pages.append(login(quiet_chat.url))

    attackers = [threading.Thread(target=attack) for _ in range(AT_A_TIME)]
    for attacker in attackers:
        attacker.start()
    waited = [seconds_for_a_post(quiet_chat) for _ in range(30)]
    over.set()
    for attacker in attackers:
        attacker.join()
    hashed = [page for page in pages if WRONG_PASSWORD in page]
    assert 0 < len(hashed) <= 5 * WORKERS
    assert len(hashed) < len(pages)
    assert max(waited) < QUICK_S


def seconds_for_a_post(chat):
    began = time.monotonic()
    chat.post("lobby", "Alice", "hello", 20)
    time.sleep(0.05)
    return time.monotonic() - began
