"""The events that announce edits and deletions, also when several changes happen at the same time."""

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
    """Alice's message in #lobby, sent with the key k1."""
    return post(client, key="k1", text="hi").json()


def get(client, message_id):
    return client.get(url_of_message(message_id))


def listed(client):
    return client.get(url_of()).json()["messages"]


def test_edits_and_deletions_have_event_names_of_their_own(client, hi):
    edited = edit(client, hi["id"]).json()
    assert logged_events() == [("message", 1, hi), ("message-edited", 2, edited)]
    assert edited["change"] == 2
    deleted = delete(client, hi["id"]).json()
    assert logged_events()[2] == ("message-deleted", 3, deleted)
    assert deleted["change"] == 3


def test_edits_leave_no_gap_in_the_event_numbers(client, hi):
    edit(client, hi["id"])
    post(client)
    edit(client, hi["id"], text="once more")
    assert [number for _, number, _ in logged_events()] == [1, 2, 3, 4]


def test_the_text_of_a_deleted_message_leaves_the_event_log(client, hi):
    edit(client, hi["id"], text="a second secret")
    deleted = delete(client, hi["id"]).json()
    assert logged_events() == [("message-deleted", number, deleted) for number in (1, 2, 3)]
    assert not Event.objects.filter(data__contains="secret")


def test_all_earlier_texts_of_a_deleted_message_leave_the_event_log(client, hi):
    for number in range(3):
        post(client, text="something else", key=f"other {number}")
        edit(client, hi["id"], text=f"secret {number}")
    delete(client, hi["id"])
    assert not Event.objects.filter(data__contains="secret").exists()
    assert [kind for kind, _, message in logged_events() if message["id"] == hi["id"]] == ["message-deleted"] * 5


def test_a_deletion_leaves_the_events_of_other_messages_in_the_log(client, hi):
    other = post(client, text=f'"{{\\"id\\": {hi["id"]}, "', key="k2").json()
    delete(client, hi["id"])
    assert [message for _, _, message in logged_events()[1:-1]] == [other]


@pytest.mark.django_db(transaction=True)
def test_the_proxy_gets_one_event_for_each_change(grip_proxy, client):
    sent = post(client, key="k1").json()
    edited, deleted = edit(client, sent["id"]).json(), delete(client, sent["id"]).json()
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
def test_a_rolled_back_change_is_never_published(grip_proxy, client, change):
    sent = post(client, key="k1").json()
    with pytest.raises(PowerCut), transaction.atomic():
        change(sent["id"])
        raise PowerCut
    post(client, text="next")
    contents = [grip_proxy.next_item()["http-stream"]["content"] for _ in range(2)]
    assert [content.splitlines()[0] for content in contents] == ["event: message"] * 2
    assert '"text": "next"' in contents[1].replace("\\", "")


def newer(one, other):
    return max(one, other, key=lambda message: message.get("change", 0))


def test_an_old_page_with_all_later_events_equals_a_fresh_page(client, hi):
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


def test_an_edited_text_with_retry_does_not_break_an_old_parser(client, hi):
    edit(client, hi["id"], text="retry: 5")
    assert "retry:" not in Event.objects.get(eid=2).data
    assert logged_events()[1][2]["text"] == "retry: 5"


@pytest.mark.django_db(transaction=True)
def test_simultaneous_edits_get_different_event_numbers(client):
    sent = post(client, key="k1").json()

    def edit_to(text):
        return lambda client: edit(client, sent["id"], text=text)

    answers = simultaneously([edit_to(f"text {number}") for number in range(RACERS)])
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["change"] for answer in answers) == [*range(2, RACERS + 2)]
    events = logged_events()
    assert [(number, message.get("change")) for _, number, message in events[1:]] == [
        (number, number) for number in range(2, RACERS + 2)
    ]
    assert get(client, sent["id"]).json() == events[-1][2]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_sends_edits_and_deletions_end_in_one_deleted_message(client):
    sent = post(client, key="k1").json()
    answers = simultaneously(
        [
            *[lambda client: post(client, key="k1", text="hi")] * 3,
            *[lambda client: edit(client, sent["id"])] * 3,
            *[lambda client: delete(client, sent["id"])] * 2,
        ]
    )
    assert {answer.status_code for answer in answers} <= {200, 410}
    deleted = get(client, sent["id"]).json()
    assert deleted["text"] == ""
    assert "deleted" in deleted
    assert {json.dumps(message) for _, _, message in logged_events()} == {json.dumps(deleted)}
    assert deleted["change"] == len(logged_events()) == Event.objects.count()
    assert ChatMessage.objects.count() == 1


def test_an_admin_deletes_many_messages_with_one_event(client):
    ids = [post(client, text=f"secret {number}").json()["id"] for number in range(5)]
    assert actions.moderate("lobby", *reversed(ids[1:])) == 4
    *earlier, (kind, number, said) = logged_events()
    assert (kind, number) == ("messages-deleted", 6)
    assert said == {"ids": ids[1:], "deleted": get(client, ids[1]).json()["deleted"], "change": 6}
    assert [message["text"] for message in listed(client)] == ["secret 0"]
    assert [(kind, message["text"]) for kind, _, message in earlier] == [
        ("message", "secret 0"),
        *[("message-deleted", "")] * 4,
    ]


def test_an_event_announces_at_most_so_many_deletions(client, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    ids = [post(client).json()["id"] for _ in range(5)]
    actions.moderate("lobby", *ids)
    kinds = [(kind, said.get("ids", said.get("id"))) for kind, _, said in logged_events()[5:]]
    assert kinds == [("messages-deleted", ids[:2]), ("messages-deleted", ids[2:4]), ("message-deleted", ids[4])]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_whoever_was_away_learns_of_each_of_the_deletions(client, limit):
    """Deletions of one event are on one page, because the number of the event leads to the next page."""
    ids = [post(client).json()["id"] for _ in range(7)]
    actions.moderate("lobby", *ids[:3])
    actions.moderate("lobby", *ids[3:5])
    since, seen, more = "room-lobby:0", [], True
    while more:
        answer = client.get(url_of(), {"since": since, "limit": limit}).json()
        seen += [message["id"] for message in answer["messages"]]
        since, more = answer["last-event-id"], answer["more"]
    assert seen == ids[:5]
    assert since == "room-lobby:9"


def test_an_admin_deletes_every_text_of_a_message_that_was_edited(client, hi):
    for number in range(3):
        edit(client, hi["id"], text=f"secret {number}")
    actions.moderate("lobby", hi["id"])
    assert [(kind, message["text"]) for kind, _, message in logged_events()] == [("message-deleted", "")] * 5


def test_an_admin_deletes_only_messages_of_the_named_room(client, hi):
    other = post(client, room="Köln").json()
    actions.moderate("lobby", other["id"], hi["id"])
    assert [message["id"] for _, _, message in logged_events()] == [hi["id"]] * 2
    assert len(logged_events("Köln")) == 1


def test_an_admin_who_finds_nothing_to_delete_leaves_no_gap_in_the_event_numbers(client, hi):
    actions.moderate("lobby", hi["id"] + 1)
    post(client, text="next")
    assert [event.eid for event in Event.objects.order_by("id")] == [1, 2]
