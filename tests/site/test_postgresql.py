"""PostgreSQL's connection pool: it never gives out a connection that the server has closed."""

import pytest
from django.db import connection

from tests.helpers.posting import post
from tests.helpers.running import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def process_of_this_connection():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_connection_that_the_server_has_closed_is_not_used_again(client):
    killed = connection.pool.getconn()
    process = killed.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
    connection.pool.putconn(killed)
    seen = set()
    for _ in range(2 * len(connection.pool._pool) + 2):
        connection.close()
        seen.add(process_of_this_connection())
        assert post(client).status_code == 200
    assert process not in seen


def test_the_pool_replaces_a_connection_that_the_server_has_closed():
    """Otherwise each closed connection would take one place of the pool, until none is left."""
    pool = connection.pool

    def in_use():  # by threads of other tests
        stats = pool.get_stats()
        return stats["pool_size"] - stats["pool_available"]

    connection.close()
    before = in_use()
    killed = pool.getconn()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [killed.info.backend_pid])
    connection.close()
    pool.putconn(killed)
    for _ in range(2 * len(pool._pool) + 2):
        connection.ensure_connection()
        connection.close()
    assert killed not in pool._pool
    wait_for(lambda: in_use() == before, 10)
