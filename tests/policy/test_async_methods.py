"""A method that is written with `async def` lets nobody in: its answer, which nobody awaits, would count as True."""

import pytest
from django.core.checks import run_checks

from chat.policy import SiteUsers, asking


class AsyncReader(SiteUsers):
    async def may_read(self, request, room):
        return False


class AsyncWriter(SiteUsers):
    async def may_write(self, request, room):
        return False


@pytest.mark.parametrize(("name", "method"), [("AsyncReader", "may_read"), ("AsyncWriter", "may_write")])
def test_nobody_gets_in_by_a_method_that_is_async(settings, rf, name, method):
    settings.CHAT_POLICY = f"tests.policy.test_async_methods.{name}"
    for refuse in (asking.refuse_reader, asking.refuse_writer):
        with pytest.raises(TypeError, match=f"{method} is async"):
            refuse(rf.get("/attic"), "attic")
    [error] = [found for found in run_checks() if found.id == "chat.E010"]
    assert f"{method} is async" in error.msg
