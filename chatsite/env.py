"""The site's whole configuration: twenty-nine variables, read from the environment once.

Those in SECRETS may be in a file instead: SECRET_KEY_FILE names the file for SECRET_KEY.
"""

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from chat.origins import wrong_origins

PROJECT_DIR = Path(__file__).resolve().parent.parent
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
ANY_ADDRESS = ("0.0.0.0", "::", "[::]")
SECRETS = ("SECRET_KEY", "DATABASE_URL", "GRIP_URL", "TOKEN_KEYS")
POLICIES = {"open": "chat.policy.Open", "users": "chat.policy.SiteUsers", "tokens": "chat.policy.SignedTokens"}
MIN_SECRET_LENGTH = 32  # characters
MAX_HSTS_SECONDS = 2 * 365 * 86_400
MAX_SITE_NAME_LENGTH = 40  # characters


class EnvironmentProblem(ImproperlyConfigured):
    """The site can't start with this variable.

    The message gives its name, its value (unless that is secret) and the cure.
    """

    def __init__(self, name: str, value: str | None, cure: str) -> None:
        shown = name if name in ("SECRET_KEY", "TOKEN_KEYS") else f"{name}={value!r}"
        super().__init__(f"{shown} won't do: {cure}" if value else f"{name} is not set: {cure}")


@dataclass(frozen=True)
class Environment:
    """The variables, checked and converted, each under its name in lower case. The repr holds no secret."""

    secret_key: str | None = field(repr=False)  # None: generate one and keep it in data_dir
    debug: bool
    allowed_hosts: tuple[str, ...]
    database_url: str | None = field(repr=False)  # None: SQLite in data_dir
    grip_url: str = field(repr=False)  # one or several proxies, separated by spaces; may be empty
    grip_verify_key: str | None = field(repr=False)
    host: str
    port: int
    web_port: int | None  # on loopback, where Django itself listens beside our Pushpin; None: any free one
    pushpin_cores: int  # how many cores our Pushpin uses
    data_dir: Path  # absolute
    log_level: str
    log_format: str  # text or json
    access_log: bool
    trusted_proxies: tuple[str, ...]  # addresses and networks; none: nobody may say who the client is
    source_days: int  # how long a message keeps its source
    keep_messages: int | None  # days; None: all messages stay
    limits: bool
    limits_free: tuple[str, ...]  # addresses and networks
    origins: tuple[str, ...]  # the sites whose pages may use the chat; ("*",): every site
    hsts_seconds: int  # 0: off
    admin: bool  # whether the site has /admin/
    site_name: str  # what people call this chat
    internal: tuple[str, int] | None  # where /-/metrics listens, if anywhere
    policy: str  # the class that says who may do what: its module and name
    token_keys: Mapping[str, Any] = field(repr=False)  # {kid: {"alg": ..., "key": ...}}; the start checks them
    token_audience: str | None
    token_cookie: str | None
    sign_in_url: str | None  # where people get a token


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Read the variables; raise EnvironmentProblem for the first bad value."""
    environ = {**environ, **_from_files(environ)}
    debug = _switch("DEBUG", environ, default="off")
    host = environ.get("HOST", "").strip() or "127.0.0.1"
    port = _port(environ.get("PORT") or "8000")
    return Environment(
        secret_key=_secret_key(environ, debug),
        debug=debug,
        allowed_hosts=_allowed_hosts(environ, host),
        database_url=environ.get("DATABASE_URL") or None,
        grip_url=environ.get("GRIP_URL", "").strip(),
        grip_verify_key=environ.get("GRIP_VERIFY_KEY") or None,
        host=host,
        port=port,
        web_port=_web_port(environ.get("WEB_PORT") or None, port),
        pushpin_cores=_pushpin_cores(environ.get("PUSHPIN_CORES") or "1"),
        data_dir=_data_dir(environ.get("DATA_DIR") or PROJECT_DIR / "var"),
        log_level=_log_level(environ.get("LOG_LEVEL") or "WARNING"),
        log_format=_log_format(environ.get("LOG_FORMAT") or "text"),
        access_log=_switch("ACCESS_LOG", environ, default="off"),
        trusted_proxies=_networks("TRUSTED_PROXIES", environ),
        source_days=_source_days(environ.get("SOURCE_DAYS") or "30"),
        keep_messages=_keep_messages(environ.get("KEEP_MESSAGES") or None),
        limits=_switch("LIMITS", environ, default="on"),
        limits_free=_networks("LIMITS_FREE", environ),
        origins=_origins(environ),
        hsts_seconds=_hsts_seconds(environ.get("HSTS_SECONDS") or "0"),
        admin=_switch("ADMIN", environ, default="on"),
        site_name=_site_name(environ.get("SITE_NAME", "").strip() or "Chat"),
        internal=_internal(environ.get("INTERNAL") or None),
        policy=_policy(environ.get("POLICY") or "open"),
        token_keys=_token_keys(environ.get("TOKEN_KEYS") or None),
        token_audience=environ.get("TOKEN_AUDIENCE") or None,
        token_cookie=_token_cookie(environ.get("TOKEN_COOKIE") or None),
        sign_in_url=_sign_in_url(environ.get("SIGN_IN_URL") or None),
    )


def _from_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that are in files."""
    found = {}
    for name in SECRETS:
        variable = f"{name}_FILE"
        if path := environ.get(variable):
            if environ.get(name):
                raise EnvironmentProblem(variable, path, f"{name} is set too: set only one of the two.")
            found[name] = _content(variable, path)
    return found


