"""The tables of the workload `readers`."""

from .words import closed, failures, load, number, parts, ratio, spread, table, times

NAME = "readers"
ABOUT = """## Readers of one room

`bin/bench readers`: the readers connect, 256 at a time, while the posters post 20 messages a second to another room.
When the stack is idle, or after 15 s, the posters post single messages, each after the last reader has the one before.
If the server closes a stream, its reader reconnects immediately with its last event id, and loses no message if the
server sends the missed ones. If the server refuses the reader then, the reader is gone, and loses all later messages.
A stack that cannot hold many readers gets fewer. `--readers N` sets another number.
"""
CONNECT_HEADS = [
    "stack",
    "readers",
    "connects/s",
    "p99 ms of posts at the same time",
    "streams that failed",
    "closed by the server",
    "kB a reader",
]
COSTS_ABOUT = """The CPU time of one message to all readers, and of one new reader (with the posts during that time), in
ms; and the growth of memory while the readers connected, in MB:
"""
COSTS_HEADS = ["stack", "readers", "CPU for a message", "CPU for a connect", "growth", "load, of one core"]


def section(found):
    rows = [row for row in found.rows(NAME) if "readers" in row.case]
    return "\n".join(
        [
            ABOUT,
            table(
                ["stack", "readers", "ms until the last reader has it", "us a reader", "÷ nchan's", "lost", "doubled"],
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
