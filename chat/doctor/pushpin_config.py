"""The traps in Pushpin's configuration, where its file is on this machine: Debian's sample has several."""

import ipaddress
import os
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from configparser import Error as BadFile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, Warning

from chat.checks import NEW_KEY, SAMPLE_KEY
from chat.conf import conf
from chat.grip.config import proxies

DEBIANS = Path("/etc/pushpin/pushpin.conf")
PROCESSES = Path("/proc")
OPEN = ("", "*", "0.0.0.0", "::")
SOCKETS = ("push_in_spec", "push_in_sub_specs", "command_spec")
PLACES = 64  # requests at a time: with 96, hundreds that come at once get 502s
BUFFER_BYTES = 8192  # a URL with a room of 64 emoji and its event id has over 2 kB, and its headers come on top

Value = Callable[[str, str], str]


def files() -> list[Path]:
    """Return the configurations of those of our proxies that run here."""
    own = [conf.pushpin_config] if conf.pushpin_config and conf.pushpin_config.exists() else []
    return [*own, DEBIANS] if _is_ours(DEBIANS) and _is_used(DEBIANS) else own


def _is_used(file: Path) -> bool:
    """Return whether a running Pushpin has the file in its command line: another one may have the same port."""
    argument = os.fsencode(f"--config={file}")
    for command_line in PROCESSES.glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            if argument in command_line.read_bytes().split(b"\0"):
                return True
    return False


def _is_ours(file: Path) -> bool:
    """Return whether one of GRIP_PROXIES is the control port of the Pushpin with this configuration."""
    try:
        port = _values(file)("handler", "push_in_http_port")
    except (OSError, BadFile):
        return False
    places = [urlsplit(proxy["control_uri"]) for proxy in proxies()]
    return any(place.hostname in ("127.0.0.1", "localhost", "::1") and str(place.port) == port for place in places)


def _values(file: Path) -> Value:
    parser = ConfigParser(interpolation=None, strict=False, comment_prefixes=("#",))
    parser.read_string(file.read_text())
    return lambda section, name: parser.get(section, name, fallback="").strip()


def look(file: Path) -> Iterator[CheckMessage]:
    """Yield what is wrong in the file."""
    try:
        value = _values(file)
    except (OSError, BadFile) as error:
        yield Error(f"{file} can't be read: {error}", hint="Name a file of Pushpin that you may read.", id="chat.E101")
        return
    if value("handler", "message_rate") not in ("", "0"):
        yield Error(
            f"{file} has message_rate={value('handler', 'message_rate')}: messages that follow each other within 25 ms "
            "reach nobody until the burst is over.",
            hint="Set message_rate=0 in its section [handler], and restart Pushpin.",
            id="chat.E102",
        )
    if value("proxy", "sig_key") == SAMPLE_KEY:
        yield Error(
            f"{file} has sig_key={SAMPLE_KEY}, as Debian's sample has: everybody can claim to be this proxy.",
            hint=f"{NEW_KEY}, and write it into GRIP_URL too.",
            id="chat.E103",
        )
    if not value("proxy", "sig_key"):
        yield Error(
            f"{file} has no sig_key: Pushpin signs nothing, so no stream opens.",
            hint="Set sig_key to the key in GRIP_URL.",
            id="chat.E104",
        )
    if "append" not in value("proxy", "x_forwarded_for").split(","):
        yield Error(
            f"{file} has no x_forwarded_for=append: all clients have one address, and share its limits and bans.",
            hint="Set x_forwarded_for=append in its section [proxy], and restart Pushpin.",
            id="chat.E105",
        )
    if value("handler", "push_in_http_port") not in ("", "-1") and _is_for_all(value("handler", "push_in_http_addr")):
        yield Error(
            f"{file} opens the control port to everybody. It asks for no password: whoever reaches it writes into all "
            "rooms.",
            hint="Set push_in_http_addr to 127.0.0.1, or to an address in a private network.",
            id="chat.E106",
        )
    if opened := [name for name in SOCKETS if _listens_openly(value("handler", name))]:
        yield Error(
            f"{file} opens {' and '.join(opened)} to everybody. They ask for no password: whoever reaches one writes "
            "into all rooms.",
            hint="Write tcp://127.0.0.1:... or ipc://... there, and restart Pushpin.",
            id="chat.E107",
        )
    if not 0 < _number(value("proxy", "max_open_requests"), 0) <= PLACES:
        yield Warning(
            f"{file} lets more than {PLACES} requests in at a time: if hundreds come at once, as after a new start, "
            "some are lost, and their answer is a 502.",
            hint=f"Set max_open_requests={PLACES} in its section [proxy], and restart Pushpin.",
            id="chat.W103",
        )
    if _number(value("runner", "client_buffer_size"), BUFFER_BYTES) < BUFFER_BYTES:
        yield Warning(
            f"{file} has client_buffer_size={value('runner', 'client_buffer_size')}: a room with a long name gets no "
            "stream, because Pushpin drops long addresses without an answer.",
            hint=f"Set client_buffer_size={BUFFER_BYTES} in its section [runner], and restart Pushpin.",
            id="chat.W104",
        )
    if value("proxy", "accept_pushpin_route") == "true":
        yield Warning(
            f"{file} has accept_pushpin_route=true: a client's header chooses where its request goes.",
            hint="Set accept_pushpin_route=false.",
            id="chat.W101",
        )
    if value("proxy", "auto_cross_origin") == "true":
        yield Warning(
            f"{file} has auto_cross_origin=true: pages of other sites may read and write here.",
            hint="Set auto_cross_origin=false.",
            id="chat.W102",
        )


def _is_for_all(address: str) -> bool:
    try:
        return address in OPEN or ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _listens_openly(specs: str) -> bool:
    """Return whether one of these addresses of ZeroMQ, as in tcp://*:5560, is open to everybody."""
    parts = [urlsplit(spec.strip()) for spec in specs.split(",")]
    return any(part.scheme == "tcp" and _is_for_all(part.hostname or "") for part in parts)


def _number(written: str, default: int) -> int:
    return int(written) if written.isdecimal() else default
