"""Which channels readers may have."""

import pytest

from chat.events.channels import RoomChannels


@pytest.mark.parametrize("channel", ["room-lobby", "room-Köln"])
def test_anybody_may_read_the_channel_of_a_room(channel):
    assert RoomChannels().can_read_channel(None, channel) is True


@pytest.mark.parametrize("channel", ["lobby", "room-", "room-a/b", "room- lobby"])
def test_nobody_may_read_another_channel(channel):
    assert RoomChannels().can_read_channel(None, channel) is False
