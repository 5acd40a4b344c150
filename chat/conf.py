"""The chat's settings: each is called CHAT_… in Django's settings, and has its default here.

A site needs none of them. The proxies are in GRIP_PROXIES or GRIP_URL, which are django-grip's own names.
"""

from pathlib import Path
from typing import Any, Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class Setting(Generic[T]):
    """Reads the setting CHAT_<NAME> each time, because tests change settings."""

    def __init__(self, default: T) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"CHAT_{name.upper()}"

    def __get__(self, instance: object, owner: type) -> T:
        return getattr(settings, self.name, self.default)


class Conf:
    # What people see
    site_name = Setting("Chat")  # what people call this chat
    csp: Setting[str | None] = Setting(None)  # the header Content-Security-Policy of our pages, instead of our own

    # Who the client is. None: the site has set REMOTE_ADDR already, and Pushpin names its client
    trusted_proxies: Setting[tuple[str, ...] | None] = Setting(None)  # addresses and networks
    limits = Setting(True)  # whether there is a limit to what one address may do
    limits_free: Setting[tuple[str, ...]] = Setting(())  # addresses and networks without limits

    # How long things stay
    source_days = Setting(30)  # how long a message keeps its source
    keep_messages: Setting[int | None] = Setting(None)  # days; None: all messages stay

    # Who may do what: docs/policies.md
    policy = Setting("chat.policy.Open")
    token_keys: Setting[Any] = Setting(())
    token_audience: Setting[str | None] = Setting(None)
    token_cookie: Setting[str | None] = Setting(None)
    sign_in_url: Setting[str | None] = Setting(None)  # where people get a token
    sign_out_url: Setting[str | None] = Setting(None)

    # How the chat runs
    maintenance = Setting(True)  # whether the first request for the chat starts a process's background threads
    shares_log = Setting(False)  # whether the event log is in the tables of django-eventstream, as it was up to 1.0.0

    # Files that bin/run makes. None: there is no such file
    data_dir: Setting[Path | None] = Setting(None)
    secret_key_file: Setting[Path | None] = Setting(None)
    pulse_file: Setting[Path | None] = Setting(None)  # what the supervisor sees of its Pushpin
    late_proxy_file: Setting[Path | None] = Setting(None)  # that a proxy's clock is wrong, for all processes
    run_lock: Setting[Path | None] = Setting(None)  # where the running chat says its URL
    pushpin_config: Setting[Path | None] = Setting(None)


conf = Conf()