def _content(variable: str, path: str) -> str:
    try:
        content = Path(path).read_text().strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise EnvironmentProblem(variable, path, f"name a file that we can read ({reason}).") from None
    if not content:
        raise EnvironmentProblem(variable, path, "this file is empty: write the secret into it.")
    return content


def _switch(name: str, environ: Mapping[str, str], default: str) -> bool:
    value = environ.get(name) or default
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise EnvironmentProblem(name, value, "write on or off.")


def _secret_key(environ: Mapping[str, str], debug: bool) -> str | None:
    value = environ.get("SECRET_KEY") or None
    if value and len(value) < MIN_SECRET_LENGTH:
        cure = f"it has {len(value)} characters, use at least {MIN_SECRET_LENGTH} random ones."
        raise EnvironmentProblem("SECRET_KEY", value, cure)
    in_production = environ.get("ALLOWED_HOSTS") and not debug
    # With SQLite there is only one server, and the key that it makes for itself is as good as any.
    if value is None and in_production and environ.get("DATABASE_URL"):
        raise EnvironmentProblem(
            "SECRET_KEY",
            None,
            "with ALLOWED_HOSTS and DATABASE_URL set this is production on several servers, which need the same key. "
            "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    return value


def _allowed_hosts(environ: Mapping[str, str], host: str) -> tuple[str, ...]:
    named = tuple(name.strip() for name in environ.get("ALLOWED_HOSTS", "").split(",") if name.strip())
    for name in named:
        if not re.fullmatch(r"[^:/\s]+|\[[^]/\s]+\]", name):  # it would match no request: all would get a 400
            cure = "write names as in chat.example.com,[2001:db8::1] with commas between, no https:// and no port."
            raise EnvironmentProblem("ALLOWED_HOSTS", name, cure)
    if named:
        return named
    if host in ANY_ADDRESS:
        raise EnvironmentProblem(
            "ALLOWED_HOSTS",
            None,
            f"HOST={host} listens on every address, so name the hosts that people will "
            "type, separated by commas, for example ALLOWED_HOSTS=chat.example.com,192.168.1.20",
        )
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, f"[{host}]" if ":" in host and host[0] != "[" else host)))


def _port(value: str, name: str = "PORT") -> int:
    if re.fullmatch("[0-9]{1,5}", value) and 1 <= int(value) <= 65535:
        return int(value)
    raise EnvironmentProblem(name, value, "write a number from 1 to 65535.")


def _web_port(value: str | None, port: int) -> int | None:
    if value is None:
        return None
    if _port(value, "WEB_PORT") == port:
        raise EnvironmentProblem("WEB_PORT", value, "Pushpin listens at this PORT: write another number.")
    return int(value)


def _data_dir(value: str | Path) -> Path:
    try:
        return Path(value).expanduser().resolve()
    except RuntimeError:  # ~somebody, or symbolic links in a circle
        raise EnvironmentProblem("DATA_DIR", str(value), "write the path of a folder, such as /srv/chat.") from None


