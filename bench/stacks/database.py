"""The database of a stack: a new PostgreSQL server or a new SQLite file."""

import shutil
from pathlib import Path

from tests.helpers.postgres import Cluster, find_programs
from tests.torture.stack import uninterrupted

from .child import CannotStart

KINDS = ("sqlite", "postgresql")


class Database:
    """The DATABASE_URL of a database, and the processes of its server."""

    def __init__(self, url, postmaster=None):
        self.url, self._postmaster = url, postmaster

    def processes(self):
        """Return {"postgres": [pid, ...]}, or nothing for SQLite."""
        if self._postmaster is None:
            return {}
        return {"postgres": [self._postmaster, *_children(self._postmaster)]}


def start(kind, stack, folder):
    """Return the new Database; its server ends with the ExitStack."""
    if kind == "sqlite":
        return Database(f"sqlite:///{folder}/chat.sqlite3")
    if not find_programs():
        raise CannotStart("There is no PostgreSQL server on this machine: initdb was not found.")
    cluster = Cluster(durable=True)
    stack.callback(shutil.rmtree, cluster.folder, ignore_errors=True)
    with uninterrupted():
        stack.enter_context(cluster)
    postmaster = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    return Database(cluster.new_database(), postmaster)


def _children(parent):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # "pid (name) state parent …"; the name may contain spaces and brackets
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found
