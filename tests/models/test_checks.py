"""The system checks: Django reports wrong settings at the start."""

import pytest
from django.core.checks import run_checks

from chat.policy import Open, SignedTokens
from chatsite.settings import MIDDLEWARE

SHOP = "https://shop.example.com"
OURS = "chat.middleware.ChatMiddleware"
PROXY = {"control_uri": "http://proxy:5561", "key": "geheim"}


def problems():
    return [(check.id, check.msg) for check in run_checks() if check.id.startswith("chat.")]


def problem_ids():
    return [id for id, _ in problems()]


def test_the_sites_own_settings_pass():
    assert problems() == []


def test_two_proxies_with_keys_pass(settings):
    settings.GRIP_PROXIES = [PROXY, {**PROXY, "control_uri": "http://other"}]
    assert problems() == []


@pytest.mark.parametrize("middleware", [[], MIDDLEWARE[1:], [*MIDDLEWARE[1:], OURS]])
def test_chat_middleware_must_be_the_first(settings, middleware):
    settings.MIDDLEWARE = middleware
    assert problem_ids() == ["chat.E001"]


def test_a_host_puts_chat_middleware_first(settings):
    settings.MIDDLEWARE = [OURS, "django.middleware.common.CommonMiddleware"]
    assert problem_ids() == []


@pytest.mark.parametrize("name", ["GRIP_URL", "GRIP_VERIFY_KEY"])
def test_the_libraries_own_settings_must_not_be_used(settings, name):
    setattr(settings, name, "http://proxy:5561?key=geheim")
    assert problem_ids() == ["chat.E002"]


@pytest.mark.parametrize(
    "proxy",
    [
        {"control_uri": "proxy:5561", "key": "geheim"},
        {"control_uri": "http://proxy:5561", "key": b"geheim"},
        {"control_uri": "http://proxy:5561", "verify_key": "geheim"},
        "http://proxy:5561?key=geheim",
    ],
)
def test_a_proxy_that_would_break_the_libraries_is_an_error(settings, proxy):
    settings.GRIP_PROXIES = [proxy]
    ((id, message),) = problems()
    assert id == "chat.E003"
    assert "geheim" not in message


@pytest.mark.parametrize("proxies", [[PROXY, PROXY], [{**PROXY, "control_uri": "http://proxy:5561/"}]])
def test_a_proxy_must_not_be_listed_twice(settings, proxies):
    settings.GRIP_PROXIES = proxies
    assert problem_ids() == ["chat.E004"]


def test_a_proxy_without_a_key_is_a_warning(settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://alice:geheim@proxy:5561"}, PROXY]
    assert problems() == [("chat.W001", "The GRIP proxy http://proxy:5561 has no key: any Grip-Sig header passes.")]


@pytest.mark.parametrize(
    "origins",
    [(), (SHOP,), [SHOP, "http://localhost:3000", "http://[::1]:3000", "https://xn--mller-kva.example"], ("*",)],
)
def test_origins_as_browsers_name_them_pass(settings, origins):
    settings.CHAT_ORIGINS = origins
    assert problems() == []


@pytest.mark.parametrize("origins", [SHOP, "*", {SHOP: True}, (SHOP, "*"), (f"{SHOP}/",), (None,), ("null",)])
def test_other_origins_are_an_error(settings, origins):
    settings.CHAT_ORIGINS = origins
    assert problem_ids() == ["chat.E013"]


class OwnRules(Open):
    pass


class OwnTokens(SignedTokens):
    pass


@pytest.mark.parametrize(
    ("policy", "cookie", "ids"),
    [
        ("chat.policy.Open", None, []),
        ("chat.policy.SiteUsers", None, ["chat.E012"]),
        ("chat.policy.SignedTokens", None, []),
        ("chat.policy.SignedTokens", "chat_token", ["chat.E012"]),
        (f"{__name__}.OwnRules", None, ["chat.E012"]),  # it may take cookies
        (f"{__name__}.OwnTokens", None, ["chat.E012"]),
    ],
)
def test_every_site_is_not_let_in_where_a_cookie_says_who_somebody_is(settings, policy, cookie, ids):
    settings.CHAT_POLICY, settings.CHAT_TOKEN_COOKIE = policy, cookie
    settings.CHAT_TOKEN_KEYS = {"a": {"alg": "HS256", "key": "k" * 32}}
    settings.CHAT_ORIGINS = (SHOP,)
    assert problem_ids() == []
    settings.CHAT_ORIGINS = ("*",)
    assert problem_ids() == ids


def test_a_policy_that_fails_is_named_once(settings):
    settings.CHAT_POLICY, settings.CHAT_ORIGINS = "chat.policy.Nobody", ("*",)
    assert problem_ids() == ["chat.E010"]
