"""results.json: the figures of the last run of each workload."""

import json
import os
import platform
import shutil
import subprocess
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("Django", "django-eventstream", "gunicorn", "channels", "channels-redis", "uvicorn")
DEBIAN_PACKAGES = ("pushpin", "zurl", "nginx-light", "libnginx-mod-nchan", "redis-server", "postgresql")


class Results:
    """The runs of each case of the workloads, by workload."""

    def __init__(self, file):
        self._file = file
        self.workloads = json.loads(file.read_text()) if file.exists() else {}

    def begin(self, workload, options):
        """Replace the last run of this workload by a new, empty one."""
        asked = {"quick": options.quick, "rounds": options.rounds_now}
        date = datetime.now(timezone.utc).isoformat(timespec="minutes")
        self.workloads[workload] = {"date": date, **asked, "machine": machine(), "rows": []}

    def add(self, workload, case, run):
        """Add one run; the runs of a case share one row."""
        rows = self.workloads[workload]["rows"]
        row = next((row for row in rows if row["case"] == case), None)
        if row is None:
            row = {"case": case, "runs": []}
            rows.append(row)
        row["runs"].append(run)

    def save(self):
        """Write the file."""
        whole = self._file.with_suffix(".part")
        whole.write_text(json.dumps(self.workloads, indent=1, default=str) + "\n")
        whole.replace(self._file)


def machine():
    """Describe the machine and the versions of the measured programs."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{name: found for name in PACKAGES if (found := _version(name))},
        **_debian_versions(),
    }


def _processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _debian_versions():
    if not shutil.which("dpkg-query"):
        return {}
    command = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *DEBIAN_PACKAGES]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return dict(line.split(" ", 1) for line in lines if not line.endswith(" "))
