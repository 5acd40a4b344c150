"""The tables of the workload `readers`."""

from .words import closed, failures, load, number, parts, ratio, spread, table, times

NAME = "readers"
ABOUT = """## Readers of one room

`bin/bench readers`: they connect, 256 at once, while 20 messages a second are posted elsewhere; are held; once the
stack is idle, or after 15 s, single messages are posted, each when the last reader has the one before. A reader whose
stream the server closes comes back at once with the last id that it saw, and misses nothing if it is told the rest;
whoever is refused then is gone, and has lost what follows. A stack that holds fewer readers well is given fewer.
`--readers N` for another number.
"""
CONNECT_HEADS = [
    "stack",
    "readers",
    "connects/s",
    "p99 ms of posts meanwhile",
    "streams that failed",
    "closed by the server",
    "kB a reader",
]
COSTS_ABOUT = """What a message to all of them costs, and one reader who connects (with the posts made meanwhile), in ms
of CPU; and what grew while they connected, in MB:
"""
COSTS_HEADS = ["stack", "readers", "CPU for a message", "CPU for a connect", "grown", "load, of one core"]


def section(found):
    rows = [row for row in found.rows(NAME) if "readers" in row.case]
    return "\n".join(
        [
            ABOUT,
            table(
                ["stack", "readers", "the last reader has it after, ms", "us a reader", "÷ nchan's", "lost", "doubled"],
                [_fan_out(found, row) for row in rows],
            ),
            table(CONNECT_HEADS, [_connects(row) for row in rows]),
            COSTS_ABOUT,
            table(COSTS_HEADS, [_costs(row) for row in rows]),
            failures(found.rows(NAME)),
        ]
    )


def per_reader_us(row):
    """Return the time of one delivery in microseconds, or None."""
    took, readers = row.median("fan_out_ms"), row.median("readers_now")
    return took * 1000 / readers if took is not None and readers else None


def _fan_out(found, row):
    nchan = found.row(NAME, stack="nchan", readers=row.case["readers"])
    return [
        row.case["stack"],
        number(row.case["readers"]),
        spread(row, "fan_out_ms"),
        number(per_reader_us(row)),
        times(ratio(row, nchan, "fan_out_ms")),
        row.total("lost"),
        row.total("doubled", "reordered"),
    ]


def _connects(row):
    figures = [spread(row, name) for name in ("connect_rate", "posts_p99_ms")]
    failed, was_closed = row.total("opening_failed"), closed(row)
    return [row.case["stack"], number(row.case["readers"]), *figures, failed, was_closed, spread(row, "kb_a_reader")]


def _costs(row):
    grown = {name: value for name, value in row.by_process("grown_kb").items() if value > 0}
    return [
        row.case["stack"],
        number(row.case["readers"]),
        parts(row.by_process("cpu_s", "messages"), 1000, 0.5),
        parts(row.by_process("connect_cpu_s", "opened"), 1000, 0.01),
        parts(grown, 1e-3, 0.5),
        f"{load(row)}; connecting: {load(row, 'connect_load')}",
    ]
