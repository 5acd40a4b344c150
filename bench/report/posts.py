"""The tables of the workload `posts`."""

from .words import DATABASES, failures, load, number, parts, ratio, spread, table, times

NAME = "posts"
HEADS = ["", "stack", "posts/s", "ours is", "p50 ms", "p99 ms", "slowest ms", "errors"]


def section(found):
    rows = [row for row in found.rows(NAME) if "clients" in row.case]
    return "\n".join(
        [
            "## Posts to one room\n\n`bin/bench posts`: each client posts its next message after its last answer.\n",
            table(HEADS, [_line(found, row) for row in rows]),
            "Deliveries to 100 readers of the room during the posts:\n",
            table(
                ["", "stack", "p50 ms", "p99 ms", "missing 10 s later", "doubled", "out of order"],
                [_listened(row) for row in rows if row.case["listeners"]],
            ),
            "CPU per post, in ms, and memory, in MB:\n",
            table(["", "stack", "CPU", "memory", "load, of one core"], [_costs(row) for row in rows]),
            failures(found.rows(NAME)),
        ]
    )


def where(case):
    """Return the name of a case."""
    way = {"proxy": "through Pushpin", "straight": "straight"}.get(case.get("through"), "")
    who = f"{case['clients']} clients" + (f", {case['listeners']} readers" if case["listeners"] else "")
    return ", ".join(part for part in (DATABASES[case["database"]], way, who) if part)


def _line(found, row):
    ours = found.row(NAME, **{**row.case, "stack": "ours"})
    if row.case["stack"] == "channels":
        ours = found.row(NAME, **{**row.case, "stack": "ours", "through": "proxy"})
    compared = "" if row.case["stack"] == "ours" else times(ratio(ours, row, "rate"))
    figures = [spread(row, name) for name in ("p50_ms", "p99_ms")]
    return [
        where(row.case),
        row.case["stack"],
        spread(row, "rate"),
        compared,
        *figures,
        number(row.worst("max_ms")),
        row.total("errors"),
    ]


def _listened(row):
    figures = [spread(row, f"delivery_{name}") for name in ("p50_ms", "p99_ms")]
    counts = [row.total(name) for name in ("lost", "doubled", "reordered")]
    return [where(row.case), row.case["stack"], *figures, *counts]


def _costs(row):
    cpu = parts(row.by_process("cpu_s", "in_all"), 1000)
    return [where(row.case), row.case["stack"], cpu, parts(row.by_process("memory_kb"), 1e-3, 0.5), load(row)]
