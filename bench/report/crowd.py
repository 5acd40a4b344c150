"""The tables of the workload `crowd`."""

from .words import failures, load, number, parts, spread, table

NAME = "crowd"
ONE_ROOM, ROOMS, DEATH = "one room", "rooms of 100", "a Pushpin dies"  # the kinds of its cases
ABOUT = """## A crowd

`bin/bench crowd`: ten times as many readers as `--readers` says, at eight Pushpins, with Django and PostgreSQL on the
same machine. Ten processes have a tenth of the readers each. The readers connect, 250 at a time. First they are all in
one room, where a poster posts single messages, each after the last reader has the one before. Then they are in rooms of
a hundred, and 64 clients post 50 messages a second for 20 s, each after the answer to the room's message before. At
last, during such posts, one of the Pushpins is killed, and its readers go on at the others.
"""
LATE = """*Late* are messages that a reader got only with the room's next one. The deliveries are those of the readers
who kept their stream. When a Pushpin dies, connects/s are its readers who come back.
"""
COSTS_ABOUT = "CPU of a message to all, in ms, or in % of a core; and the growth of memory, in MB:\n"


def section(found):
    rows = [row for row in found.rows(NAME) if row.runs]
    return "\n".join(
        [
            ABOUT,
            table(
                [
                    "",
                    "readers",
                    "connects/s",
                    "kB a reader",
                    "ms until the last reader has a message",
                    "lost",
                    "doubled",
                    "without a stream",
                ],
                [_one_room(row) for row in rows if row.case["kind"] == ONE_ROOM],
            ),
            table(
                [
                    "",
                    "readers",
                    "connects/s",
                    "kB a reader",
                    "p50 ms of a delivery",
                    "p99 ms",
                    "posts' p99 ms",
                    "posts/s",
                    "errors",
                    "late",
                    "lost",
                    "doubled",
                    "without a stream",
                ],
                [_delivery(row) for row in rows if row.case["kind"] != ONE_ROOM],
            ),
            LATE,
            COSTS_ABOUT,
            table(["", "readers", "CPU", "growth", "load, of one core"], [_costs(row) for row in rows]),
            failures(found.rows(NAME)),
        ]
    )


def _one_room(row):
    return [
        row.case["kind"],
        number(row.case["readers"]),
        spread(row, "connect_rate"),
        spread(row, "kb_a_reader"),
        spread(row, "fan_out_ms"),
        *_missing(row),
    ]


def _delivery(row):
    is_death = row.case["kind"] == DEATH
    return [
        row.case["kind"],
        number(row.case["readers"]),
        spread(row, "return_rate") if is_death else spread(row, "connect_rate"),
        "" if is_death else spread(row, "kb_a_reader"),
        *(spread(row, name) for name in ("delivery_p50_ms", "delivery_p99_ms", "p99_ms", "rate")),
        row.total("errors"),
        row.total("late"),
        *_missing(row),
    ]


def _missing(row):
    """Return the lost and the doubled messages, and the readers whose stream never opened or did not come back."""
    return [row.total("lost"), row.total("doubled", "reordered"), row.total("opening_failed", "gone")]


def _costs(row):
    one_room = row.case["kind"] == ONE_ROOM
    by, scale, smallest = ("messages", 1000, 0.5) if one_room else ("watched_s", 100, 0.05)
    grown = {name: value for name, value in row.by_process("grown_kb").items() if value > 0}
    return [
        row.case["kind"],
        number(row.case["readers"]),
        parts(row.by_process("cpu_s", by), scale, smallest),
        parts(grown, 1e-3, 0.5) if grown else "",
        load(row),
    ]
