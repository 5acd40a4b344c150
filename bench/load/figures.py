"""Percentiles of times."""


def spread(times_ns):
    """Return p50, p99 and max in ms; zeros if there are no times."""
    ordered = sorted(times_ns) or [0]
    return {"p50_ms": at(ordered, 0.5) / 1e6, "p99_ms": at(ordered, 0.99) / 1e6, "max_ms": ordered[-1] / 1e6}


def at(ordered, part):
    """Return the percentile: `part` (0 to 1) of the values are below it."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
