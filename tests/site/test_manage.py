"""manage.py beside a running chat."""

import pytest

from chatsite.serve import instance
from tests.helpers.manage import manage


@pytest.mark.parametrize(("runs", "says"), [(True, True), (False, False)])
def test_a_command_that_reaches_no_proxy_of_the_running_chat_says_so(tmp_path, runs, says):
    data_dir = tmp_path / "data"
    assert manage(data_dir, "migrate", "--verbosity=0").returncode == 0
    if runs:
        with instance.only_one(data_dir, "http://127.0.0.1:8000/", "127.0.0.1:8000"):
            done = manage(data_dir, "pause", "back at 12")
    else:
        done = manage(data_dir, "pause", "back at 12")
    assert done.returncode == 0
    assert ("reaches no proxy" in done.stdout) == says