def _log_level(value: str) -> str:
    if value.upper() in LOG_LEVELS:
        return value.upper()
    raise EnvironmentProblem("LOG_LEVEL", value, f"write one of {', '.join(LOG_LEVELS)}.")


def _log_format(value: str) -> str:
    if value.lower() in LOG_FORMATS:
        return value.lower()
    raise EnvironmentProblem("LOG_FORMAT", value, f"write {' or '.join(LOG_FORMATS)}.")


def _networks(name: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    networks = tuple(network.strip() for network in environ.get(name, "").split(",") if network.strip())
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            cure = "write addresses or networks as in 127.0.0.1,10.0.0.0/24 with commas between, no names and no ports."
            raise EnvironmentProblem(name, network, cure) from None
    return networks


def _origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in environ.get("ORIGINS", "").split(",") if origin.strip())
    for origin in wrong_origins(origins):
        cure = (
            "write sites as in https://shop.example.com,http://localhost:3000 with commas between: as a browser names "
            "them, in lower case, without a path and without :80 or :443; or write * alone, for every site."
        )
        raise EnvironmentProblem("ORIGINS", origin, cure)
    return origins


def _internal(value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    ip, _, port = value.rpartition(":")
    try:
        address = ipaddress.ip_address(ip[1:-1] if ip[:1] == "[" and ip[-1:] == "]" else ip)
        inside = not (address.is_global or address.is_unspecified or address.is_multicast)
    except ValueError:
        inside = False
    if not inside or not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        cure = "write an address that only your own machines reach, and a port, as in 127.0.0.1:9464."
        raise EnvironmentProblem("INTERNAL", value, cure)
    return str(address), int(port)


def _pushpin_cores(value: str) -> int:
    if re.fullmatch("[1-9][0-9]{0,3}", value):
        return int(value)
    raise EnvironmentProblem("PUSHPIN_CORES", value, "write a number of cores from 1 to 9999.")


def _source_days(value: str) -> int:
    if re.fullmatch("[0-9]{1,4}", value) and 1 <= int(value) <= 3650:
        return int(value)
    raise EnvironmentProblem("SOURCE_DAYS", value, "write a number of days from 1 to 3650.")


def _keep_messages(value: str | None) -> int | None:
    if value is None:
        return None
    if re.fullmatch("[0-9]{1,5}d", value) and int(value[:-1]) >= 1:
        return int(value[:-1])
    raise EnvironmentProblem("KEEP_MESSAGES", value, "write a number of days and a d, from 1d to 99999d.")


def _hsts_seconds(value: str) -> int:
    if re.fullmatch("[0-9]{1,8}", value) and int(value) <= MAX_HSTS_SECONDS:
        return int(value)
    cure = f"write 0 for none, or a number up to {MAX_HSTS_SECONDS} (two years)."
    raise EnvironmentProblem("HSTS_SECONDS", value, cure)


def _site_name(value: str) -> str:
    if len(value) <= MAX_SITE_NAME_LENGTH and value.isprintable():  # direction characters are not printable
        return value
    cure = f"write at most {MAX_SITE_NAME_LENGTH} characters on one line, none of them invisible."
    raise EnvironmentProblem("SITE_NAME", value, cure)


def _policy(value: str) -> str:
    if value.lower() in POLICIES:
        return POLICIES[value.lower()]
    if re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)+", value):
        return value
    raise EnvironmentProblem(
        "POLICY", value, f"write {', '.join(POLICIES)}, or a class of yours like mysite.rules.Groups."
    )


def _token_keys(value: str | None) -> Mapping[str, Any]:
    if value is None:
        return {}
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    raise EnvironmentProblem("TOKEN_KEYS", value, 'write JSON: {"2026-11": {"alg": "HS256", "key": "..."}}.')


def _token_cookie(value: str | None) -> str | None:
    if value is None or re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", value):
        return value
    raise EnvironmentProblem("TOKEN_COOKIE", value, "write a cookie's name of letters, digits, _, - and dots.")


def _sign_in_url(value: str | None) -> str | None:
    if value is None or re.fullmatch(r"(https?://[^/\s]|/(?![/\\]))\S*", value):
        return value
    raise EnvironmentProblem("SIGN_IN_URL", value, "write an address like https://example.com/login, or a path.")
