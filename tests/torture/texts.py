"""The texts that people post, from a single number to 8 000 characters. No two texts are equal."""

MAX_LENGTH = 8_000  # characters
PIECES = (
    *("hello", "how are you", "%", "%I", "%(channel)s", "%%", '"', "'", "\\", "<b>&amp;", "😀", "👩‍👩‍👧", "ü", "日本"),
    *("\n", "\r\n", "\ndata: x\n\n", "id: 7\n", "event: stream-reset", "retry: 1", "\u2028", "\u0085", "\t", "  "),
)


def text(rng, number):
    """Return a text that begins with `number`, so that no other text equals it. Most texts are short."""
    length = rng.choices((0, 30, 300, 2_000, MAX_LENGTH), (15, 60, 17, 6, 2))[0]
    return of_length(rng, number, rng.randint(length // 2, length))


def of_length(rng, number, length):
    """Return a text that begins with `number` and has at least `length` characters, but at most MAX_LENGTH."""
    parts, size = [f"{number}:"], 0
    while size < length:
        parts.append(rng.choice(PIECES))
        size += len(parts[-1]) + 1
    return " ".join(parts)[:MAX_LENGTH]
