"""Finds rows and figures in the results."""

import statistics


class Found:
    """The rows of all workloads."""

    def __init__(self, workloads):
        self.workloads = workloads

    def rows(self, workload, **case):
        """Return the workload's Rows whose cases have these values, in the order of the measurements."""
        known = self.workloads.get(workload, {"rows": []})["rows"]
        return [Row(row) for row in known if case.items() <= row["case"].items()]

    def row(self, workload, **case):
        """Return the first such Row, or an empty one."""
        return next(iter(self.rows(workload, **case)), Row({"case": case, "runs": []}))


class Row:
    """The runs of one case."""

    def __init__(self, row):
        self.case = row["case"]
        self.runs = [run for run in row["runs"] if "failed" not in run]
        self.failures = [run["failed"] for run in row["runs"] if "failed" in run]

    def values(self, name):
        """Return all figures with this name, one or several of each run."""
        found = []
        for run in self.runs:
            value = run.get(name, [])
            found += value if isinstance(value, list) else [value]
        return found

    def median(self, name):
        """Return the median, or None."""
        values = self.values(name)
        return statistics.median(values) if values else None

    def worst(self, name):
        """Return the highest, or None."""
        return max(self.values(name), default=None)

    def total(self, *names):
        """Return the sum over all runs. A figure may be a number, or a dict of numbers, which are added."""
        values = [value for name in names for value in self.values(name)]
        return sum(sum(value.values()) if isinstance(value, dict) else value for value in values)

    def by_process(self, name, divided_by=None):
        """Return {process: median} of a figure that each process has, divided by the figure `divided_by`, if given."""
        names = dict.fromkeys(process for run in self.runs for process in run.get(name, {}))
        return {
            process: statistics.median(
                run[name].get(process, 0) / (run[divided_by] if divided_by else 1) for run in self.runs if name in run
            )
            for process in names
        }
