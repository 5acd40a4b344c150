"""Caddy in front of bin/run: deploy/Caddyfile with another name and our own certificate in it."""

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from tests.helpers.certificate import write_certificate
from tests.helpers.machines import is_refused, with_private_admin
from tests.helpers.running import PROJECT, STOP_S, wait_for

CADDYFILE = PROJECT / "deploy" / "Caddyfile"
START_S = 30


class Caddy:
    """Runs while in `with`, at `url`. With `admin_from`, an address, the file's block for the admin is in force."""

    def __init__(self, folder, port, chat, admin_from=None):
        self._folder, self._admin_from = Path(folder), admin_from
        self._server, self._web = urlsplit(chat.url).netloc, f"127.0.0.1:{chat.web_port}"
        self.port, self.url = port, f"https://127.0.0.1:{port}"
        self._process = None

    def __enter__(self):
        self._folder.mkdir()
        write_certificate(self._folder)
        log = (self._folder / "log").open("w")
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", self._write()]
        own = {"HOME": str(self._folder), "XDG_DATA_HOME": str(self._folder), "XDG_CONFIG_HOME": str(self._folder)}
        self._process = subprocess.Popen(command, env=own, stdout=log, stderr=log)
        wait_for(lambda: self._process.poll() is not None or not is_refused(self.url), START_S)
        assert self._process.poll() is None, (self._folder / "log").read_text()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(STOP_S)

    def _write(self):
        text = CADDYFILE.read_text()
        site = "chat.example.com {"
        own = f"{self.url} {{\n\ttls {self._folder}/fullchain.pem {self._folder}/privkey.pem"
        assert text.count(site) == 1
        assert text.count("127.0.0.1:8000") == text.count("127.0.0.1:8001") == 1
        text = text.replace(site, own).replace("127.0.0.1:8000", self._server).replace("127.0.0.1:8001", self._web)
        if self._admin_from:
            text = with_private_admin(text, "@strangers {", "respond @strangers 403", self._admin_from)
        options = "\tadmin off\n\tauto_https disable_redirects\n"
        assert text.count("\n{\n") == 1
        text = text.replace("\n{\n", "\n{\n" + options)
        path = self._folder / "Caddyfile"
        path.write_text(text)
        return path
