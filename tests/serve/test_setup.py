"""bin/setup: what it installs, when it leaves that alone, and what it says."""

import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "bin" / "setup"
LIMIT_S = 120

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

    def run(self, command):
        """Run a function of bin/setup; return (whether it succeeded, what it said)."""
        script = f'PATH="{self.fakes}:$PATH"; . ./setup; {command}'
        done = subprocess.run(["sh", "-euc", script], cwd=self.project, capture_output=True, text=True, timeout=LIMIT_S)
        return done.returncode == 0, done.stdout + done.stderr

    def installs(self):
        """Return what apt-get was asked to install, once for each time."""
        asked = self.state / "asked"
        lines = asked.read_text().splitlines() if asked.exists() else []
        return [line.partition(" install ")[2] for line in lines if " install " in line]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_a_missing_package_is_installed_where_we_may(machine):
    machine.is_so("available", "may-install", "installed-nodejs")
    assert machine.run("install_packages pushpin nodejs") == (True, "Installing pushpin (apt-get install) …\n")
    assert machine.installs() == ["pushpin"]


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


def test_requirements_are_installed_once_and_again_when_they_change(machine):
    requirements = machine.project / "requirements.txt"
    requirements.write_text("# nothing\n")
    succeeded, said = machine.run("install_requirements requirements.txt")
    assert succeeded, said
    assert "Installing requirements.txt" in said
    assert machine.run("install_requirements requirements.txt") == (True, "")

    requirements.write_text("# something else\n")
    assert machine.run("install_requirements requirements.txt") == (True, "Installing requirements.txt into .venv …\n")

    requirements.write_text("./no-such-package\n")
    succeeded, said = machine.run("install_requirements requirements.txt")
    assert not succeeded
    assert "Installing requirements.txt failed" in said

    requirements.write_text("# mended\n")
    succeeded, said = machine.run("install_requirements requirements.txt")
    assert succeeded, said
    assert "Making .venv" in said, "what pip left half done must not be built upon"
