"""Log lines as JSON, one object a line, with LOG_FORMAT=json."""

import json
import logging
from datetime import datetime, timezone

from chat.web.request_ids import NONE


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        more = dict(getattr(record, "fields", {}))
        if (request_id := getattr(record, "request_id", NONE)) != NONE:
            more["request_id"] = request_id
        if record.exc_info:
            more["traceback"] = self.formatException(record.exc_info)
        return line(record.created, record.levelname, record.name, record.getMessage(), **more)


def line(at: float, level: str, logger: str, message: str, **more: object) -> str:
    time = datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": time, "level": level, "logger": logger, "message": message, **more})
