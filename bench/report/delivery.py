"""The tables of the workload `delivery`."""

from .words import closed, failures, load, number, parts, ratio, spread, table, times

NAME = "delivery"
ABOUT = """## Delivery while many post

`bin/bench delivery`: the posters post on a schedule, even if answers are late. The time of a delivery begins when its
message is due. Before the measurement, the benchmark waits until the stack is idle after opening the streams, for at
most 15 s.
"""


def section(found):
    rows = [row for row in found.rows(NAME) if row.runs]
    return "\n".join(
        [
            ABOUT,
            table(
                [
                    "",
                    "stack",
                    "p50 ms",
                    "p99 ms",
                    "slowest ms",
                    "÷ ours, p99",
                    "missing 10 s later",
                    "doubled",
                    "out of order",
                    "streams closed by the server",
                ],
                [_line(found, row) for row in rows],
            ),
            "CPU, in % of a core, and memory, in MB:\n",
            table(["", "stack", "posts' p99 ms", "CPU", "memory", "load, of one core"], [_costs(row) for row in rows]),
            failures(found.rows(NAME)),
        ]
    )


def where(case):
    """Return the name of a case."""
    rooms = "one room" if case["rooms"] == 1 else f"{number(case['rooms'])} rooms"
    return f"{rooms} × {case['readers']} readers, {case['rate']} messages/s"


def _line(found, row):
    ours = found.row(NAME, **{**row.case, "stack": "ours"})
    figures = [spread(row, f"delivery_{name}") for name in ("p50_ms", "p99_ms")]
    compared = "" if row.case["stack"] == "ours" else times(ratio(row, ours, "delivery_p99_ms"))
    slowest = number(row.worst("delivery_max_ms"))
    counts = [number(row.total(name)) for name in ("lost", "doubled", "reordered")]
    return [where(row.case), row.case["stack"], *figures, slowest, compared, *counts, closed(row)]


def _costs(row):
    cpu, memory = parts(row.by_process("cpu_s", "watched_s"), 100, 0.5), parts(row.by_process("memory_kb"), 1e-3, 0.5)
    return [where(row.case), row.case["stack"], spread(row, "p99_ms"), cpu, memory, load(row)]
