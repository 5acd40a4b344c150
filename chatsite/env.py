"""The site's whole configuration: ten variables, read from the environment once."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
ANY_ADDRESS = ("0.0.0.0", "::", "[::]")


class EnvironmentProblem(Exception):
    """A variable that the site can't start with: its name, its value and the cure."""

    def __init__(self, name, value, cure):
        super().__init__(f"{name}={value!r} won't do: {cure}" if value else f"{name} is not set: {cure}")


@dataclass(frozen=True)
class Environment:
    """The variables under their own names, in lower case, checked and converted."""

    secret_key: str | None  # None: generate one and keep it in data_dir
    debug: bool
    allowed_hosts: tuple[str, ...]
    database_url: str | None  # None: SQLite in data_dir
    grip_url: str  # one or several proxies, separated by spaces; may be empty
    grip_verify_key: str | None
    host: str
    port: int
    data_dir: Path  # absolute
    log_level: str


def read(environ=os.environ):
    """Return the Environment, or raise EnvironmentProblem for the first bad value."""
    debug = _debug(environ.get("DEBUG", ""))
    host = environ.get("HOST", "").strip() or "127.0.0.1"
    return Environment(
        secret_key=_secret_key(environ, debug),
        debug=debug,
        allowed_hosts=_allowed_hosts(environ, host),
        database_url=environ.get("DATABASE_URL") or None,
        grip_url=environ.get("GRIP_URL", "").strip(),
        grip_verify_key=environ.get("GRIP_VERIFY_KEY") or None,
        host=host,
        port=_port(environ.get("PORT", "8000")),
        data_dir=Path(environ.get("DATA_DIR") or PROJECT_DIR / "var").expanduser().resolve(),
        log_level=_log_level(environ.get("LOG_LEVEL", "WARNING")),
    )


def _debug(value):
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("", "0", "false", "no", "off"):
        return False
    raise EnvironmentProblem("DEBUG", value, "write 1 or 0.")


def _secret_key(environ, debug):
    value = environ.get("SECRET_KEY") or None
    if value and len(value) < 32:
        raise EnvironmentProblem("SECRET_KEY", value, "use at least 32 random characters.")
    in_production = environ.get("ALLOWED_HOSTS") and not debug
    if value is None and in_production:
        raise EnvironmentProblem(
            "SECRET_KEY",
            None,
            "with ALLOWED_HOSTS set this is production, where every server needs the same key. "
            "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    return value


def _allowed_hosts(environ, host):
    named = tuple(name.strip() for name in environ.get("ALLOWED_HOSTS", "").split(",") if name.strip())
    if named:
        return named
    if host in ANY_ADDRESS:
        raise EnvironmentProblem(
            "ALLOWED_HOSTS",
            None,
            f"HOST={host} listens on every address, so name the hosts that people will "
            "type, separated by commas, for example ALLOWED_HOSTS=chat.example.com,192.168.1.20",
        )
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, host)))


def _port(value):
    if value.isascii() and value.isdigit() and 1 <= int(value) <= 65535:
        return int(value)
    raise EnvironmentProblem("PORT", value, "write a number from 1 to 65535.")


def _log_level(value):
    if value.upper() in LOG_LEVELS:
        return value.upper()
    raise EnvironmentProblem("LOG_LEVEL", value, f"write one of {', '.join(LOG_LEVELS)}.")
