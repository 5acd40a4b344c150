"""A Django site of somebody else, which adds the chat as docs/embedding.md says, from the wheel."""

import json
import os
import re
import socket
import subprocess
import sys
import venv
from pathlib import Path
from urllib.parse import quote, urlencode

from chatsite.serve import instance
from chatsite.serve.sessions import Session
from tests.helpers.documents import BLOCK
from tests.helpers.listener import Listener
from tests.helpers.running import PROJECT, Front, wait_for

DOCUMENT = PROJECT / "docs" / "embedding.md"
HOST = PROJECT / "tests" / "embedding" / "host"
PREFIX = "/community/chat/"
DEBIANS = Path("/usr/share/pushpin/pushpin.conf.condure")
RUN_S, START_S = 120, 60


def build_wheel(folder, source=PROJECT):
    """Build the wheel of the chat into the folder; return its path."""
    python(
        ["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", folder, source], folder
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_python(folder, wheel=None, executable=None):
    """Make a virtualenv with all our packages, and with the wheel instead of our source; return its python."""
    venv.create(folder, with_pip=False)
    packages = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    own = next(folder.glob("lib/python*/site-packages"))
    (own / "others.pth").write_text(f"{packages}\n")
    if wheel:
        python(["-m", "pip", "install", "--no-deps", "--no-index", "-q", wheel], folder, folder / "bin" / "python")
    return folder / "bin" / "python"


def python(arguments, cwd, executable=sys.executable, **environment):
    """Run python with these arguments; return what it prints."""
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [executable, *arguments], cwd=cwd, env={**known, **environment}, capture_output=True, text=True, timeout=RUN_S
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def below(heading):
    """Return the document's text below a heading."""
    text = DOCUMENT.read_text()
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def blocks(heading):
    """Return [(language, text)], the code blocks below a heading of the document."""
    return BLOCK.findall(below(heading))


def templates(heading):
    """Return [(name, text)], the templates below a heading. The document names each right before its code."""
    named = re.findall(r"`([\w/]+\.html)`[^`]*\n\n```html\n(.*?)^```", below(heading), re.MULTILINE | re.DOTALL)
    assert len(named) == len([language for language, _ in blocks(heading) if language == "html"]), heading
    return named


class HostSite(Front):
    """A project that startproject has made, with what a host may have, and maybe with the chat."""

    def __init__(self, folder, executable, ports):
        self.folder, self.python = folder, executable
        self.web_port, self.control_port, self.front_port = ports
        self.url = f"http://127.0.0.1:{self.web_port}/"
        self._sessions = []
        folder.mkdir()

    def start_project(self, oddities=True):
        """Make the project as a new user does, and fill in what this host has."""
        python(["-m", "django", "startproject", "mysite", "."], self.folder, self.python)
        if oddities:
            for name in ("people", "notes", "templates"):
                subprocess.run(["cp", "-r", HOST / name, self.folder], check=True)
            self.append("settings", (HOST / "settings.txt").read_text())
            self.append("urls", (HOST / "urls.txt").read_text())
            self.manage("makemigrations", "people")
        else:
            self.append("settings", '\nALLOWED_HOSTS = ["*"]\n')

    def follow(self, heading):
        """Do what the document says below the heading: its edits, and its commands of manage.py."""
        self.follow_edits(heading)
        for language, text in blocks(heading):
            for line in self.with_ports(text).splitlines() if language == "console" else ():
                if line.startswith("$ python manage.py ") and "doctor" not in line:  # that needs a running site
                    self.manage(*line.split()[3:])

    def follow_edits(self, heading):
        """Make the edits that the document makes below the heading."""
        for language, text in blocks(heading):
            if language == "python":
                self.append("urls" if "urlpatterns" in text else "settings", f"\n{self.with_ports(text)}")
        for name, text in templates(heading):
            self.write(f"templates/{name}", text)

    def write(self, name, text):
        """Write a new file of the project."""
        path = self.folder / name
        assert not path.exists(), name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def with_ports(self, text):
        """Return the document's text with our ports instead of its own."""
        for written, ours in (("5561", self.control_port), ("8001", self.web_port), ("7999", self.front_port)):
            text = text.replace(f":{written}", f":{ours}")
        return text

    def append(self, module, text):
        """Write the text at the end of a module of the project."""
        with open(self.folder / "mysite" / f"{module}.py", "a") as file:
            file.write(text)

    def manage(self, *arguments):
        return python(["manage.py", *arguments], self.folder, self.python)

    def serve(self, heading, **environment):
        """Start the server that the document starts below this heading, and wait until it listens."""
        (line,) = [
            line
            for language, text in blocks(heading)
            for line in self.with_ports(text).splitlines()
            if "gunicorn mysite" in line
        ]
        words = line.split()[2:]
        self.start([self.python, *words], "web", **environment)
        wait_for(lambda: is_open(self.web_port), START_S)

    def start(self, command, name, **environment):
        """Start a program; stop() ends it."""
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.folder), instance.MARK: str(self.folder), **environment}
        # With another folder, python -m would find our source there, and not the wheel.
        command = ("env", f"--chdir={self.folder}", *map(str, command))
        session = Session(command, kept, output=self.folder / f"{name}.log")
        self._sessions.append(session)
        return session

    def start_pushpin(self, run_dir):
        """Start Debian's Pushpin with the four lines of the document, on ports of our own."""
        lines, new = [text for language, text in blocks("Pushpin") if language == "ini"]
        (routes,) = [text for language, text in blocks("Pushpin") if language == "" and text.startswith("*")]
        (run_dir / "routes").write_text(self.with_ports(routes))
        (run_dir / "pushpin.conf").write_text(debians_pushpin(lines, new, run_dir, self.front_port, self.control_port))
        self.start(["pushpin", f"--config={run_dir}/pushpin.conf", "--loglevel=1"], "pushpin")
        self.url = f"http://127.0.0.1:{self.front_port}/"
        wait_for(lambda: self._answers("/people/") or self._answers(PREFIX), START_S)

    def _answers(self, path):
        try:
            return self.request("GET", path)[0] == 200
        except OSError:
            return False

    def stop(self):
        while self._sessions:
            self._sessions.pop().end(2)

    # The chat's addresses, below its prefix
    def post(self, room, sender, text, seconds=10):
        body = urlencode({"from": sender, "text": text})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        path = f"{PREFIX}rooms/{quote(room, safe='')}/messages/"
        status, answer = self.request("POST", path, body, headers, seconds)
        assert status == 200, (status, answer)
        return json.loads(answer)

    def listen(self, room, last_event_id=None, seconds=20):
        path = f"{PREFIX}events/?{urlencode({'channel': f'room-{room}'})}"
        listener = Listener(self.url, room, last_event_id, seconds, path)
        listener.next("stream-open", seconds)
        return listener


