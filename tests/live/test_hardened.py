"""The chat under the restrictions of deploy/chat.service and deploy/chat-pushpin.service."""

import os
import secrets
import subprocess
import tempfile
from pathlib import Path

import pytest

from chatsite.serve import instance
from tests.helpers.machines import PUSHPIN
from tests.helpers.running import ANSWER_S, PROJECT, RUN, Chat, spare_port
from tests.live.conftest import program, refuse

PYTHON = "/usr/bin/python3"  # Debian's, for which it has python3-seccomp
HARDENED = PROJECT / "tests" / "helpers" / "hardened.py"


@pytest.fixture(scope="module")
def hardened(pushpin):
    """Return a function that makes the command to run a command under the restrictions of a unit."""
    if os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("only root may restrict a program like systemd, and in some containers not even root")
    program("systemd-analyze", "systemd-analyze is not installed: sudo apt install systemd")
    if subprocess.run([PYTHON, "-c", "import seccomp"], capture_output=True).returncode:
        refuse("python3-seccomp is not installed: sudo apt install python3-seccomp")
    return lambda unit, data_dir, *command: (
        *("unshare", "--mount", PYTHON, HARDENED, PROJECT / "deploy" / unit, data_dir),
        *command,
    )


@pytest.fixture
def data_dir():
    """A folder with a short path outside /tmp, like /var/lib/chat."""
    with tempfile.TemporaryDirectory(prefix="chat-", dir="/var/tmp") as path:
        yield Path(path)


def test_a_conversation_on_one_machine(hardened, room, data_dir):
    with Chat.ready(data_dir, command=hardened("chat.service", data_dir, RUN)) as chat:
        assert [name for name in chat.names() if "push" in name or name in ("condure", "zurl")] == [
            *("condure", "pushpin", "pushpin-handler", "pushpin-proxy", "zurl")
        ]
        assert restrictions(chat) == {("1", "2", "0" * 16)}
        with chat.listen(room) as bob:
            assert chat.post(room, "Alice", "Hello") == bob.message()
            # The service has a /tmp of its own, so a command must find Pushpin in DATA_DIR.
            assert instance.path_for(data_dir).parent == data_dir
            chat.manage("pause", "back at 12")
            assert bob.next("room-changed")["paused"] == "back at 12"


def test_a_conversation_through_a_pushpin_of_its_own(hardened, room, tmp_path):
    web, front, control = (f"127.0.0.1:{spare_port()}" for _ in range(3))
    url = f"http://{control}?key={secrets.token_hex(32)}"
    data_dir = tmp_path / "pushpin"
    command = hardened("chat-pushpin.service", data_dir, PUSHPIN, web)
    with (
        Chat.ready(tmp_path / "web", PORT=web.split(":")[1], GRIP_URL=url) as chat,
        Chat(data_dir, command=command, PORT=front.split(":")[1], GRIP_URL=url) as pushpin,
    ):
        pushpin.wait_for_line("Pushpin is ready", 6 * ANSWER_S)
        assert restrictions(pushpin) == {("1", "2", "0" * 16)}
        with pushpin.listen(room) as bob:
            assert chat.post(room, "Alice", "Hello") == bob.message()


def restrictions(chat):
    """Return what the kernel says of all its processes: no new privileges, filtered system calls, no capabilities."""
    return {
        tuple(status[name] for name in ("NoNewPrivs", "Seccomp", "CapBnd"))
        for pid in [chat.pid, *chat.processes()]
        for status in [dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())]
    }
