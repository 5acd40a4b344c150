"""The limit on open files. Every held stream is an open file, and the usual limit is only 1024."""

from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

WANTED = 65_536


def raise_limit() -> None:
    """Raise the limit, for this process and those that it starts, to WANTED or as far as the machine allows."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    if soft != RLIM_INFINITY:
        setrlimit(RLIMIT_NOFILE, (max(soft, WANTED if hard == RLIM_INFINITY else min(hard, WANTED)), hard))


def limit() -> int:
    """Return how many files a process may have open, WANTED if there is no limit."""
    soft = getrlimit(RLIMIT_NOFILE)[0]
    return WANTED if soft == RLIM_INFINITY else soft
