"""The workloads. Each yields pairs (case, run), with one run of each case in a round.

A case is a dict that says what was measured, at least the stack. A run is a dict of figures, or of "failed" and the
reason.
"""

from . import crowd, delivery, idle, pages, posts, readers, siege

WORKLOADS = {workload.NAME: workload for workload in (posts, readers, delivery, crowd, pages, idle, siege)}
