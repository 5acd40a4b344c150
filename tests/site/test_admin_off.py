"""ADMIN=off: the site has no admin."""

import importlib

import pytest
from django.urls import clear_url_caches

from chatsite import urls
from tests.helpers.manage import manage

LOOK_IT_UP = "from django.urls import resolve; print(resolve('/admin/login/').url_name)"


@pytest.fixture
def no_admin(settings):
    """Inside, the site has the addresses of ADMIN=off."""
    settings.ADMIN = False
    _read_addresses_again()
    yield
    settings.ADMIN = True
    _read_addresses_again()


def _read_addresses_again():
    importlib.reload(urls)
    clear_url_caches()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/chat/chatroom/", "/admin/logout/"])
def test_every_address_of_the_admin_is_one_where_nothing_lives(no_admin, client, path, method):
    answer, unknown = client.generic(method, path), client.generic(method, "/no/such/page/")
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert "sessionid" not in answer.cookies
    assert "csrftoken" not in answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/lobby?user=ann", "/admin?user=ann"])
def test_the_chat_goes_on_without_it_and_a_room_may_be_called_admin(no_admin, client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "/admin/login" not in answer.content.decode()


def test_the_variable_decides(tmp_path):
    assert manage(tmp_path, "shell", "-c", LOOK_IT_UP).stdout.strip().endswith("login")
    off = manage(tmp_path, "shell", "-c", LOOK_IT_UP, ADMIN="off")
    assert off.returncode == 1
    assert "Resolver404" in off.stderr
