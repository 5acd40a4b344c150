"""SQLite's file: check it, copy it while the chat runs, put another one in its place.

This is plain sqlite3 without Django: a file may be damaged, or older than our tables.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

TABLE = "chat_chatmessage"
BESIDE = ("-wal", "-shm")  # what SQLite keeps beside the file while it is used, or after a crash


class BadFile(Exception):
    """One sentence: what is wrong with the file."""


def check(path: Path, thorough: bool = False) -> None:
    """Raise BadFile unless the file is a sound SQLite database; `thorough` also compares the indexes with the rows."""
    pragma = "integrity_check" if thorough else "quick_check"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=20)) as database:
            (found,) = database.execute(f"PRAGMA {pragma}(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BadFile(f"{path} is damaged or no SQLite database: {' '.join(found.split())}.")


def check_ours(path: Path) -> int:
    """Check the file thoroughly, and return how many messages it has."""
    check(path, thorough=True)
    with closing(sqlite3.connect(path)) as database:
        try:
            return database.execute(f"SELECT count(*) FROM {TABLE}").fetchone()[0]
        except sqlite3.OperationalError:
            raise BadFile(f"{path} is no database of this chat: it has no messages.") from None


@contextmanager
def checked_copy(source: Path, target: Path) -> Iterator[tuple[Path, int]]:
    """Yield the path of a checked copy beside `target`, and how many messages it has; in the end it becomes `target`.

    SQLite copies in one step, from one moment of the database. Others can read and write meanwhile.
    """
    if not source.exists():
        raise BadFile(f"There is no file {source}.")
    if not source.is_file() or not os.access(source, os.R_OK):
        raise BadFile(f"{source} is a folder, or we may not read it.")
    if not os.access(target.parent, os.W_OK):
        raise BadFile(f"We may not write to {target.parent}.")
    part = target.with_name(target.name + ".part")
    _remove(part)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=20)) as original,
            closing(sqlite3.connect(part)) as copy,
        ):
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        count = check_ours(part)
        yield part, count
        _flush(part)
        os.replace(part, target)
        _flush(target.parent)
    except sqlite3.DatabaseError as error:
        raise BadFile(f"{source} can't be copied: {error}.") from None
    finally:
        _remove(part)


def put_aside(path: Path, aside: Path) -> None:
    """Keep the file, and what SQLite has beside it, under another name too; leave nothing beside the path.

    SQLite would add an old -wal to a new file.
    """
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path, timeout=1)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            os.link(f"{path}{end}", f"{aside}{end}")
    for end in BESIDE:
        Path(f"{path}{end}").unlink(missing_ok=True)


def _remove(path: Path) -> None:
    for end in ("", "-journal", "-queue", *BESIDE):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Wait until the disk has the file, or the folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
