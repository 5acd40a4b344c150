"""Removes the parameters of the header Content-Type, except the boundary of a multipart form.

Django would decode the query with the charset that a client writes there, even with "base64". It also answers 500 to a
parameter that it can't decode.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any


def plain(content_type: str) -> str:
    """Return the media type, with its boundary if it has one."""
    media_type, *parameters = content_type.split(";")
    return ";".join([media_type, *(text for text in parameters if text.strip().lower().startswith("boundary="))])


def wsgi(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return the application, which now gets plain Content-Types."""

    def application_with_plain_type(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = plain(environ.get("CONTENT_TYPE", ""))
        return application(environ, start_response)

    return application_with_plain_type


def asgi(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return the application, which now gets plain Content-Types and no WebSockets."""

    async def application_with_plain_type(
        scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the server answers 403
            return
        headers = [
            (name, plain(value.decode("latin-1")).encode("latin-1") if name == b"content-type" else value)
            for name, value in scope.get("headers", ())
        ]
        await application({**scope, "headers": headers}, receive, send)

    return application_with_plain_type
