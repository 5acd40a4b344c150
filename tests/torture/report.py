"""The outcome of a run: one JSON object for programs, one table for people."""

from collections import defaultdict

from .verdict import calm_delays, percentile

MOST_FINDINGS = 20  # lines in the table; the JSON has all findings


def summary(ledger, found, options):
    """Return the outcome as a dict that JSON can hold."""
    healed = defaultdict(list)
    for window in ledger.windows:
        healed[window.kind].append(None if window.healed is None else window.healed - window.ended)
    delays = calm_delays(ledger)
    return {
        "verdict": "red" if found else "green",
        "findings": found,
        "options": options,
        "faults": {kind: _times(times) for kind, times in sorted(healed.items())},
        "counters": dict(sorted(ledger.counters.items())),
        "delivery_s": _percentiles(delays),
    }


def _times(times):
    good = sorted(time for time in times if time is not None)
    return {
        "count": len(times),
        "not_healed": len(times) - len(good),
        "heal_p50_s": round(percentile(good, 50), 3) if good else None,
        "heal_max_s": round(good[-1], 3) if good else None,
    }


def _percentiles(delays):
    if not delays:
        return None
    names = {"p50": percentile(delays, 50), "p99": percentile(delays, 99), "max": delays[-1]}
    return {name: round(delay, 4) for name, delay in names.items()}


def table(outcome):
    """Return the outcome as lines for people."""
    lines = ["", f"{'fault':26}{'count':>6}{'heal p50':>10}{'heal max':>10}"]
    for kind, times in outcome["faults"].items():
        cells = "".join(f"{_seconds(times[name]):>10}" for name in ("heal_p50_s", "heal_max_s"))
        lines.append(f"{kind:26}{times['count']:>6}{cells}" + ("  NOT HEALED" if times["not_healed"] else ""))
    lines += ["", *(f"{name:26}{count:>6}" for name, count in outcome["counters"].items())]
    if outcome["delivery_s"]:
        times = ", ".join(f"{name} {seconds} s" for name, seconds in outcome["delivery_s"].items())
        lines.append(f"delivery outside of faults: {times}")
    found = outcome["findings"]
    lines += ["", *(f"- {finding[:400]}" for finding in found[:MOST_FINDINGS])]
    if len(found) > MOST_FINDINGS:
        lines.append(f"… and {len(found) - MOST_FINDINGS} more")
    lines.append(f"Verdict: {outcome['verdict']}")
    return "\n".join(lines)


def _seconds(value):
    return "-" if value is None else f"{value:.2f} s"
