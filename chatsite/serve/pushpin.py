"""Pushpin, the proxy that holds the streams: its configuration and its command line."""

import os
import secrets
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import quote

from chatsite.env import PROJECT_DIR

from . import open_files, ports

COMMAND_SOCKET = "c-command"  # command_spec in deploy/pushpin.conf
NO_PORT = -1  # 0 would be any free port
WANTED_CONNECTIONS = 50_000
OTHER_FILES = 100
LOG_BYTES = 10_000_000
OLD_LOGS = 2  # beside the current one


def installed() -> bool:
    return shutil.which("pushpin") is not None


def put_old_logs_aside(log_dir: Path) -> None:
    """Make place for the logs of a new run."""
    log_dir.mkdir(exist_ok=True)
    for log in log_dir.glob("*.log"):
        _shift(log)
        log.replace(log.with_suffix(".log.1"))


def limit_logs(log_dir: Path) -> None:
    """Copy a log that has become long, and empty it.

    Renaming would not do: after a SIGHUP, condure and Pushpin's runner go on writing into the old file. All of them
    append, so each goes on at the beginning of the emptied one. A line that is written during the copy may be lost.
    """
    for log in log_dir.glob("*.log"):
        with suppress(OSError):
            if log.stat().st_size > LOG_BYTES:
                _shift(log)
                copy = log.with_suffix(".log.1")
                try:
                    shutil.copyfile(log, copy)
                except OSError:  # the disk is full
                    copy.unlink(missing_ok=True)
                os.truncate(log, 0)


def _shift(log: Path) -> None:
    """Rename the old logs, .1 to .2 and so on; the oldest is deleted."""
    for number in range(OLD_LOGS - 1, 0, -1):
        with suppress(FileNotFoundError):
            log.with_suffix(f".log.{number}").replace(log.with_suffix(f".log.{number + 1}"))


def write_configuration(
    run_dir: Path, log_dir: Path, *, listen: str, web_port: int, key: str, control_port: int = NO_PORT, **more: object
) -> Path:
    """Fill in the templates for a Pushpin that browsers connect to, with the web server on the same machine.

    The web server publishes to its command socket. Return the path of the configuration file.
    """
    return fill_in(
        run_dir,
        log_dir,
        listen=listen,
        control_ip=ports.LOOPBACK,
        control_port=control_port,
        web_servers=f"{ports.LOOPBACK}:{web_port}",
        key=key,
        **more,
    )


def fill_in(run_dir: Path, log_dir: Path, **values: object) -> Path:
    """Fill in the templates; return the path of the configuration file.

    `hold` is the secret part of the path on which Pushpin holds the stream of pulse.py; `statistics` is where it says
    how many streams it holds, nothing for nowhere.
    """
    values = {
        "hold": secrets.token_hex(16),
        "statistics": "",
        **values,
        "run_dir": run_dir,
        "services": _services(),
        "max_connections": max(1, min(WANTED_CONNECTIONS, open_files.limit() - OTHER_FILES)),
    }
    run_dir.mkdir(mode=0o700, exist_ok=True)  # a program that cleans /tmp may have removed it
    log_link = run_dir / "log"
    log_link.unlink(missing_ok=True)
    log_link.symlink_to(log_dir)
    for name in ("pushpin.conf", "routes"):
        (run_dir / name).write_text(_template(name).substitute(values))
    return run_dir / "pushpin.conf"


@cache
def _template(name: str) -> Template:
    """Return the template as it was when Pushpin first started: after an update, the file may need other values."""
    return Template((PROJECT_DIR / "deploy" / name).read_text())


def command_uri(run_dir: Path) -> str:
    """Return the address, as GRIP_URL names it, of the command socket of a Pushpin with this run directory."""
    return f"ipc://{quote(str(run_dir / COMMAND_SOCKET))}"


def takes_events(run_dir: Path) -> bool:
    """Return whether our own Pushpin has its command socket there: anybody may make a folder in /tmp."""
    try:
        return run_dir.stat().st_uid == os.getuid() and (run_dir / COMMAND_SOCKET).is_socket()
    except OSError:
        return False


def command(configuration: Path, port: int, cores: int) -> tuple[str, ...]:
    """Return the command line of a Pushpin that listens on `port` and uses so many cores.

    Each request passes through all four of Pushpin's processes. On several cores they wake each other for every single
    message; on one core, each finds several when its turn comes, and works half as long for a stream that opens. The
    kernel moves other programs away from that core.

    The log level is in the file too, but in newer versions their default overrides the file.
    """
    return "taskset", "--cpu-list", _cores(port, cores), "pushpin", f"--config={configuration}", "--loglevel=1"


def _cores(port: int, count: int) -> str:
    """Return the numbers of the cores. Instances with ports next to each other have different ones."""
    allowed = sorted(os.sched_getaffinity(0))
    return ",".join(str(allowed[(port + number) % len(allowed)]) for number in range(min(count, len(allowed))))


def _services() -> str:
    # Newer versions make the requests to the web server themselves, and their packages have no zurl.
    zurl = "zurl," if shutil.which("zurl") else ""
    return f"condure,{zurl}pushpin-proxy,pushpin-handler"
