"""Django's own check for production, manage.py check --deploy: no warning, unless there is something to mend."""

import pytest

from tests.helpers.manage import manage

PRODUCTION = {"ALLOWED_HOSTS": "chat.example.com", "SECRET_KEY": "0123456789" * 5, "TRUSTED_PROXIES": "127.0.0.1"}


@pytest.mark.parametrize("more", [{}, {"HSTS_SECONDS": "300"}], ids=["", "HSTS"])
def test_production_has_no_warning(tmp_path, more):
    done = manage(tmp_path, "check", "--deploy", "--fail-level=DEBUG", **PRODUCTION, **more)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_debug_in_production_still_has_one(tmp_path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level=DEBUG", **PRODUCTION, DEBUG="1")
    assert done.returncode == 1
    assert "security.W018" in done.stderr
