"""The example of django-eventstream, behind Pushpin as Debian packages it, or without a proxy."""

import re
import shutil
import sys
from pathlib import Path

from tests.helpers.running import one_start_at_a_time

from . import database
from .child import CannotStart, Child, answers, spare_ports
from .stack import Stack, check_choice
from .uvicorn import uvicorn

SETTINGS = "bench.apps.ancestor.settings"
PACKAGED = Path("/etc/pushpin/pushpin.conf")
PAGE = "/lobby?user=bench"


class Ancestor(Stack):
    """The ancestor under gunicorn, with as many workers and threads as ours."""

    name = "ancestor"

    def __init__(self, database="sqlite", through="proxy"):
        """Posts go `through` Pushpin ("proxy") or directly to the web server ("straight")."""
        check_choice("through", through, "proxy", "straight")
        self._kind, self._through = database, through

    def _start(self, stack):
        self._database = database.start(self._kind, stack, self.folder)
        self.database_url = self._database.url
        with one_start_at_a_time():
            front, control, web = spare_ports(3)
            environment = {
                "DJANGO_SETTINGS_MODULE": SETTINGS,
                "DATABASE_URL": self.database_url,
                "GRIP_URL": f"http://127.0.0.1:{control}",
            }
            migrate(self.folder, environment)
            self._pushpin = stack.enter_context(_pushpin(self.folder, front, control, web))
            self._web = stack.enter_context(Child("gunicorn", _gunicorn(web), self.folder, **environment))
            self.reader_address = ("127.0.0.1", front)
            self.poster_address = ("127.0.0.1", front if self._through == "proxy" else web)
            self._web.wait_until(lambda: answers(("127.0.0.1", web), PAGE), "page")
            self._pushpin.wait_until(lambda: answers(self.reader_address, PAGE), "page through it")

    def processes(self):
        workers = self._web.workers()
        masters = [pid for pid in self._web.pids() if pid not in workers]
        web = {"web master": masters, "web worker": workers}
        return {**self._pushpin.programs(), **web, **self._database.processes()}


class AncestorNative(Stack):
    """The ancestor under uvicorn, in one process: a stream gets only the posts of its own process."""

    name = "ancestor-native"

    def __init__(self, database="sqlite"):
        self._kind = database

    def _start(self, stack):
        self._database = database.start(self._kind, stack, self.folder)
        self.database_url = self._database.url
        environment = {"DJANGO_SETTINGS_MODULE": SETTINGS, "DATABASE_URL": self.database_url}
        migrate(self.folder, environment)
        with one_start_at_a_time():
            (port,) = spare_ports(1)
            self.reader_address = self.poster_address = ("127.0.0.1", port)
            command = uvicorn(port, "--factory", "django.core.asgi:get_asgi_application")
            self._web = stack.enter_context(Child("uvicorn", command, self.folder, **environment))
            self._web.wait_until(lambda: answers(self.reader_address, PAGE), "page")

    def processes(self):
        return {"uvicorn": self._web.pids(), **self._database.processes()}


def migrate(folder, environment):
    """Create the tables."""
    command = (sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0")
    with Child("migrate", command, folder, **environment) as child:
        child.wait_until_done()


def _gunicorn(port):
    return (
        *(sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}"),
        *("--worker-class=gthread", "--workers=2", "--threads=4"),
        *("--no-control-socket", "--log-level=warning"),
        "django.core.wsgi:get_wsgi_application()",
    )


def _pushpin(folder, front, control, web):
    if not shutil.which("pushpin") or not PACKAGED.exists():
        raise CannotStart("Pushpin is not installed: sudo apt install pushpin")
    run_dir = folder / "run"
    run_dir.mkdir()
    (folder / "routes").write_text(f"* 127.0.0.1:{web}\n")
    configuration = folder / "pushpin.conf"
    configuration.write_text(_with_our_places(PACKAGED.read_text(), run_dir, front, control))
    return Child("pushpin", ("pushpin", f"--config={configuration}"), folder)


def _with_our_places(text, run_dir, front, control):
    """Return the packaged configuration with our folders and ports; its behaviour stays the same."""
    places = {
        "rundir": run_dir,
        "ipc_prefix": "p-",
        "services": "condure,zurl,pushpin-proxy,pushpin-handler",  # in Debian, zurl is a service of its own
        "http_port": f"127.0.0.1:{front}",
        "logdir": run_dir,
        "push_in_spec": "ipc://{rundir}/{ipc_prefix}push-in",
        "push_in_sub_specs": "ipc://{rundir}/{ipc_prefix}sub-in",
        "push_in_http_port": control,
        "command_spec": "ipc://{rundir}/{ipc_prefix}command",
    }
    for key, value in places.items():
        text, found = re.subn(rf"^{key}=.*$", f"{key}={value}", text, flags=re.MULTILINE)
        if found != 1:
            raise CannotStart(f"{PACKAGED} has {found} lines {key}=, not one: is it Debian's own?")
    return text.replace("[proxy]\n", f"[proxy]\n{ZURL}", 1)


ZURL = """zurl_out_specs=ipc://{rundir}/{ipc_prefix}zurl-in
zurl_out_stream_specs=ipc://{rundir}/{ipc_prefix}zurl-in-stream
zurl_in_specs=ipc://{rundir}/{ipc_prefix}zurl-out
"""
