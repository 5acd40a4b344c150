"""What /-/live and /-/ready say, to whom, and with which status."""

import json
import threading
import time

import jwt
import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from chat.grip import publisher, signature
from chat.health import database, proxy
from chat.web import write_probe
from tests.helpers.grip_proxy import KEY, GripProxy, event, use
from tests.helpers.posting import post
from tests.helpers.running import wait_for

PUBLIC = "203.0.113.7"


@pytest.fixture(autouse=True)
def new_probe(monkeypatch):
    """Forget what an earlier test found."""
    monkeypatch.setattr(database, "probe", database.Probe())


@pytest.fixture
def writes(monkeypatch):
    """Count the writes of the probe."""
    seen = []
    monkeypatch.setattr(database, "write", lambda: seen.append(1) or write_probe.write())
    return seen


def ready(client, peer="127.0.0.1", **headers):
    answer = client.get("/-/ready", REMOTE_ADDR=peer, headers=headers)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    return answer.status_code, answer.json()


def test_a_live_server_needs_no_database(client):
    answer = client.get("/-/live")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_ready_says_so_for_each_part(client, writes):
    words = {"database": database.CAN_WRITE, "migrations": database.ALL_APPLIED, "proxy": proxy.NONE}
    assert ready(client) == (200, {"ok": True, **words})
    assert writes


@pytest.mark.django_db(transaction=True)
def test_many_questions_are_one_write(client, writes):
    for _ in range(5):
        assert ready(client)[0] == 200
    assert len(writes) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.0.0.5", "::ffff:192.168.1.2"])
def test_the_inside_sees_the_parts(client, peer):
    assert "database" in ready(client, peer)[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        (PUBLIC, {}),
        ("unknown", {}),
        ("127.0.0.1", {"X-Forwarded-For": PUBLIC}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"X-Real-IP": PUBLIC}),
        ("127.0.0.1", {"Forwarded": f"for={PUBLIC}"}),
        ("127.0.0.1", {"Via": "1.1 nginx"}),
    ],
)
def test_the_public_sees_ok_or_not_and_nothing_else(client, peer, headers):
    assert ready(client, peer, **headers) == (200, {"ok": True})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["127.0.0.1", PUBLIC])
def test_who_comes_through_pushpin_is_the_public(client, grip_proxy, address):
    signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 60}, KEY)
    assert ready(client, **{"Grip-Sig": signature, "X-Forwarded-For": address})[1] == {"ok": True}
    assert ready(client, **{"Grip-Sig": signature})[1] == {"ok": True}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_write_is_a_503(client, monkeypatch):
    def full():
        raise OperationalError("disk is\nfull")

    monkeypatch.setattr(database, "write", full)
    status, said = ready(client)
    assert (status, said["ok"]) == (503, False)
    assert said["database"] == "The database can't be used: disk is full"
    assert ready(client, PUBLIC) == (503, {"ok": False})


@pytest.mark.django_db(transaction=True)
def test_a_hanging_database_is_a_503_and_is_asked_only_once(client, monkeypatch):
    go_on, hanging = threading.Event(), []
    monkeypatch.setattr(database, "write", lambda: hanging.append(1) or go_on.wait(60))
    monkeypatch.setattr(database, "KEPT_S", 0)
    try:
        for _ in range(3):
            status, said = ready(client)
            assert (status, said["database"]) == (503, "The database did not take a write within 1 s.")
        assert len(hanging) == 1
    finally:
        go_on.set()
    wait_for(lambda: ready(client)[0] == 200, 10)


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration_is_a_503_and_is_named(client):
    rows = MigrationRecorder(connection).migration_qs
    rows.filter(app="chat", name="0010_moderation").delete()
    try:
        status, said = ready(client)
    finally:
        MigrationRecorder(connection).record_applied("chat", "0010_moderation")
    assert (status, said["ok"]) == (503, False)
    assert said["migrations"] == "Migrations are missing: chat.0010_moderation. Run manage.py migrate."


@pytest.mark.django_db(transaction=True)
def test_a_dead_proxy_is_no_reason_to_take_the_server_out(client, settings):
    with GripProxy("refuse") as dead:
        use(settings, dead)
        assert ready(client)[1]["ok"] is True
        publisher.publish(event(1))
        wait_for(publisher.delays, 10)
        status, said = ready(client)
        assert (status, said["ok"]) == (200, False)
        assert f"1 event(s) not published to {dead.uri} yet" in said["proxy"]
        assert ready(client, PUBLIC) == (200, {"ok": False})
        dead.mode = "accept"
        publisher.flush(10)
        assert ready(client)[1]["ok"] is True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("age_s", "written", "words"),
    [
        (0, {"ok": True, "words": ""}, proxy.DELIVERS),
        (0, {"ok": False, "words": "zurl is stopped."}, "zurl is stopped."),
        (100, {"ok": True, "words": ""}, "The supervisor has not looked at Pushpin for 100 s."),
        (0, {"words": ""}, "What the supervisor wrote about Pushpin can't be read."),
    ],
)
def test_what_the_supervisor_saw_of_pushpin_counts(client, grip_proxy, settings, tmp_path, age_s, written, words):
    settings.CHAT_PULSE_FILE = tmp_path / "pulse.json"
    settings.CHAT_PULSE_FILE.write_text(json.dumps({"at": time.time() - age_s, **written}))
    status, said = ready(client)
    assert (status, said["ok"], said["proxy"]) == (200, words == proxy.DELIVERS, words)


@pytest.mark.django_db(transaction=True)
def test_a_proxy_whose_clock_is_wrong_is_named_without_any_reader(client, grip_proxy, monkeypatch):
    """The supervisor of each Pushpin asks for /-/live every few seconds. A stranger can send junk, but sign nothing."""
    assert client.get("/-/live", headers={"Grip-Sig": "junk"}).status_code == 200
    assert ready(client)[1]["ok"] is True
    late = jwt.encode({"iss": "pushpin", "exp": int(time.time()) - 3600}, KEY)
    assert client.get("/-/live", headers={"Grip-Sig": late}).json() == {"ok": True}
    status, said = ready(client)
    assert (status, said["ok"]) == (200, False)
    assert said["proxy"].startswith("The clock of a GRIP proxy is about 720")
    monkeypatch.setattr(signature, "KEPT_S", 0)
    assert ready(client)[1]["ok"] is True


@pytest.mark.django_db(transaction=True)
def test_the_probe_writes_nothing_that_anybody_sees(client):
    before = post(client).json()["id"]
    assert ready(client)[0] == 200
    assert post(client).json()["id"] == before + 1


@pytest.mark.parametrize("path", ["/-/live", "/-/ready"])
def test_another_method_is_a_405_in_json(client, path):
    answer = client.post(path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["errors"][0]["field"] == "method"
