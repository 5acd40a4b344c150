"""The image of deploy/Dockerfile, built and run with buildah. This takes minutes, so it runs only with CONTAINER_BASE.

CONTAINER_BASE names the image to build on, or a tar file of Debian 12. CONTAINER_ARGUMENTS may hold more arguments for
buildah's commands `build` and `run`, for example for a package index of your own. Docker's port forwarding and its
timer for HEALTHCHECK are not tested here.
"""

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.helpers.running import PROJECT, Chat, spare_port
from tests.live.conftest import program

BASE = os.environ.get("CONTAINER_BASE")
ARGUMENTS = ["--isolation=chroot", *shlex.split(os.environ.get("CONTAINER_ARGUMENTS", ""))]
DATA_USER = 1000

pytestmark = pytest.mark.skipif(not BASE, reason="set CONTAINER_BASE to build and run the image: it takes minutes")


def buildah(*arguments):
    """Run buildah; return the last line that it prints."""
    done = subprocess.run(["buildah", *arguments], stdout=subprocess.PIPE, text=True, check=True, cwd=PROJECT)
    return (done.stdout.splitlines() or [""])[-1].strip()


@pytest.fixture(scope="module")
def image():
    """The image, built from a checkout of the last commit and what has changed since."""
    program("buildah", "buildah is not installed: sudo apt install buildah")
    base = BASE
    if Path(BASE).is_file():
        container = buildah("from", "scratch")
        buildah("add", container, str(Path(BASE).resolve()), "/")
        base = buildah("commit", "--rm", container, "chat-test-base")
    return buildah(
        *("build", *ARGUMENTS, "--format=docker", f"--build-arg=BASE={base}"),
        *("--ignorefile=deploy/Dockerfile.dockerignore", "--file=deploy/Dockerfile", "--tag=chat-test", "."),
    )


@pytest.fixture(scope="module")
def settings(image):
    """What the image says about itself: its user, its command, its HEALTHCHECK."""
    inspected = subprocess.run(["buildah", "inspect", "--type=image", image], capture_output=True, check=True)
    return json.loads(inspected.stdout)["Docker"]["config"]


@pytest.fixture(scope="module")
def container(image, settings):
    """The container in which the image's own command serves, on a port of this machine."""
    name, port = buildah("from", image), str(spare_port())
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, DATA_USER, DATA_USER)
        run = ["buildah", "run", *ARGUMENTS, f"--volume={folder}:/data", f"--env=PORT={port}", name, "--"]
        try:
            with Chat.ready(folder, command=[*run, *settings["Cmd"]], PORT=port) as chat:
                chat.run = run
                yield chat
        finally:
            buildah("rm", name)


def test_the_image_says_what_docker_needs(settings):
    assert settings["User"] == "chat"
    assert [*settings["ExposedPorts"]] == ["8000/tcp"]
    assert "DATA_DIR=/data" in settings["Env"]


def test_it_serves_localhost_without_any_setting(container, room):
    assert container.url == f"http://localhost:{container.port}/"
    with container.listen(room) as bob:
        message = container.post(room, "Alice", "Hello from a container")
        assert bob.message() == message
        last_event_id = bob.last_event_id
    missed = container.post(room, "Alice", "While you were away")
    with container.listen(room, last_event_id) as bob:
        assert bob.message() == missed


def test_it_is_healthy(container, settings):
    kind, *command = settings["Healthcheck"]["Test"]
    assert kind == "CMD"
    assert subprocess.run([*container.run, *command]).returncode == 0
    assert subprocess.run([*container.run, "env", "PORT=1", *command]).returncode == 1


def test_it_is_no_root_and_keeps_its_data_in_the_volume(container):
    assert {path.stat().st_uid for path in [*container.data_dir.rglob("*")]} == {DATA_USER}
    assert (container.data_dir / "chat.sqlite3").is_file()
