"""The signals that this process waits for. It takes them one by one, so that none interrupts it anywhere."""

import signal
from collections.abc import Iterable

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
RENEW = signal.SIGUSR1


class StopRequested(Exception):
    """Ctrl-C, Ctrl-\\, SIGTERM or a closed terminal."""


def hold() -> None:
    """Block the signals, so that they wait for wait(): a second Ctrl-C can't interrupt the stopping."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {*STOP, RENEW, signal.SIGCHLD})


def wait(seconds: float, others: Iterable[int] = ()) -> int | None:
    """Wait until a child has ended or `seconds` are over; raise StopRequested when asked to stop.

    Return the number of the signal if it was one of the `others`. Signals that are not waited for stay pending.
    """
    received = signal.sigtimedwait({*_awaited(), *others}, max(0, seconds))
    if received and received.si_signo in STOP:
        raise StopRequested
    return received.si_signo if received and received.si_signo in others else None


def _awaited() -> set[int]:
    awaited: set[int] = {*STOP, signal.SIGCHLD}
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        awaited.remove(signal.SIGHUP)  # nohup; a blocked signal would arrive although it is ignored
    return awaited
