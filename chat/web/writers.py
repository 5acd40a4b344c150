"""Who sends the request."""

from django.http import HttpRequest

from chat.messages.writer import Writer

from .sources import source_of


def writer_of(request: HttpRequest) -> Writer:
    return Writer(source=source_of(request))
