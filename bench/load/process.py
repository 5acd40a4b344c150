"""Starts readers or posters in a process of their own and gives them orders."""

import ctypes
import json
import select
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
ANSWER_S = 180  # for any order; some orders wait


class Process:
    """A process that runs a module of bench.load and takes orders; `with` ends it."""

    def __init__(self, module):
        self.name = module
        self._rest = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"bench.load.{module}", "--obey"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),  # it ends even if we are killed
        )
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def ask(self, do, **values):
        """Give an order and return the answer to it."""
        self.order(do, **values)
        return self.answer()

    def order(self, do, **values):
        """Give an order without waiting; answer() returns the answer later."""
        line = json.dumps({"do": do, **values}).encode() + b"\n"
        while line:
            line = line[self._process.stdin.write(line) :]

    def answer(self):
        """Return the next answer; raise TimeoutError if it does not come in time."""
        until = time.monotonic() + ANSWER_S
        while b"\n" not in self._rest:
            readable, _, _ = select.select([self._process.stdout], [], [], max(0, until - time.monotonic()))
            if not readable:
                raise TimeoutError(f"the {self.name} did not answer within {ANSWER_S} s")
            data = self._process.stdout.read(1 << 20)
            if not data:
                raise RuntimeError(f"the {self.name} ended: see the lines above")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)
