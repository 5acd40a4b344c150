"""A private PostgreSQL server for tests, in a temporary folder and on a Unix socket. It is removed at the end.

    python tests/helpers/postgres.py COMMAND [ARGUMENT ...]

runs the command with a DATABASE_URL of that server.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

OWNER = "postgres"  # the server refuses to run as root


def find_programs():
    """Return the folder of initdb and pg_ctl, None if there is none. Debian does not add it to PATH."""
    debian = (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    newest = max(debian, key=lambda folder: int(folder.parent.name), default=None)
    in_path = shutil.which("initdb")
    return newest or (Path(in_path).parent if in_path else None)


class Cluster:
    """The server: `with` starts and ends it, and new_database() makes the databases."""

    def __init__(self, durable=False):
        """Make commits wait for the disk if `durable`, as PostgreSQL does by default."""
        self.durable = durable
        self.programs = find_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="chat-pg-"))
        self.user = {"user": OWNER} if os.getuid() == 0 else {}
        self._databases = 0

    def __enter__(self):
        if self.user:
            shutil.chown(self.folder, OWNER)
        data = self.folder / "data"
        self._run(
            "initdb", "-D", data, "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"
        )
        self.start()
        return self

    def __exit__(self, *_):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        # No TCP. And commits need not wait for the disk: nobody needs the data after the test.
        options = f"-k {self.folder} -h '' -c max_connections=100" + ("" if self.durable else " -F")
        self._run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-o", options, "-w", "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def new_database(self):
        """Create a database and return its DATABASE_URL."""
        self._databases += 1
        name = f"chat{self._databases}"
        self._run("psql", "-h", self.folder, "-U", OWNER, "-d", "postgres", "-c", f"CREATE DATABASE {name}")
        return f"postgres://{OWNER}@{quote(str(self.folder), safe='')}/{name}"

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            **self.user,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")


if __name__ == "__main__":
    if not find_programs():
        sys.exit("There is no PostgreSQL server on this machine: initdb was not found.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the exit stops the server too
    with Cluster() as cluster:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": cluster.new_database()}).returncode)
