"""The chat's database: the test reads it directly, locks it and makes its commits fail."""

import sqlite3
import time
from contextlib import closing
from datetime import datetime, timezone

import psycopg

STORED = """
    SELECT room.eid, message.id, message."user", message.text, message.tag, message.change,
        message.deleted IS NOT NULL
    FROM chat_chatmessage message JOIN chat_chatroom room ON room.id = message.room_id ORDER BY message.id
"""
LOGGED = "SELECT channel, eid, type, data FROM django_eventstream_event ORDER BY channel, eid"
RECHECKS = "SELECT channel, eid, created FROM django_eventstream_event WHERE type = 'recheck'"


class Database:
    """The part that SQLite and PostgreSQL share."""

    def stored(self):
        """Return the rows of all messages, ordered by id: (room, id, sender, text, tag, change, deleted)."""
        return self._rows(STORED)

    def logged(self):
        """Return the rows of all events, ordered by channel and event id: (channel, event id, type, data)."""
        return self._rows(LOGGED)

    def rechecks(self):
        """Return the rows of all rechecks: (channel, event id, the time of time.time())."""
        return [(channel, number, _seconds(created)) for channel, number, created in self._rows(RECHECKS)]

    def _rows(self, query):
        with closing(self._connect()) as connection:
            return connection.execute(query).fetchall()

    def _run(self, script):
        with closing(self._connect()) as connection:
            for statement in script:
                connection.execute(statement)

    def hold_lock(self, seconds):
        """Lock the database for all writers."""
        with closing(self._connect()) as connection:
            for statement in self.LOCK:
                connection.execute(statement)
            time.sleep(seconds)
            connection.execute("ROLLBACK")

    def refuse_commits(self, seconds):
        """Make about a third of the new messages fail, but only at their COMMIT."""
        self._run(self.REFUSE)
        try:
            time.sleep(seconds)
        finally:
            self._run(self.ACCEPT)


def _seconds(created):
    """Return the time of time.time(); SQLite keeps it as text, in UTC."""
    moment = datetime.fromisoformat(created).replace(tzinfo=timezone.utc) if isinstance(created, str) else created
    return moment.timestamp()


class SQLite(Database):
    LOCK = ("BEGIN IMMEDIATE",)
    REFUSE = (
        "CREATE TABLE torture_refused (room INTEGER REFERENCES chat_chatroom (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER torture_refuse AFTER INSERT ON chat_chatmessage WHEN abs(random()) % 3 = 0 "
        "BEGIN INSERT INTO torture_refused VALUES (-1); END",
    )
    ACCEPT = ("DROP TRIGGER torture_refuse", "DROP TABLE torture_refused")

    def __init__(self, path):
        self._path = path

    def _connect(self):
        return sqlite3.connect(self._path, timeout=20, isolation_level=None)


class PostgreSQL(Database):
    LOCK = ("BEGIN", "LOCK TABLE chat_chatroom IN ACCESS EXCLUSIVE MODE")
    REFUSE = (
        "CREATE FUNCTION torture_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF random() < 0.33 THEN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER torture_refuse AFTER INSERT ON chat_chatmessage "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION torture_refuse()",
    )
    ACCEPT = ("DROP TRIGGER torture_refuse ON chat_chatmessage", "DROP FUNCTION torture_refuse")

    def __init__(self, url, cluster):
        self._url, self._cluster = url, cluster

    def crash(self):
        """Stop the server as a power failure would, and start it again."""
        self._cluster.stop("immediate")
        self._cluster.start()

    def _connect(self):
        return psycopg.connect(self._url, autocommit=True)
