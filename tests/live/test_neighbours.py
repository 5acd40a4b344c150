"""Two chats on one database: a start says so if they have different GRIP proxies."""

from contextlib import nullcontext

import pytest

from chatsite.serve.neighbours import WARNING
from tests.helpers import postgres
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.running import Chat, wait_for
from tests.live.conftest import refuse

BACK_S = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The DATABASE_URL of an empty database."""
    if request.param == "postgresql" and not postgres.find_programs():
        refuse("PostgreSQL is not installed: sudo apt install postgresql")
    with nullcontext() if request.param == "sqlite" else postgres.Cluster() as cluster:
        yield cluster.new_database() if cluster else f"sqlite:///{tmp_path}/shared.sqlite3"


def test_a_start_warns_of_a_chat_with_other_proxies_on_the_same_database(database, tmp_path):
    with GripProxy() as one, GripProxy() as other:
        both = f"{one.uri}?key={KEY} {other.uri}?key={KEY}"
        with Chat.ready(tmp_path / "first", DATABASE_URL=database, GRIP_URL=both) as first:
            wait_for(lambda: len(first.pids_of("web worker")) == 2, BACK_S)
            with Chat.ready(tmp_path / "same", DATABASE_URL=database, GRIP_URL=both) as same:
                assert WARNING not in first.printed + same.printed
            with Chat.ready(tmp_path / "other", DATABASE_URL=database, GRIP_URL=f"{one.uri}?key={KEY}") as different:
                assert different.printed.count(WARNING) == 1
        with Chat.ready(tmp_path / "alone", DATABASE_URL=database, GRIP_URL=f"{one.uri}?key={KEY}") as alone:
            assert WARNING not in alone.printed
