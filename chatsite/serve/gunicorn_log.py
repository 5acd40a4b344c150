"""gunicorn's own log lines as JSON, with LOG_FORMAT=json."""

from typing import Any

from gunicorn.glogging import Logger

from chatsite.json_lines import JsonLines


class JsonLogger(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
