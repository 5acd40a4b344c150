"""Which channels there are."""

import pytest
from django.core.exceptions import ValidationError

from chat.events.channels import clean_channel


@pytest.mark.parametrize("channel", ["room-lobby", "room-Köln"])
def test_each_room_has_a_channel(channel):
    assert clean_channel(channel) == channel


@pytest.mark.parametrize("channel", ["lobby", "room-", "room-a/b"])
def test_there_is_no_other_channel(channel):
    with pytest.raises(ValidationError):
        clean_channel(channel)


def test_a_channel_has_one_form():
    assert clean_channel("room-Ko\N{COMBINING DIAERESIS}ln") == "room-Köln"
