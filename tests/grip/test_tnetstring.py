"""The form of Pushpin's commands."""

import pytest

from chat.grip.tnetstring import decode, encode

WRITTEN = [
    (None, b"0:~"),
    (True, b"4:true!"),
    (False, b"5:false!"),
    (0, b"1:0#"),
    (-12, b"3:-12#"),
    ("", b"0:,"),
    ("größe", b"7:gr\xc3\xb6\xc3\x9fe,"),
    ("1:a,", b"4:1:a,,"),
    ("a\0\n", b"3:a\0\n,"),
    ([], b"0:]"),
    (["a", 1], b"8:1:a,1:1#]"),
    ([[], [""], {}], b"12:0:]3:0:,]0:}]"),
    ({}, b"0:}"),
    ({"": {"a": [None, 7]}}, b"21:0:,14:1:a,7:0:~1:7#]}}"),
    ({"id": "7", "value": None, "success": True}, b"37:2:id,1:7,5:value,0:~7:success,4:true!}"),  # Pushpin's words
]


def is_refused(data):
    try:
        decode(data)
    except ValueError:
        return True


@pytest.mark.parametrize(("value", "written"), WRITTEN)
def test_each_type_has_its_letter(value, written):
    assert encode(value) == written
    assert decode(written) == value
    assert type(decode(written)) is type(value)


@pytest.mark.parametrize("whole", [written for _, written in WRITTEN])
def test_a_tnetstring_that_is_cut_off_is_refused(whole):
    for size in range(len(whole)):
        assert is_refused(whole[:size])


@pytest.mark.parametrize(
    "data",
    [b"", b":", b":,", b"x", b"-1:,", b"1 :a,", b"+1:a,", b"1:a", b"1:a?", b"1:a,x", b"1:a,1:b,", b"1:x#", b"1:x!",
     b"1:x~", b"2:1:]", b"4:1:a,}", b"1:\xff,", b"6:0:]0:~}"],
)  # fmt: skip
def test_a_malformed_tnetstring_is_refused(data):
    assert is_refused(data)


@pytest.mark.parametrize("value", [b"bytes", 1.5, {1}, ["deep", object()]])
def test_a_value_of_another_type_is_not_written(value):
    with pytest.raises(TypeError, match="is no part of a tnetstring"):
        encode(value)
