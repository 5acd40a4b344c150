"""Figures and tables in Markdown."""

DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def number(value):
    """Return the number with three significant digits, or a dash for None."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(row, name):
    """Return the median (lowest–highest) of a Row's figure."""
    values = row.values(name)
    if not values:
        return "failed" if row.failures else "–"
    low, high = number(min(values)), number(max(values))
    return number(row.median(name)) + (f" ({low}–{high})" if low != high else "")


def ratio(one, other, name):
    """Return the median of `one` divided by that of `other`, or None."""
    first, second = one.median(name), other.median(name)
    return first / second if first is not None and second else None


def times(value):
    """Return a ratio with its unit, or a dash for None."""
    return "–" if value is None else f"{number(value)} ×"


def table(heads, rows):
    """Return a Markdown table, or "" if there are no rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def parts(by_process, scale=1.0, smallest=0.005):
    """Return the sum and the values of the processes, the greatest first, without those below `smallest`."""
    ordered = sorted(by_process.items(), key=lambda item: -item[1])
    values = [f"{name} {number(value * scale)}" for name, value in ordered if value * scale >= smallest]
    return f"**{number(sum(by_process.values()) * scale)}**: " + ", ".join(values) if by_process else "–"


def load(row, name="load"):
    """Return the parts of one core that readers and posters used."""
    return ", ".join(f"{process} {value:.0%}" for process, value in row.by_process(name).items()) or "–"


def closed(row):
    """Return how many of all streams the server has closed, and how many readers could not reconnect."""
    streams = row.case["readers"] * row.case.get("rooms", 1) * len(row.runs)
    gone = row.total("gone")
    return f"{number(row.total('closed'))} of {number(streams)}" + (f", {number(gone)} gone" if gone else "")


def failures(rows):
    """Return a line for each case that failed."""
    return "".join(
        f"\nFailed: {', '.join(map(str, row.case.values()))}: {reason.splitlines()[0][:200]}\n"
        for row in rows
        for reason in dict.fromkeys(row.failures)
    )
