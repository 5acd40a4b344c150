"""The table of the workload `pages`."""

from .words import DATABASES, failures, number, parts, ratio, spread, table, times

NAME = "pages"
ABOUT = """## Pages of a long history

`bin/bench pages`: {count} messages in 1 000 rooms, 8 clients, straight to the web server. The quiet room's 60 messages
are spread over the whole table. The small table has only these. `--messages N` sets another number.
"""
HEADS = [
    "",
    "room",
    "ours/s",
    "ancestor/s",
    "ratio",
    "ours, small table/s",
    "ours, p99 ms",
    "ancestor, p99 ms",
    "ours, CPU ms",
    "ancestor, CPU ms",
]


def section(found):
    ours = [row for row in found.rows(NAME, stack="ours") if row.case.get("messages")]
    count = number(ours[0].case["messages"]) if ours else "no"
    return "\n".join(
        [
            ABOUT.format(count=count),
            table(HEADS, [_line(found, row) for row in ours]),
            failures(found.rows(NAME)),
        ]
    )


def small(found, case):
    """Return the row of the small table whose page shows as many messages."""
    room = case["room"] if case["room"] == "empty" else "quiet"
    return found.row(NAME, **{**case, "messages": 0, "room": room})


def _line(found, row):
    ancestor = found.row(NAME, **{**row.case, "stack": "ancestor"})
    case = row.case
    kind = f"{case['kind']}, {case['way']}" if case["way"] else case["kind"]
    return [
        f"{DATABASES[case['database']]}, {kind}",
        case["room"],
        spread(row, "rate"),
        spread(ancestor, "rate"),
        times(ratio(row, ancestor, "rate")),
        spread(small(found, case), "rate"),
        spread(row, "p99_ms"),
        spread(ancestor, "p99_ms"),
        parts(row.by_process("cpu_s", "in_all"), 1000, 0.05),
        parts(ancestor.by_process("cpu_s", "in_all"), 1000, 0.05),
    ]
