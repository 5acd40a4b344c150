"""Tagged netstrings, the form of Pushpin's commands: the length in bytes, a colon, the value and its type's letter.

For example, `5:hello,` is a text.
"""

from typing import Any


def encode(value: object) -> bytes:
    """Return the value, made of texts, numbers, booleans, None, lists and dictionaries, as a tnetstring."""
    match value:
        case str():
            content, letter = value.encode(), b","
        case dict():
            content, letter = b"".join([encode(part) for pair in value.items() for part in pair]), b"}"
        case list():
            content, letter = b"".join([encode(part) for part in value]), b"]"
        case bool():
            content, letter = str(value).lower().encode(), b"!"
        case int():
            content, letter = str(value).encode(), b"#"
        case None:
            content, letter = b"", b"~"
        case _:
            raise TypeError(f"a {type(value).__name__} is no part of a tnetstring")
    return b"%d:%s%s" % (len(content), content, letter)


def decode(data: bytes) -> Any:
    """Return the value of a tnetstring; raise ValueError if it is malformed."""
    value, rest = _first(data)
    if rest:
        raise ValueError("something follows a tnetstring")
    return value


def _first(data: bytes) -> tuple[Any, bytes]:
    """Return the value of the first tnetstring, and what follows it."""
    length, _, rest = data.partition(b":")
    if not length.isdigit():
        raise ValueError("a tnetstring has no length")
    size = int(length)
    return _value(rest[:size], rest[size : size + 1]), rest[size + 1 :]


def _value(content: bytes, letter: bytes) -> Any:
    if letter == b",":
        return content.decode()
    if letter == b"#":
        return int(content)
    if letter == b"!" and content in (b"true", b"false"):
        return content == b"true"
    if letter == b"~" and not content:
        return None
    if letter == b"]":
        return _parts(content)
    if letter == b"}":
        parts = _parts(content)
        if all(isinstance(key, str) for key in parts[::2]):
            return dict(zip(parts[::2], parts[1::2], strict=True))
    raise ValueError(f"a tnetstring is cut off, or has the value {content!r} of the type {letter!r}")


def _parts(content: bytes) -> list[Any]:
    parts = []
    while content:
        part, content = _first(content)
        parts.append(part)
    return parts
