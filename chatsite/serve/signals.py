"""The signals that we wait for, taken one by one instead of interrupting us anywhere."""

import signal

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
RENEW = signal.SIGUSR1


class StopRequested(Exception):
    """Ctrl-C, Ctrl-\\, SIGTERM or a closed terminal."""


def hold():
    """Block the signals, so that they queue up for wait(): a second Ctrl-C can't interrupt the stopping."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {*STOP, RENEW, signal.SIGCHLD})


def wait(seconds, others=()):
    """Wait until a child has ended or `seconds` are over; raise StopRequested when asked to stop.

    Return the number of the signal, if it was one of the `others`; those not waited for stay pending.
    """
    received = signal.sigtimedwait({*_awaited(), *others}, max(0, seconds))
    if received and received.si_signo in STOP:
        raise StopRequested
    return received.si_signo if received and received.si_signo in others else None


def _awaited():
    awaited = {*STOP, signal.SIGCHLD}
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        awaited.remove(signal.SIGHUP)  # nohup; a signal that is blocked would come through all the same
    return awaited
