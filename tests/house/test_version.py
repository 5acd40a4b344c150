"""The chat has one version number, in chat/__init__.py; everything else that has one takes it from there."""

import shutil
import subprocess
import time
from pathlib import Path

import jwt
import pytest

import chat
from tests.helpers.grip_proxy import KEY

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

PROJECT = Path(__file__).resolve().parents[2]
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


@pytest.mark.parametrize("arguments", [["--help"], ["8001"], ["--version", "please"], ["--reload", "now"]])
def test_bin_run_refuses_any_other_argument_in_one_line(fresh_clone, arguments):
    done = run(fresh_clone, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "no argument but --version, --reload or --ready" in line
    assert not (fresh_clone / ".venv").exists()


def test_the_package_has_the_version_too():
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert "version" not in metadata["project"]
    assert metadata["project"]["dynamic"] == ["version"]
    assert metadata["tool"]["hatch"]["version"]["path"] == "chat/__init__.py"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/lobby", 200),
        ("/rooms/lobby/messages/", 200),
        ("/admin/", 302),
        ("/rooms/lobby/messages/?limit=x", 400),
        ("/no/such/address", 404),
    ],
)
def test_every_answer_names_the_version(client, address, status):
    answer = client.get(address)
    answer.close()
    assert (answer.status_code, answer["Chat-Version"]) == (status, chat.__version__)


@pytest.mark.django_db
def test_a_stream_names_the_version(client, settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 60}, KEY)
    answer = client.get("/events/?channel=room-lobby", headers={"Grip-Sig": signature})
    assert (answer["Grip-Hold"], answer["Chat-Version"]) == ("stream", chat.__version__)
