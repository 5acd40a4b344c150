"""Logging in at the admin: a limit before each hash."""

import threading

import pytest
from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.test import Client, RequestFactory

from chat.web import login
from chat.web.login import TRIES, TRIES_OF_ADDRESS

LOGIN = "/admin/login/"
ALICE, EVE = "203.0.113.7", "198.51.100.66"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hashed(monkeypatch):
    """The names whose passwords were hashed; only "right" is right."""
    names = []

    def check(self, request, username=None, password=None, **kwargs):
        names.append(username)
        return admin if password == "right" else None

    from django.contrib.auth.models import User

    admin = User.objects.create_superuser("root")
    monkeypatch.setattr(ModelBackend, "authenticate", check)
    return names


def try_login(name="root", password="wrong", address=EVE):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": name, "password": password})


@pytest.mark.django_db
def test_an_address_may_try_a_name_five_times(hashed):
    assert [try_login().status_code for _ in range(TRIES + 2)] == [200] * TRIES + [429] * 2
    assert len(hashed) == TRIES
    refused = try_login(password="right")
    assert refused["Retry-After"] == "300"
    assert "Too many wrong logins. Try again in 5 minutes." in refused.content.decode()


@pytest.mark.django_db
def test_the_right_password_from_another_address_still_works(hashed):
    for _ in range(TRIES + 1):
        try_login()
    assert try_login(password="right", address=ALICE).status_code == 302


@pytest.mark.django_db
def test_an_address_may_try_twenty_times_in_all(hashed):
    for number in range(TRIES_OF_ADDRESS + 5):
        answer = try_login(name=f"name {number}")
    assert (answer.status_code, len(hashed)) == (429, TRIES_OF_ADDRESS)


@pytest.mark.django_db
def test_all_addresses_of_one_ipv6_customer_count_as_one(hashed):
    for number in range(TRIES + 5):
        answer = try_login(address=f"2001:db8:1:2::{number:x}")
    assert (answer.status_code, len(hashed)) == (429, TRIES)
    assert try_login(address="2001:db8:1:3::1").status_code == 200


@pytest.mark.django_db
def test_the_right_password_sets_the_count_back(hashed):
    for _ in range(3):
        assert [try_login().status_code for _ in range(TRIES - 1)] == [200] * (TRIES - 1)
        assert try_login(password="right").status_code == 302


@pytest.mark.django_db
def test_who_comes_while_a_password_is_hashed_is_refused_at_once(hashed):
    with login._hashing:
        refused = try_login()
    assert (refused.status_code, refused["Retry-After"], hashed) == (429, "2", [])
    assert try_login().status_code == 200


def test_a_failing_check_does_not_keep_others_out(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(ModelBackend, "authenticate", fail)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            login.LimitedLogin().authenticate(RequestFactory().post(LOGIN), "root", "wrong")


@pytest.mark.parametrize("name", ["", "\ud800", "x" * 5000, "\0"])
@pytest.mark.django_db
def test_any_name_can_be_counted(hashed, name):
    assert login._count([*login._limits(Client().get("/").wsgi_request, name)][1]) == 1


def test_tries_that_come_at_once_are_all_counted():
    counted = []
    threads = [threading.Thread(target=lambda: counted.append(login._count("login-one"))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == [*range(1, 51)]
