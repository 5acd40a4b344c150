"""Draws results.png, with four small panels."""

import matplotlib

from . import delivery
from .words import number

matplotlib.use("Agg")  # it needs no screen

from matplotlib import pyplot

COLOURS = {
    "ours": "#0b6bcb",
    "ancestor": "#c2571a",
    "ancestor-native": "#dba37c",
    "channels": "#7a5ea8",
    "nchan": "#8a929c",
}
SIZE = (11, 7.5)  # inches
INK = "#222222"


def write(found, file):
    """Draw all measured figures."""
    style = {"font.size": 9.5, "axes.edgecolor": "#999999", "text.color": INK, "axes.labelcolor": INK}
    with pyplot.rc_context(style):
        figure, panels = pyplot.subplots(2, 2, figsize=SIZE, layout="constrained", facecolor="white")
        for draw, panel in zip((_posts, _fan_out, _delivery, _memory), panels.flat, strict=True):
            panel.spines[["top", "right"]].set_visible(False)
            panel.set_axisbelow(True)
            panel.grid(color="#e6e6e6")
            draw(found, panel)
        figure.savefig(file, dpi=110)
        pyplot.close(figure)


def _posts(found, panel):
    panel.set_title("Posts a second to one room, 32 clients", loc="left", fontweight="bold")
    groups = {
        "PostgreSQL,\nPushpin": {"database": "postgresql", "through": "proxy"},
        "SQLite,\nPushpin": {"database": "sqlite", "through": "proxy"},
        "PostgreSQL,\nstraight": {"database": "postgresql", "through": "straight"},
        "SQLite,\nstraight": {"database": "sqlite", "through": "straight"},
    }
    bars = {
        label: {
            stack: found.row("posts", stack=stack, clients=32, listeners=0, **_case(stack, case))
            for stack in ("ours", "ancestor", *(["channels"] if case["through"] == "straight" else []))
        }
        for label, case in groups.items()
    }
    _bars(panel, bars, "rate")
    panel.set_ylabel("posts/s")


def _case(stack, case):
    return {"database": case["database"]} if stack == "channels" else case


def _fan_out(found, panel):
    panel.set_title("One message until the last reader has it", loc="left", fontweight="bold")
    for stack, colour in COLOURS.items():
        rows = [row for row in found.rows("readers", stack=stack) if row.values("fan_out_ms")]
        if rows:
            counts, medians = [row.case["readers"] for row in rows], [row.median("fan_out_ms") for row in rows]
            errors = _errors(rows, "fan_out_ms")
            panel.errorbar(counts, medians, yerr=errors, color=colour, label=stack, marker="o", capsize=3)
    panel.set_xlabel("readers of the room")
    panel.set_ylabel("ms")
    panel.set_yscale("log")
    panel.yaxis.set_major_formatter(lambda value, _: number(value))
    panel.xaxis.set_major_formatter(lambda value, _: number(value))
    panel.set_xlim(left=0)
    _legend(panel)


def _delivery(found, panel):
    panel.set_title("Delivery while many post: p99", loc="left", fontweight="bold")
    bars = {}
    for row in found.rows("delivery"):
        if row.values("delivery_p99_ms"):
            bars.setdefault(delivery.where(row.case).replace(", ", ",\n"), {})[row.case["stack"]] = row
    _bars(panel, bars, "delivery_p99_ms")
    panel.set_yscale("log")
    panel.yaxis.set_major_formatter(lambda value, _: number(value))
    panel.set_ylabel("ms")


def _memory(found, panel):
    panel.set_title("Memory for one more reader", loc="left", fontweight="bold")
    fullest = {}
    for row in found.rows("readers"):
        if row.values("kb_a_reader"):
            fullest[row.case["stack"]] = row
    _bars(
        panel,
        {f"{stack},\n{number(row.case['readers'])}": {stack: row} for stack, row in fullest.items()},
        "kb_a_reader",
    )
    panel.set_ylabel("kB")
    panel.set_xlabel("readers")
    if legend := panel.get_legend():
        legend.remove()


def _bars(panel, groups, name):
    """Draw `groups`, {label: {stack: Row}}, as groups of bars, with the medians above the bars."""
    seen = set()
    for position, rows in enumerate(groups.values()):
        rows = {stack: row for stack, row in rows.items() if row.values(name)}
        width = 0.8 / max(1, len(rows), 2)
        for index, (stack, row) in enumerate(rows.items()):
            x = position + (index - (len(rows) - 1) / 2) * width
            label = None if stack in seen else stack
            seen.add(stack)
            median = row.median(name)
            bar = panel.bar(
                x, median, width * 0.92, color=COLOURS[stack], label=label, yerr=_errors([row], name), capsize=2
            )
            panel.bar_label(bar, [number(median)], padding=3, fontsize=8.5)
    panel.set_xticks(range(len(groups)), groups)
    panel.grid(False, axis="x")
    panel.margins(y=0.15)
    _legend(panel)


def _legend(panel):
    if panel.get_legend_handles_labels()[0]:
        panel.legend(frameon=False)


def _errors(rows, name):
    """Return the distances of the lowest and the highest values from the medians."""
    low = [row.median(name) - min(row.values(name)) for row in rows]
    high = [max(row.values(name)) - row.median(name) for row in rows]
    return [low, high]
