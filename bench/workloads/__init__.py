"""The workloads: each yields (case, run) again and again; runs of the same case, one a round, are compared later.

A case is a dict of what was measured: at least its stack. A run is a dict of figures; or "failed", and why.
"""

from . import delivery, idle, pages, posts, readers

WORKLOADS = {workload.NAME: workload for workload in (posts, readers, delivery, pages, idle)}
