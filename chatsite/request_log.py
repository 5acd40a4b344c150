"""Gives each request its number and, with ACCESS_LOG, its line in the log.

This is around Django, not one of its middlewares: the proxy's middleware comes first there, and answers some requests
by itself.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import quote

from chat.web import request_ids

log = logging.getLogger("chat.access")


def wsgi(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return the application, which now numbers its requests."""

    def numbered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began, number, statuses = time.monotonic(), request_ids.begin(), []
        environ["HTTP_X_REQUEST_ID"] = number

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, [*headers, (request_ids.HEADER, number)], *more)

        answer = application(environ, start)
        # Django's META is this environ, so TrustedProxies has replaced REMOTE_ADDR by the client's address.
        path = environ.get("RAW_URI", "").partition("?")[0] or quote(environ["PATH_INFO"], encoding="latin-1")
        _log(environ["REQUEST_METHOD"], path, statuses[-1], began, environ.get("REMOTE_ADDR", ""))
        return answer

    return numbered


def asgi(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return the application, which now numbers its requests."""

    async def numbered(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        began, number = time.monotonic(), request_ids.begin()
        headers = [(name, value) for name, value in scope["headers"] if name != b"x-request-id"]
        headers.append((b"x-request-id", number.encode()))

        async def send_numbered(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                own = (request_ids.HEADER.lower().encode(), number.encode())
                event = {**event, "headers": [*event.get("headers", ()), own]}
                client = (scope.get("client") or [""])[0]
                _log(scope["method"], quote(scope["path"]), event["status"], began, client)
            await send(event)

        await application({**scope, "headers": headers}, receive, send_numbered)

    return numbered


def _log(method: str, path: str, status: int, began: float, client: str) -> None:
    """Log one request: not its query, which names people and may hold a key."""
    if log.isEnabledFor(logging.INFO):
        ms = round(1000 * (time.monotonic() - began))
        fields = {"method": method, "path": path, "status": status, "ms": ms, "client": client}
        log.info("%s %s %d %d ms %s", *fields.values(), extra={"fields": fields})
