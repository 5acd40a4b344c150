"""The costs of processes: CPU seconds and memory, read from /proc."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SMALL = 0.05  # of a core; below this, a stack counts as idle


def cpu_s(pids):
    """Return the CPU seconds that these processes and their ended children have used so far."""
    return sum(_cpu_s(pid) for pid in pids)


def pss_kb(pids, which="Pss"):
    """Return the memory of the processes in kB. Each shared page is divided by the number of processes that share it.

    "Pss_Anon" leaves out the pages of files: when processes end, the shares of the others in a library's pages grow.
    """
    return sum(_pss_kb(pid, which) for pid in pids)


def memory(stack, which="Pss"):
    """Return {process name: kB} of the stack."""
    return {name: pss_kb(pids, which) for name, pids in stack.processes().items()}


class Watch:
    """Measures a `with` block: afterwards, `costs` has the costs of the stack and the load during the block."""

    def __init__(self, stack, *load):
        self._stack, self._load = stack, load

    def __enter__(self):
        self._began, self._before = time.monotonic(), self._now()
        self._machine = machine_s()
        return self

    def __exit__(self, *_):
        seconds, after = time.monotonic() - self._began, self._now()
        used = {name: max(0, round(after[name] - self._before.get(name, 0), 2)) for name in after}
        load = {name: used.pop(name) for name in {one.name for one in self._load}}
        busy, possible = (now - before for now, before in zip(machine_s(), self._machine, strict=True))
        self.costs = {
            "cpu_s": used,
            "watched_s": round(seconds, 2),
            "load": {name: round(spent / seconds, 3) for name, spent in load.items()},  # as a part of one core
            "busy": round(busy / possible, 3),  # as a part of all cores
        }

    def _now(self):
        groups = self._stack.processes()
        for one in self._load:
            groups[one.name] = [*groups.get(one.name, ()), one.pid]
        return {name: cpu_s(pids) for name, pids in groups.items()}


def machine_s():
    """Return (busy, possible): CPU seconds of all cores since the machine's start."""
    with open("/proc/stat") as file:
        times = [int(field) / TICKS for field in file.readline().split()[1:9]]
    idle = times[3] + times[4]
    return sum(times) - idle, sum(times)


def wait_until_quiet(stack, seconds=15, looks=3, look_again_s=0.5):
    """Wait until the stack was idle several times in a row, or the time is over."""
    until = time.monotonic() + seconds
    before, quiet = _all(stack), 0
    while quiet < looks and time.monotonic() < until:
        time.sleep(look_again_s)
        now = _all(stack)
        quiet = quiet + 1 if now - before < SMALL * look_again_s else 0
        before = now


def _all(stack):
    return sum(cpu_s(pids) for pids in stack.processes().values())


def _cpu_s(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / TICKS


def _pss_kb(pid, which):
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:"))
