"""The table of the workload `idle`."""

from .words import closed, failures, load, number, table

NAME = "idle"
ABOUT = """## Idle readers

`bin/bench idle`: the readers only listen, in a hundred rooms. The measurement begins after a minute.
"""


def section(found):
    parts = [ABOUT]
    for row in found.rows(NAME):
        if row.runs:
            parts.append(_one(row))
    return "\n".join([*parts, failures(found.rows(NAME))])


def django(cores):
    """Return the part of a core that the web server's processes use."""
    return sum(used for name, used in cores.items() if name.startswith("web "))


def _one(row):
    cores, grown, memory = (row.by_process(name) for name in ("cores", "grown_kb", "memory_kb"))
    intro = (
        f"{number(row.case['readers'])} readers for {number(row.case['minutes'])} minutes; closed by the "
        f"server: {closed(row)}; each got {number(row.median('bytes_a_reader'))} bytes; load: {load(row)}\n\n"
    )
    lines = [
        [name, f"{cores[name]:.1%}", number(memory[name] / 1e3), _more(grown[name])]
        for name in sorted(cores, key=cores.get, reverse=True)
    ]
    total = [
        "all",
        f"{sum(cores.values()):.1%}",
        number(sum(memory.values()) / 1e3),
        _more(sum(grown.values())),
    ]
    return intro + table(["process", "of a core", "MB at the end", "growth, MB"], [*lines, total])


def _more(kb):
    """Return the growth in MB with its sign; 0 has no sign."""
    return f"{round(kb / 1e3, 1) + 0.0:+.1f}".replace("+0.0", "0")
