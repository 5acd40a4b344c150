"""The table of the workload `siege`."""

from .words import failures, number, table

NAME = "siege"
HEAD = ["database", "p50, calm", "p99, calm", "p50, under siege", "p99, under siege", "p99, times"]


def section(found):
    intro = (
        "## Under siege\n\n`bin/bench siege`: the times of ten people's POSTs in ms, while a hundred read, in peace "
        "and while four addresses attack with 100 requests a second.\n\n"
    )
    return intro + table(HEAD, [_line(row) for row in found.rows(NAME) if row.runs]) + failures(found.rows(NAME))


def _line(row):
    calm, siege = row.median("calm_p99_ms"), row.median("siege_p99_ms")
    figures = [row.median("calm_p50_ms"), calm, row.median("siege_p50_ms"), siege]
    return [row.case["database"], *map(number, figures), f"{siege / calm:.1f}"]