def is_open(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def debians_pushpin(lines, new, run_dir, front_port, control_port):
    """Return Debian's configuration with these lines, the new ones below [proxy], and sockets and ports of our own."""
    text = DEBIANS.read_text()
    own = {
        **dict(line.split("=", 1) for line in lines.splitlines()),
        "rundir": run_dir,
        "logdir": run_dir,
        "ipc_prefix": "c-",
        "http_port": f"127.0.0.1:{front_port}",
        "push_in_http_port": control_port,
        "push_in_spec": "ipc://{rundir}/{ipc_prefix}push-in",
        "push_in_sub_specs": "ipc://{rundir}/{ipc_prefix}sub-in",
        "command_spec": "ipc://{rundir}/{ipc_prefix}command",
        "services": "condure,zurl,pushpin-proxy,pushpin-handler",
    }
    for name, value in own.items():
        text, count = re.subn(rf"^{name}=.*$", lambda _, line=f"{name}={value}": line, text, flags=re.MULTILINE)
        assert count == 1, name
    # zurl is a service of Debian; this one is ours.
    zurl = "".join(
        f"zurl_{kind}_specs=ipc://{{rundir}}/{{ipc_prefix}}zurl-{name}\n"
        for kind, name in (("out", "in"), ("out_stream", "in-stream"), ("in", "out"))
    )
    return text.replace("[proxy]\n", f"[proxy]\n{new}{zurl}")


def exchange(port, request):
    """Send the bytes of a request, which ends with "Connection: close"; return the bytes of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer
