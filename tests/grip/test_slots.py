"""When streams end by themselves, and who ends them."""

import pytest

from chat import maintenance
from chat.grip import slots
from tests.helpers.own_time import let_sleep

MINUTE_S = 60
BEGAN = 1_700_000_000
ROOMS = [[f"room-{number}"] for number in range(100)]


class EndOfTest(Exception):
    pass


@pytest.fixture
def at(monkeypatch):
    """A function that sets the clock."""
    return lambda now: monkeypatch.setattr(slots.time, "time", lambda: now)


def test_rights_end_within_twenty_minutes_and_never_right_after_the_opening(at):
    for second in range(0, 1200, 7):
        at(BEGAN + second)
        for room in ROOMS[:20]:
            lasts = [slots.end_for(room, step) - BEGAN - second for step in (0, slots.SPREAD - 1)]
            assert 5 * MINUTE_S <= lasts[0] <= 15 * MINUTE_S
            assert lasts[1] <= 16 * MINUTE_S


def test_all_who_open_a_room_in_the_same_slot_have_one_end_in_each_step(at):
    ends = set()
    for second in range(slots.SLOT_S):
        at(BEGAN + second)
        ends.add(slots.end_for(["room-a", "room-b"], 0))
    assert len(ends) == 2
    assert slots.end_for(["room-a"], 3) == slots.end_for(["room-a"], 0) + 3 * slots.STEP_S


def test_the_order_of_the_channels_changes_nothing():
    assert slots.end_for(["room-a", "room-b"], 0) == slots.end_for(["room-b", "room-a"], 0)


def test_rooms_end_at_different_times_and_have_few_ends_in_all(at):
    at(BEGAN)
    ends = {slots.end_for(room, step) for room in ROOMS for step in range(slots.SPREAD)}
    assert len(ends) == slots.SLOT_S / slots.STEP_S
    assert all(end % slots.STEP_S == 0 for end in ends)


def test_each_end_is_published_when_its_time_has_come_and_once_more(grip_proxy):
    end = BEGAN // slots.STEP_S * slots.STEP_S
    slots.close_ended(end - 1, end - 0.5)
    slots.close_ended(end - 0.5, end)
    slots.close_ended(end, end + slots.AGAIN_S - 0.5)
    slots.close_ended(end + slots.AGAIN_S - 0.5, end + slots.AGAIN_S)
    items = [grip_proxy.next_item() for _ in range(4)]
    ends = [end - slots.AGAIN_S, end, end, end + slots.AGAIN_S]
    assert [item["channel"] for item in items] == [f"end-{each}" for each in ends]
    assert [(item["http-stream"], "id" in item) for item in items] == [({"action": "close"}, False)] * 4
    assert grip_proxy.is_empty()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", ["chat.policy.Open", "tests.helpers.file_policy.FilePolicy"])
def test_the_background_thread_ends_the_slots_unless_everybody_may_read(settings, monkeypatch, policy):
    settings.CHAT_POLICY, now, closed = policy, BEGAN, []

    def pass_time(seconds):
        nonlocal now
        now += seconds
        if now > BEGAN + 2 * MINUTE_S:
            raise EndOfTest

    monkeypatch.setattr(maintenance.time, "time", lambda: now)
    let_sleep(monkeypatch, maintenance, pass_time)
    monkeypatch.setattr(slots.publisher, "close", closed.append)
    with pytest.raises(EndOfTest):
        maintenance.run_rechecks()
    ends = range(BEGAN - slots.MISSED_S, BEGAN + 2 * MINUTE_S)
    wanted = {slots.channel_of(end) for end in ends if end % slots.STEP_S == 0}
    assert not closed if policy == "chat.policy.Open" else wanted <= {*closed}
