"""The chat has one version number, in chat/__init__.py; everything else that has one takes it from there."""

import importlib
import shutil
import subprocess
from pathlib import Path

import pytest

import chat

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

PROJECT = Path(__file__).resolve().parents[1]
SAID_S = 20


@pytest.fixture
def fresh_clone(tmp_path):
    """A folder with the files that bin/run needs to answer, where nothing is set up."""
    shutil.copytree(PROJECT / "bin", tmp_path / "bin")
    (tmp_path / "chat").mkdir()
    shutil.copy(PROJECT / "chat" / "__init__.py", tmp_path / "chat")
    return tmp_path


def run(clone, *arguments):
    return subprocess.run([clone / "bin" / "run", *arguments], capture_output=True, text=True, timeout=SAID_S)


def test_bin_run_prints_the_version_and_sets_nothing_up(fresh_clone):
    done = run(fresh_clone, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"chat {chat.__version__}\n", "")
    assert not (fresh_clone / ".venv").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["8001"], ["--version", "please"]])
def test_bin_run_refuses_any_other_argument_in_one_line(fresh_clone, arguments):
    done = run(fresh_clone, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "no argument but --version" in line
    assert not (fresh_clone / ".venv").exists()


def test_the_package_has_the_version_too():
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert "version" not in metadata["project"]
    assert metadata["project"]["dynamic"] == ["version"]
    module, _, name = metadata["tool"]["setuptools"]["dynamic"]["version"]["attr"].rpartition(".")
    assert getattr(importlib.import_module(module), name) == chat.__version__
