"""How a request arrives at the web server: through a proxy or not, with which signature, from which address."""

import secrets
import ssl
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning

from chat.grip import signature
from chat.streams.arrival import DOCTOR, HEADER

from .front import NO_ANSWER, Front

SKEW_S = 60
TRIES = 8  # of several processes, that many requests meet two
PATH = "/-/seen"
STREAMS = "/events/"  # a proxy in front may send these only through the GRIP proxy


def look(front: Front) -> Iterator[CheckMessage]:
    """Yield what is wrong between the front and the web server."""
    try:
        answer = front.ask("GET", PATH, headers=_proof())
    except ssl.SSLCertVerificationError as error:
        yield Error(
            f"This machine does not trust the certificate of {front.url}: {error.verify_message}",
            hint="If Caddy has signed it itself (tls internal), give this command a copy of Caddy's root.crt: "
            "SSL_CERT_FILE=/etc/chat/caddy.crt. Else renew the certificate, or name the address that is in it.",
            id="chat.E305",
        )
        return
    except NO_ANSWER as error:
        yield Error(
            f"Nobody answers at {front.place}: {error or type(error).__name__}",
            hint="Start the chat. If it runs, the proxy in front of it (nginx, Caddy or Pushpin) is down or hangs.",
            id="chat.E301",
        )
        return
    if answer.status == 400:
        yield Error(
            f"The web server refuses the name in {front.url}.",
            hint="Write it into ALLOWED_HOSTS, or name the address that people open: doctor --url.",
            id="chat.E302",
        )
    elif not answer.is_ours:
        yield Error(
            f"A proxy answers at {front.url}, but the web server behind it does not: {answer.error()}",
            hint="Start the web server, or correct its address in the proxy's routes. Or another program is there.",
            id="chat.E303",
        )
    elif answer.status != 200:
        yield _other_web_server(front)
    elif not answer.json()["proxies"]:
        yield from _judge_embedded(front, answer.json())
    else:
        yield from _look_at_streams(front)


def _look_at_streams(front: Front) -> Iterator[CheckMessage]:
    """Yield what is wrong on the way of a stream. If nobody answers there, the held stream says more, later."""
    try:
        answer = front.ask("GET", STREAMS, headers=_proof())
    except NO_ANSWER:
        return
    if not answer.is_ours:
        return
    if answer.status != 200:
        yield _other_web_server(front)
        return
    yield from _judge(front, answer.json())


def _other_web_server(front: Front) -> CheckMessage:
    return Error(
        f"The web server at {front.url} has another SECRET_KEY than this command, or older code.",
        hint="Give this command the same variables (DATA_DIR, SECRET_KEY) as the chat, and restart the chat.",
        id="chat.E304",
    )


def _proof() -> dict[str, str]:
    return {HEADER: DOCTOR.sign(secrets.token_hex(8))}


def _judge(front: Front, seen: dict[str, Any]) -> Iterator[CheckMessage]:
    if seen["signature"] == signature.NONE:
        yield Error(
            f"Streams at {front.place} arrive at the web server directly, not through a GRIP proxy: none opens.",
            hint="Name the address that people open: doctor --url https://chat.example.com/. If it is this one, "
            "let the proxy in front (nginx, Caddy) send the addresses of the streams to the GRIP proxy.",
            id="chat.E311",
        )
    elif seen["signature"] == signature.KEY:
        yield Error(
            "The proxy signs with another key (or issuer) than the web server expects, so no stream opens.",
            hint="Write the same into GRIP_URL (?key=...&verify-iss=...) and into the proxy (Pushpin: sig_key and "
            "sig_iss); restart both.",
            id="chat.E312",
        )
    elif seen["signature"] == signature.CLOCK:
        yield Error(
            "The clocks differ: the key is right, but the proxy's signature is over. The proxy's clock is about "
            f"{seen['behind']} s behind the web server's.",
            hint="Set both clocks by NTP (timedatectl set-ntp true). URL and key are right: leave them alone.",
            id="chat.E313",
        )
    else:
        yield from _judge_client(seen)


def _judge_client(seen: dict[str, Any]) -> Iterator[CheckMessage]:
    if abs(seen["behind"]) > SKEW_S:
        where = "behind" if seen["behind"] > 0 else "ahead of"
        yield Warning(
            f"The clocks differ: the proxy's is about {abs(seen['behind'])} s {where} the web server's. At 3600 s "
            "behind, no stream opens any more.",
            hint="Set both clocks by NTP (timedatectl set-ntp true). URL and key are right: leave them alone.",
            id="chat.W311",
        )
    if not seen["senders"]:
        yield Error(
            "The GRIP proxy does not say who the client is: all clients have one address, limit and ban.",
            hint="Set x_forwarded_for=append in Pushpin's configuration, and restart Pushpin.",
            id="chat.E314",
        )
    elif len(seen["senders"]) > 1 and seen["client"] == seen["senders"][-1] and not seen["trusted"]:
        yield Error(
            f"There is a proxy at {seen['client']} whom the web server does not believe: all clients have its address, "
            "limit and ban.",
            hint=f"Write it into TRUSTED_PROXIES, if it is yours: TRUSTED_PROXIES={seen['client']}",
            id="chat.E315",
        )


def _judge_embedded(front: Front, seen: dict[str, Any]) -> Iterator[CheckMessage]:
    processes = {seen["process"]}
    for _ in range(TRIES):
        processes.add(front.ask("GET", PATH, headers=_proof()).json().get("process"))
    if len(processes) > 1:
        yield Error(
            "Embedded mode runs in several processes: a stream gets the messages of its own process only.",
            hint="Run one (gunicorn --workers=1), or use Pushpin.",
            id="chat.E316",
        )
