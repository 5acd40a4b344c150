"""Figures and tables in Markdown."""

DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def number(value):
    """Return it with three digits that count, or what stands for none."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(row, name):
    """Return median (lowest–highest) of a Row's figure."""
    values = row.values(name)
    if not values:
        return "failed" if row.failures else "–"
    low, high = number(min(values)), number(max(values))
    return number(row.median(name)) + (f" ({low}–{high})" if low != high else "")


def ratio(one, other, name):
    """Return how many times the other's median is in this one's, or None."""
    first, second = one.median(name), other.median(name)
    return first / second if first is not None and second else None


def times(value):
    """Return a ratio in words."""
    return "–" if value is None else f"{number(value)} ×"


def table(heads, rows):
    """Return a table; nothing for no rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def parts(by_process, scale=1.0, smallest=0.005):
    """Return what each process has, the greatest first, and the sum; those with next to nothing are left out."""
    ordered = sorted(by_process.items(), key=lambda item: -item[1])
    told = [f"{name} {number(value * scale)}" for name, value in ordered if value * scale >= smallest]
    return f"**{number(sum(by_process.values()) * scale)}**: " + ", ".join(told) if by_process else "–"


def load(row, name="load"):
    """Return what readers and posters used of one core."""
    return ", ".join(f"{process} {value:.0%}" for process, value in row.by_process(name).items()) or "–"


def closed(row):
    """Return how many streams the server has closed, of how many in all runs; and for how many readers for good."""
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
