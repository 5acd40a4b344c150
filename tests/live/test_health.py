"""What a running chat says about itself while PostgreSQL is away, what it logs, and what the doctor finds."""

import json

from tests.helpers.manage import manage
from tests.helpers.running import Chat, wait_for

SEEN_S = 60


def said(chat, path):
    status, body = chat.request("GET", path)
    return status, json.loads(body)


def doctor(chat, url):
    return manage(chat.data_dir, "doctor", DATABASE_URL=url).stdout


def test_readiness_the_log_and_the_doctor_follow_the_database(pushpin, cluster, tmp_path):
    url = cluster.new_database()
    with Chat.ready(tmp_path, DATABASE_URL=url) as chat:
        assert said(chat, "/-/ready") == (200, {"ok": True})
        assert "WRONG" not in (found := doctor(chat, url))
        assert "ok     a message is posted" in found
        cluster.stop()
        wait_for(lambda: said(chat, "/-/ready") == (503, {"ok": False}), SEEN_S)
        assert said(chat, "/-/live") == (200, {"ok": True})
        chat.wait_for_line("The database can't be used", SEEN_S)
        assert "WRONG  chat.E203: The database can't be used" in doctor(chat, url)
        cluster.start()
        wait_for(lambda: said(chat, "/-/ready") == (200, {"ok": True}), SEEN_S)
        chat.wait_for_line("The database can be used again", SEEN_S)
        lines = [line for line in chat.printed if "The database can't be used" in line]
        assert 1 <= len(lines) <= 2  # one for each worker that has noticed
