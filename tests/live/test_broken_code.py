"""Somebody changes the code on the disk while the chat runs: it goes on, and a new process loads all new files."""

import signal
from pathlib import Path

import pytest

from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.running import Chat, kill, path_without, wait_for

BACK_S = 30  # "within seconds", on a machine that has other things to do
BREAKS = {
    "chat/api/views.py": "def broken(:\n",
    "chat/urls.py": "import no_such_module\n",
    "chatsite/wsgi.py": "raise RuntimeError('not today')\n",
}


@pytest.fixture
def chat(project, tmp_path):
    with (
        GripProxy() as proxy,
        Chat.ready(tmp_path / "data", command=[project / "bin" / "run"], GRIP_URL=f"{proxy.uri}?key={KEY}") as chat,
    ):
        wait_for(lambda: sum(has_loaded(pid) for pid in chat.pids_of("web worker")) == 2, BACK_S)
        yield chat


def has_loaded(pid):
    """Return whether the worker has loaded the code: then it has a second thread, for maintenance."""
    return len(list(Path(f"/proc/{pid}/task").glob("*"))) > 1


@pytest.mark.parametrize("path", BREAKS)
def test_broken_code_is_not_taken_and_the_killed_worker_comes_when_it_is_repaired(chat, project, path):
    sound = (project / path).read_text()
    old = set(chat.pids_of("web worker"))
    (project / path).write_text(BREAKS[path] + sound)

    chat.signal(signal.SIGUSR1)
    chat.wait_for_line("The workers were not replaced", BACK_S)
    assert set(chat.pids_of("web worker")) == old

    kill(old.pop())
    line = chat.wait_for_line("A worker can't start", BACK_S)
    assert f"({path}, line 1)" in line
    chat.post("lobby", "Alice", "The other worker serves.")

    kill(old.pop())
    chat.wait_for_line("A worker can't start", BACK_S)
    said = len(chat.printed)
    (project / path).write_text(sound)
    chat.post("lobby", "Alice", "And it heals.", seconds=BACK_S)
    assert len(chat.pids_of("web master")) == 1
    assert not [line for line in chat.printed[said:] if "Traceback" in line or "starting it again" in line]


def test_new_workers_load_all_the_new_code(chat, project):
    """Their master has loaded some of our modules too, at its own start."""
    append(project / "chatsite" / "env.py", "NEW = True")
    append(project / "chatsite" / "settings.py", "assert env.NEW")
    old = set(chat.pids_of("web worker"))
    chat.signal(signal.SIGUSR1)
    wait_for(lambda: len(set(chat.pids_of("web worker")) - old) == 2 and not old & {*chat.processes()}, BACK_S)
    chat.post("lobby", "Alice", "Is that new?", seconds=BACK_S)
    assert not any("A worker can't start" in line for line in chat.printed)


def test_pushpin_starts_again_with_the_templates_that_bin_run_knows(pushpin, project, tmp_path):
    with Chat.ready(tmp_path / "data", command=[project / "bin" / "run"]) as chat:
        for name in ("pushpin.conf", "routes"):
            append(project / "deploy" / name, "# $word_of_another_version")
        kill(chat.pids_of("pushpin")[0])
        chat.wait_for_line("starting it again", BACK_S)
        wait_for(lambda: posts(chat), BACK_S)


def append(path, line):
    path.write_text(f"{path.read_text()}{line}\n")


@pytest.mark.parametrize("victim", ["web master", "web worker"])
def test_in_embedded_mode_it_heals_too(project, tmp_path, victim):
    programs = path_without(tmp_path / "bin", {"pushpin", "apt-get"})
    path = project / "chat" / "models" / "__init__.py"
    with Chat.ready(tmp_path / "data", command=[project / "bin" / "run"], PATH=str(programs)) as chat:
        sound = path.read_text()
        path.write_text("import no_such_module\n" + sound)
        kill(chat.pids_of(victim)[0])
        chat.wait_for_line("A worker can't start", BACK_S)
        path.write_text(sound)
        wait_for(lambda: posts(chat), BACK_S)
        assert sum("A worker can't start" in line for line in chat.printed) == 1


def posts(chat):
    try:
        return chat.post("lobby", "Alice", "It heals.", seconds=3)
    except (AssertionError, OSError):
        return False
