"""What a running chat says about itself while PostgreSQL is away, and what it logs about that."""

import json

from tests.helpers.running import Chat, wait_for

SEEN_S = 60


def said(chat, path):
    status, body = chat.request("GET", path)
    return status, json.loads(body)


def test_readiness_and_the_log_follow_the_database(pushpin, cluster, tmp_path):
    with Chat.ready(tmp_path, DATABASE_URL=cluster.new_database()) as chat:
        assert said(chat, "/-/ready") == (200, {"ok": True})
        cluster.stop()
        wait_for(lambda: said(chat, "/-/ready") == (503, {"ok": False}), SEEN_S)
        assert said(chat, "/-/live") == (200, {"ok": True})
        chat.wait_for_line("The database can't be used", SEEN_S)
        cluster.start()
        wait_for(lambda: said(chat, "/-/ready") == (200, {"ok": True}), SEEN_S)
        chat.wait_for_line("The database can be used again", SEEN_S)
        lines = [line for line in chat.printed if "The database can't be used" in line]
        assert 1 <= len(lines) <= 2  # one for each worker that has noticed
