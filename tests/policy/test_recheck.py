"""recheck: the readers of a room open their streams again, at most once in ten seconds."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_eventstream.models import Event, EventCounter

from chat import maintenance
from chat.events.log import current_event_number
from chat.events.send import send_event
from chat.messages import pause, room_deletion
from chat.models import ChatRoom, Recheck
from chat.policy import recheck
from chat.policy.recheck import Waiting, forget_old_rechecks
from tests.helpers.documents import BLOCK, DOCUMENTS
from tests.helpers.own_time import let_sleep
from tests.helpers.posting import post

pytestmark = pytest.mark.django_db(transaction=True)

ROOM = "room-lobby"


class Undone(Exception):
    pass


def rechecks(channel=ROOM):
    return [*Event.objects.filter(channel=channel, type="recheck").order_by("eid").values_list("eid", "data")]


def let_time_pass(seconds=10):
    """Move the last recheck of each room into the past."""
    for entry in Recheck.objects.exclude(ran=None):
        entry.ran -= timedelta(seconds=seconds)
        entry.save()


def is_close(item, number):
    return (item["id"], item["prev-id"], item["http-stream"]) == (str(number), str(number - 1), {"action": "close"})


def test_it_takes_the_rooms_next_number_and_closes_the_streams_with_it(client, grip_proxy):
    post(client)
    grip_proxy.next_item()
    recheck("lobby")
    assert rechecks() == [(2, '"{}"')]
    item = grip_proxy.next_item()
    assert item["channel"] == "events-room-lobby"
    assert is_close(item, 2)
    post(client)
    assert "http-stream" in (following := grip_proxy.next_item())
    assert (following["id"], following["prev-id"]) == ("3", "2")


def test_a_room_that_nobody_has_written_in_has_readers_too(grip_proxy):
    recheck("Lobby")
    assert is_close(grip_proxy.next_item(), 1)


def test_it_belongs_to_the_callers_transaction(grip_proxy):
    with transaction.atomic():
        recheck("lobby")
        assert grip_proxy.is_empty()
    assert is_close(grip_proxy.next_item(), 1)


def test_the_code_in_the_document_works():
    [code] = [code for language, code in BLOCK.findall(DOCUMENTS["docs/policies.md"]) if "transaction.atomic" in code]
    user, group = User.objects.create_user("alice"), Group.objects.create(name="private room")
    user.groups.add(group)
    exec(code, {"user": user, "group": group})
    assert not user.groups.exists()
    assert len(rechecks("room-private room")) == 1


def test_after_a_rollback_nothing_has_happened(grip_proxy):
    with pytest.raises(Undone), transaction.atomic():
        recheck("lobby")
        raise Undone
    assert not Recheck.objects.exists()
    assert current_event_number(ROOM) == 0
    recheck("lobby")
    assert is_close(grip_proxy.next_item(), 1)


def test_a_waiting_call_of_a_transaction_that_is_rolled_back_never_runs():
    recheck("lobby")
    with pytest.raises(Undone), transaction.atomic():
        recheck("lobby")
        raise Undone
    let_time_pass()
    Waiting().run()
    assert len(rechecks()) == 1


def test_a_name_that_no_room_can_have_is_refused():
    with pytest.raises(ValidationError):
        recheck("a/b")
    assert not EventCounter.objects.exists()


def test_several_rooms_are_rechecked_together_in_one_order():
    with transaction.atomic():
        recheck("b", "a", "b")
    assert [*Event.objects.order_by("id").values_list("channel", flat=True)] == ["room-a", "room-b"]


def test_many_calls_within_ten_seconds_end_the_streams_twice():
    for _ in range(5):
        recheck("lobby")
    assert len(rechecks()) == 1
    Waiting().run()
    assert len(rechecks()) == 1
    let_time_pass()
    for _ in range(3):
        Waiting().run()
    assert len(rechecks()) == 2


def test_another_room_does_not_wait():
    recheck("lobby")
    recheck("other")
    assert len(rechecks("room-other")) == 1


def test_a_call_after_ten_seconds_runs_at_once_and_nothing_waits_after_it():
    recheck("lobby")
    recheck("lobby")
    let_time_pass()
    recheck("lobby")
    assert len(rechecks()) == 2
    let_time_pass()
    Waiting().run()
    assert len(rechecks()) == 2


def test_a_clock_that_was_set_back_delays_no_recheck_for_long():
    recheck("lobby")
    let_time_pass(-3600)
    recheck("lobby")
    assert len(rechecks()) == 2


def test_two_processes_run_a_waiting_recheck_once():
    recheck("lobby")
    recheck("lobby")
    let_time_pass()
    begin = threading.Barrier(2)

    def run():
        waiting = Waiting()
        begin.wait()
        waiting.run()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rechecks()) == 2


def test_a_server_publishes_what_a_command_has_logged(grip_proxy, settings):
    """The command may have no proxy, or may end before its thread has published anything."""
    proxies, settings.GRIP_PROXIES = settings.GRIP_PROXIES, []
    recheck("lobby")
    settings.GRIP_PROXIES = proxies
    waiting = Waiting()
    waiting.run()
    assert is_close(grip_proxy.next_item(), 1)
    waiting.run()
    send_later("lobby")
    assert grip_proxy.next_item()["id"] == "2"


def test_a_server_does_not_publish_an_old_recheck(grip_proxy):
    recheck("lobby")
    grip_proxy.next_item()
    let_time_pass(3600)
    Waiting().run()
    send_later("lobby")
    assert grip_proxy.next_item()["id"] == "2"


def send_later(room):
    with transaction.atomic():
        send_event(f"room-{room}", "message", {})


def test_a_new_process_publishes_it_again_as_close(grip_proxy):
    recheck("lobby")
    grip_proxy.next_item()
    maintenance.publish_recent()
    assert is_close(grip_proxy.next_item(), 1)


def test_it_runs_while_the_chat_is_paused(grip_proxy):
    pause.pause("Back at noon")
    recheck("lobby")
    assert is_close(grip_proxy.next_item(), 1)


def test_the_background_thread_runs_it_and_an_error_does_not_end_the_thread(monkeypatch, caplog):
    recheck("lobby")
    recheck("lobby")
    let_time_pass()
    pauses, run = [], Waiting.run

    def fail_first(waiting):
        if not pauses:
            raise ZeroDivisionError
        run(waiting)

    def pass_time(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            raise Undone

    monkeypatch.setattr(Waiting, "run", fail_first)
    let_sleep(monkeypatch, maintenance, pass_time)
    with pytest.raises(Undone):
        maintenance.run_rechecks()
    assert pauses == [maintenance.FAILED_S, maintenance.OPEN_RECHECKS_S]
    assert len(rechecks()) == 2


def test_the_deletion_of_a_room_leaves_its_rechecks_in_the_log(client):
    """A next link that is still under way has to come across them."""
    post(client)
    recheck("lobby")
    post(client)
    room = ChatRoom.objects.get()
    room_deletion.retire_room(room.pk)
    assert room_deletion.remove_room(room.pk, float("inf"))
    assert [*Event.objects.order_by("eid").values_list("type", flat=True)] == [
        "room-changed",
        "recheck",
        "room-changed",
        "room-changed",
    ]


def test_old_entries_are_forgotten_and_waiting_ones_are_kept():
    for room in ("lobby", "other", "busy"):
        recheck(room)
    recheck("other")
    let_time_pass(7200)
    recheck("busy")
    forget_old_rechecks()
    assert {*Recheck.objects.values_list("room", flat=True)} == {"other", "busy"}


def test_the_list_and_its_etag_go_on_behind_a_recheck(client):
    post(client)
    before = client.get("/rooms/lobby/messages/").json()
    recheck("lobby")
    after = client.get("/rooms/lobby/messages/").json()
    assert after["messages"] == before["messages"]
    assert after["last-event-id"] == "room-lobby:2"
    changes = client.get("/rooms/lobby/messages/?since=room-lobby:1").json()
    assert (changes["messages"], changes["last-event-id"]) == ([], "room-lobby:2")
