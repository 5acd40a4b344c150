"""bin/setup: what it installs, when it leaves that alone, and what it says."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "bin" / "setup"
LIMIT_S = 120
SOMEBODY_ELSE = "nobody" if os.getuid() == 0 else None  # root may write to every folder

FAKES = {
    "id": "echo 1000",
    "sudo": '[ -e "$STATE/may-install" ] && shift && exec "$@"',
    "dpkg-query": 'for name; do :; done; [ -e "$STATE/installed-$name" ] && echo "install ok installed"',
    "apt-cache": '[ -e "$STATE/available" ] && echo "  Candidate: 1.36.0-2" || echo "  Candidate: (none)"',
    "apt-get": 'echo "$*" >>"$STATE/asked"; [ ! -e "$STATE/broken" ]',
}


class Machine:
    """A project folder with bin/setup in it, on a machine whose apt and sudo are ours to decide."""

    def __init__(self, folder):
        self.project, self.fakes, self.state = folder / "the project", folder / "fakes", folder / "state"
        for made in (self.project, self.fakes, self.state):
            made.mkdir()
        shutil.copy(SETUP, self.project / "setup")
        for name, body in FAKES.items():
            (self.fakes / name).write_text(f"#!/bin/sh\nSTATE='{self.state}'\n{body}\n")
            (self.fakes / name).chmod(0o755)

    def is_so(self, *facts):
        for fact in facts:
            (self.state / fact).touch()

    def run(self, command, user=None):
        """Run a function of bin/setup, as `user` or as we are; return (whether it succeeded, what it said)."""
        script = f'PATH="{self.fakes}:$PATH"; . ./setup; {command}'
        done = subprocess.run(
            ["sh", "-euc", script], cwd=self.project, user=user, capture_output=True, text=True, timeout=LIMIT_S
        )
        return done.returncode == 0, done.stdout + done.stderr

    def installs(self):
        """Return what apt-get was asked to install, once for each time."""
        return [line.partition(" install ")[2] for line in self._asked() if " install " in line]

    def asks(self):
        """Return "update" or "install" for each time that apt-get was asked."""
        return ["install" if " install " in line else line.split()[-1] for line in self._asked()]

    def _asked(self):
        asked = self.state / "asked"
        return asked.read_text().splitlines() if asked.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory):
    """A machine where bin/setup has made .venv, which takes seconds."""
    machine = Machine(tmp_path_factory.mktemp("set-up"))
    (machine.project / "first.txt").write_text("# nothing\n")
    succeeded, said = machine.run("install_requirements first.txt")
    assert succeeded, said
    return machine


@pytest.fixture
def prepared(machine, set_up):
    """A machine that has an empty .venv already."""
    shutil.copytree(set_up.project / ".venv", machine.project / ".venv", symlinks=True)
    return machine


def test_a_missing_package_is_installed_where_we_may(machine):
    machine.is_so("available", "may-install", "installed-nodejs")
    assert machine.run("install_packages pushpin nodejs") == (
        True,
        "Asking for the list of packages (apt-get update) …\nInstalling pushpin (apt-get install) …\n",
    )
    assert machine.installs() == ["pushpin"]


def test_the_list_of_packages_is_renewed_once_a_day(machine):
    machine.is_so("available", "may-install")
    assert machine.run("install_packages pushpin; install_packages nodejs")[0]
    assert machine.asks() == ["update", "install", "install"]
    stamp = machine.project / ".venv" / "apt-updated"
    yesterday = stamp.stat().st_mtime - 25 * 3600
    os.utime(stamp, (yesterday, yesterday))
    assert machine.run("install_packages caddy")[0]
    assert machine.asks()[3:] == ["update", "install"]


def test_an_installed_package_is_left_alone(machine):
    machine.is_so("available", "may-install", "installed-pushpin")
    assert machine.run("install_packages pushpin") == (True, "")
    assert machine.installs() == []


def test_nothing_is_tried_where_we_may_not(machine):
    machine.is_so("available")
    assert machine.run("install_packages pushpin") == (False, "")
    assert machine.installs() == []


def test_nothing_is_tried_where_there_is_no_such_package(machine):
    machine.is_so("may-install")
    assert machine.run("install_packages pushpin") == (False, "")
    assert machine.installs() == []


def test_a_failed_install_names_its_log_and_is_not_tried_again_today(machine):
    machine.is_so("available", "may-install", "broken")
    succeeded, said = machine.run("install_packages pushpin")
    assert not succeeded
    assert said.endswith(f"Installing pushpin failed: see {machine.project}/.venv/apt.log\n")
    before = machine.installs()
    assert machine.run("install_packages pushpin") == (False, "")
    assert machine.installs() == before


def wheel(folder, name="greeting", version="1.0"):
    """Write a wheel that holds nothing but its metadata; return its path."""
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/RECORD", "")
    return path


def test_a_package_is_installed_only_if_its_hash_is_the_listed_one(prepared):
    package = wheel(prepared.project)
    good = hashlib.sha256(package.read_bytes()).hexdigest()
    requirements = prepared.project / "requirements.txt"
    requirements.write_text(f"{package.as_uri()} --hash=sha256:{good}\n")
    succeeded, said = prepared.run("install_requirements requirements.txt")
    assert succeeded, said

    requirements.write_text(f"{package.as_uri()} --hash=sha256:{'0' * 64}\n")
    succeeded, said = prepared.run("install_requirements requirements.txt")
    assert not succeeded
    assert "a downloaded file is not the one that requirements.txt names (its hash differs)" in said


def test_a_package_without_a_hash_is_refused(prepared):
    (prepared.project / "requirements.txt").write_text(f"{wheel(prepared.project).as_uri()}\n")
    succeeded, said = prepared.run("install_requirements requirements.txt")
    assert not succeeded
    assert "Hashes are required" in said


def test_two_files_of_one_name_are_both_installed(prepared):
    (prepared.project / "bench").mkdir()
    for name in ("requirements.txt", "bench/requirements.txt"):
        (prepared.project / name).write_text("# nothing\n")
        succeeded, said = prepared.run(f"install_requirements {name}")
        assert succeeded, said
        assert f"Installing {name}" in said


@pytest.mark.parametrize("locked", ["", "/.venv", "/.venv/pip.log"])
def test_a_folder_that_belongs_to_somebody_else_is_one_sentence_with_the_cure(locked):
    with tempfile.TemporaryDirectory() as name:  # everybody may look into it, unlike pytest's folders
        folder = Path(name)
        folder.chmod(0o755)
        machine = Machine(folder)
        (machine.project / "requirements.txt").write_text("# nothing\n")
        if locked:
            (machine.project / ".venv").mkdir()
            (machine.project / ".venv" / "pip.log").touch()
        for path in machine.project.rglob("*"):
            path.chmod(0o777)
        Path(f"{machine.project}{locked}").chmod(0o555)
        succeeded, said = machine.run("install_requirements requirements.txt", user=SOMEBODY_ELSE)
    assert not succeeded
    assert said == (
        f"1000 may not write to {machine.project}{locked}. Start as the user that owns it, "
        f"or make it yours: sudo chown -R 1000 '{machine.project}'\n"
    )


def test_of_a_folder_that_belongs_to_root_only_venv_must_be_ours():
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        machine = Machine(Path(name))
        (machine.project / "requirements.txt").write_text("# nothing\n")
        (machine.project / ".venv").mkdir()
        (machine.project / ".venv").chmod(0o777)
        succeeded, said = machine.run("install_requirements requirements.txt", user=SOMEBODY_ELSE)
    assert succeeded, said


def test_requirements_are_installed_once_and_again_when_they_change(prepared):
    requirements = prepared.project / "requirements.txt"
    requirements.write_text("# nothing\n")
    succeeded, said = prepared.run("install_requirements requirements.txt")
    assert succeeded, said
    assert "Installing requirements.txt" in said
    assert prepared.run("install_requirements requirements.txt") == (True, "")

    requirements.write_text("# something else\n")
    assert prepared.run("install_requirements requirements.txt") == (True, "Installing requirements.txt into .venv …\n")

    requirements.write_text("./no-such-package\n")
    succeeded, said = prepared.run("install_requirements requirements.txt")
    assert not succeeded
    assert "Installing requirements.txt failed" in said

    requirements.write_text("# mended\n")
    succeeded, said = prepared.run("install_requirements requirements.txt")
    assert succeeded, said
    assert "Making .venv" in said, "what pip left half done must not be built upon"
