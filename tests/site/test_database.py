"""DATABASE_URL: it selects the database, and the site adds safe options."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from chatsite.database import from_url


def test_without_a_url_the_database_is_sqlite_in_the_data_dir(tmp_path):
    config = from_url(None, tmp_path / "data")
    assert config["ENGINE"] == "chatsite.sqlite3"
    assert config["NAME"] == tmp_path / "data" / "chat.sqlite3"


@pytest.mark.parametrize("url", [None, "sqlite:////srv/chat.sqlite3"])
def test_a_sqlite_transaction_takes_the_write_lock_at_its_beginning(tmp_path, url):
    options = from_url(url, tmp_path)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["init_command"] == "PRAGMA journal_mode=WAL"
    assert options["timeout"] == 20


def test_a_url_may_name_the_sqlite_file(tmp_path):
    assert from_url("sqlite:////srv/chat.sqlite3", tmp_path / "data")["NAME"] == "/srv/chat.sqlite3"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_is_used_through_a_pool_of_connections(tmp_path, scheme):
    config = from_url(f"{scheme}://alice:p%40ss@db:5433/chat", tmp_path)
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["USER"], config["PASSWORD"]) == ("alice", "p@ss")
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db", 5433, "chat")
    assert config["OPTIONS"]["pool"]["max_size"] == 8
    assert config["CONN_MAX_AGE"] == 0  # each connection goes back into the pool
    assert config["OPTIONS"]["tcp_user_timeout"] == 10_000


def test_options_in_the_url_are_added_to_the_sites_own(tmp_path):
    options = from_url("postgres://db/chat?sslmode=require&connect_timeout=9", tmp_path)["OPTIONS"]
    assert (options["sslmode"], options["connect_timeout"]) == ("require", 9)
    assert "pool" in options


@pytest.mark.parametrize(
    "url",
    [
        "mysql://alice:geheim@db/chat",
        "postgres://alice:geheim@db:port/chat",
        "postgres://alice:ge?heim@db/chat?geheim",
        "postgres://alice:geheim@/",
        "postgres://alice:geheim@[::1/chat",
        "alice:geheim@db",
        "geheim",
        "sqlite://",
        "sqlite://:memory:",
    ],
)
def test_the_refusal_of_an_invalid_url_shows_no_secret(tmp_path, url):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL='.*' won't do: write postgres://") as raised:
        from_url(url, tmp_path)
    assert "heim" not in str(raised.value)
    assert "alice" not in str(raised.value)


def test_the_refusal_of_a_url_names_its_host_and_database(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL='mysql://db:3306/chat'"):
        from_url("mysql://alice:geheim@db:3306/chat?password=geheim", tmp_path)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite")
def test_the_tests_use_sqlite_in_the_same_modes_as_the_site():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.transaction_mode == "IMMEDIATE"
