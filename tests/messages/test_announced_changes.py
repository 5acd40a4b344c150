"""What readers and the event log are told of edited and deleted messages, also when changes meet."""

import json

import pytest
from django.db import transaction
from django_eventstream.models import Event

from chat.messages import actions
from chat.models import ChatMessage
from tests.helpers.posting import delete, edit, logged_events, post, simultaneously, url_of, url_of_message

pytestmark = pytest.mark.django_db

RACERS = 8


@pytest.fixture
def hi(client):
    """What Alice said in #lobby with the key k1."""
    return post(client, key="k1", text="hi").json()


def get(client, message_id):
    return client.get(url_of_message(message_id))


def listed(client):
    return client.get(url_of()).json()["messages"]


def test_readers_are_told_of_changes_by_events_of_other_names(client, hi):
    edited = edit(client, hi["id"]).json()
    assert logged_events() == [("message", 1, hi), ("message-edited", 2, edited)]
    assert edited["change"] == 2
    tombstone = delete(client, hi["id"]).json()
    assert logged_events()[2] == ("message-deleted", 3, tombstone)
    assert tombstone["change"] == 3


def test_a_room_with_changes_has_unbroken_event_numbers(client, hi):
    edit(client, hi["id"])
    post(client)
    edit(client, hi["id"], text="once more")
    assert [number for _, number, _ in logged_events()] == [1, 2, 3, 4]


def test_the_text_of_a_deleted_message_leaves_the_event_log(client, hi):
    edit(client, hi["id"], text="a second secret")
    tombstone = delete(client, hi["id"]).json()
    assert logged_events() == [("message-deleted", number, tombstone) for number in (1, 2, 3)]
    assert not Event.objects.filter(data__contains="secret")


def test_every_text_of_a_message_that_was_edited_often_leaves_the_event_log(client, hi):
    for number in range(3):
        post(client, text="something else", key=f"other {number}")
        edit(client, hi["id"], text=f"secret {number}")
    delete(client, hi["id"])
    assert not Event.objects.filter(data__contains="secret").exists()
    assert [kind for kind, _, message in logged_events() if message["id"] == hi["id"]] == ["message-deleted"] * 5


def test_the_log_keeps_what_it_tells_of_other_messages(client, hi):
    other = post(client, text=f'"{{\\"id\\": {hi["id"]}, "', key="k2").json()
    delete(client, hi["id"])
    assert [message for _, _, message in logged_events()[1:-1]] == [other]


@pytest.mark.django_db(transaction=True)
def test_the_proxy_gets_each_change_as_an_event_of_its_own(grip_proxy, client):
    said = post(client, key="k1").json()
    edited, deleted = edit(client, said["id"]).json(), delete(client, said["id"]).json()
    items = [grip_proxy.next_item() for _ in range(3)]
    assert [(item["id"], item["prev-id"]) for item in items] == [("1", "0"), ("2", "1"), ("3", "2")]
    names = [item["http-stream"]["content"].splitlines()[0] for item in items]
    assert names == ["event: message", "event: message-edited", "event: message-deleted"]
    assert [item["http-stream"]["content"].count(f'"change": {n}') for n, item in enumerate(items, 1)] == [0, 1, 1]
    assert edited["change"] == 2
    assert deleted["change"] == 3


class PowerCut(Exception):
    pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [lambda id: actions.edit("lobby", id, "k1", "hello"), lambda id: actions.delete("lobby", id, "k1")],
    ids=["edit", "delete"],
)
def test_a_change_that_is_rolled_back_is_never_published(grip_proxy, client, change):
    said = post(client, key="k1").json()
    with pytest.raises(PowerCut), transaction.atomic():
        change(said["id"])
        raise PowerCut
    post(client, text="next")
    contents = [grip_proxy.next_item()["http-stream"]["content"] for _ in range(2)]
    assert [content.splitlines()[0] for content in contents] == ["event: message"] * 2
    assert '"text": "next"' in contents[1].replace("\\", "")


def newer(one, other):
    return max(one, other, key=lambda message: message.get("change", 0))


def test_an_old_page_and_the_events_since_make_a_fresh_page(client, hi):
    ids = [hi["id"], *(post(client, key=f"k{number}").json()["id"] for number in (2, 3, 4))]
    shown = {message["id"]: message for message in listed(client)}
    edit(client, ids[1], key="k2")
    delete(client, ids[0])
    edit(client, post(client, key="k5").json()["id"], key="k5")
    edit(client, ids[2], key="k3")
    delete(client, ids[2], key="k3")
    for _, _, message in logged_events()[4:]:
        shown[message["id"]] = newer(shown.get(message["id"], message), message)
    assert [shown[id] for id in sorted(shown, reverse=True) if "deleted" not in shown[id]] == listed(client)


def test_an_edit_of_a_message_that_holds_retry_does_not_spoil_an_old_parser(client, hi):
    edit(client, hi["id"], text="retry: 5")
    assert "retry:" not in Event.objects.get(eid=2).data
    assert logged_events()[1][2]["text"] == "retry: 5"


@pytest.mark.django_db(transaction=True)
def test_changes_that_meet_get_an_order_of_their_own(client):
    said = post(client, key="k1").json()

    def edit_to(text):
        return lambda client: edit(client, said["id"], text=text)

    answers = simultaneously([edit_to(f"text {number}") for number in range(RACERS)])
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["change"] for answer in answers) == [*range(2, RACERS + 2)]
    events = logged_events()
    assert [(number, message.get("change")) for _, number, message in events[1:]] == [
        (number, number) for number in range(2, RACERS + 2)
    ]
    assert get(client, said["id"]).json() == events[-1][2]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_sent_edited_and_deleted_at_once_ends_deleted_and_is_told_once(client):
    said = post(client, key="k1").json()
    answers = simultaneously(
        [
            *[lambda client: post(client, key="k1", text="hi")] * 3,
            *[lambda client: edit(client, said["id"])] * 3,
            *[lambda client: delete(client, said["id"])] * 2,
        ]
    )
    assert {answer.status_code for answer in answers} <= {200, 410}
    tombstone = get(client, said["id"]).json()
    assert tombstone["text"] == ""
    assert "deleted" in tombstone
    assert {json.dumps(message) for _, _, message in logged_events()} == {json.dumps(tombstone)}
    assert tombstone["change"] == len(logged_events()) == Event.objects.count()
    assert ChatMessage.objects.count() == 1
