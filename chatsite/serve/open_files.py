"""The limit on open files: every held stream is one, and the usual limit of 1024 is soon reached."""

from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

WANTED = 65_536


def raise_limit():
    """Raise the limit, for us and for what we start, as far as the machine allows and the chat needs."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    if soft != RLIM_INFINITY:
        setrlimit(RLIMIT_NOFILE, (max(soft, WANTED if hard == RLIM_INFINITY else min(hard, WANTED)), hard))


def limit():
    """Return how many files a process may have open, or as many as it could want."""
    soft = getrlimit(RLIMIT_NOFILE)[0]
    return WANTED if soft == RLIM_INFINITY else soft
