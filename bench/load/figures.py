"""Times in short."""


def spread(times_ns):
    """Return p50, p99 and max in ms; zeros for no times."""
    ordered = sorted(times_ns) or [0]
    return {"p50_ms": at(ordered, 0.5) / 1e6, "p99_ms": at(ordered, 0.99) / 1e6, "max_ms": ordered[-1] / 1e6}


def at(ordered, part):
    """Return the value below which this part of the values lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
