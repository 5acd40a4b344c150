"""The environment variables that configure the site."""

from dataclasses import fields
from pathlib import Path

import pytest

from chatsite.data_dir import make_data_dir
from chatsite.env import PROJECT_DIR, SECRETS, Environment, EnvironmentProblem, read

LONG_KEY = "k" * 32


def problem_of(**environ):
    with pytest.raises(EnvironmentProblem) as raised:
        read(environ)
    return str(raised.value)


def test_a_fresh_clone_runs_without_any_variable():
    env = read({})
    assert (env.secret_key, env.debug, env.host, env.port) == (None, False, "127.0.0.1", 8000)
    assert (env.database_url, env.grip_url, env.grip_verify_key) == (None, "", None)
    assert (env.data_dir, env.log_level) == (PROJECT_DIR / "var", "WARNING")
    assert env.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert env.internal is None


def test_an_empty_variable_counts_as_missing():
    assert read({field.name.upper(): "" for field in fields(Environment)}) == read({})


@pytest.mark.parametrize(("value", "on"), [("1", True), ("True", True), ("on", True), ("0", False), ("no", False)])
def test_debug_has_several_words_for_on_and_off(value, on):
    assert read({"DEBUG": value}).debug is on


@pytest.mark.parametrize(("value", "on"), [("", True), ("on", True), ("1", True), ("off", False), ("OFF", False)])
def test_the_admin_is_there_unless_it_is_off(value, on):
    assert read({"ADMIN": value}).admin is on


@pytest.mark.parametrize(
    ("value", "name"), [("", "Chat"), (" ", "Chat"), (" Café “Lotte” ", "Café “Lotte”"), ("x" * 40, "x" * 40)]
)
def test_the_site_has_a_name_of_up_to_40_characters(value, name):
    assert read({"SITE_NAME": value}).site_name == name


@pytest.mark.parametrize("value", ["x" * 41, "two\nlines", "turned\u202earound", "nothing\u200bseen"])
def test_another_name_of_the_site_is_refused(value):
    problem = problem_of(SITE_NAME=value)
    assert problem == f"SITE_NAME={value!r} won't do: write at most 40 characters on one line, none of them invisible."


def test_another_value_of_a_switch_is_refused():
    assert problem_of(DEBUG="maybe") == "DEBUG='maybe' won't do: write on or off."
    assert problem_of(ADMIN="private") == "ADMIN='private' won't do: write on or off."


@pytest.mark.parametrize(("value", "port"), [("1", 1), ("8000", 8000), ("65535", 65535)])
def test_a_port_from_1_to_65535_is_accepted(value, port):
    assert read({"PORT": value}).port == port


def test_django_listens_on_any_free_port_or_on_the_one_that_is_set():
    assert [read({"WEB_PORT": value}).web_port for value in ("", "8001")] == [None, 8001]
    assert problem_of(WEB_PORT="x") == "WEB_PORT='x' won't do: write a number from 1 to 65535."
    cure = "Pushpin listens at this PORT: write another number."
    assert problem_of(WEB_PORT="8000") == f"WEB_PORT='8000' won't do: {cure}"
    assert problem_of(PORT="8001", WEB_PORT="8001") == f"WEB_PORT='8001' won't do: {cure}"


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80.0", "http", " 80", "٨٠", "9" * 5000])
def test_another_value_of_port_is_refused(value):
    assert problem_of(PORT=value) == f"PORT={value!r} won't do: write a number from 1 to 65535."


@pytest.mark.parametrize(
    ("value", "internal"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("10.0.0.11:1", ("10.0.0.11", 1)),
        ("[::1]:9464", ("::1", 9464)),
        ("100.64.1.2:9464", ("100.64.1.2", 9464)),
    ],
)
def test_internal_is_an_address_inside_and_a_port(value, internal):
    assert read({"INTERNAL": value}).internal == internal


@pytest.mark.parametrize(
    "value",
    ["9464", ":9464", "0.0.0.0:9464", "[::]:9464", "8.8.8.8:9464", "localhost:9464", "127.0.0.1", "127.0.0.1:0", "on"],
)
def test_another_value_of_internal_is_refused(value):
    assert problem_of(INTERNAL=value).startswith(f"INTERNAL={value!r} won't do: write an address that only your own")


@pytest.mark.parametrize("value", ["INFO", "info"])
def test_a_log_level_may_be_in_small_letters(value):
    assert read({"LOG_LEVEL": value}).log_level == "INFO"


def test_another_log_level_is_refused():
    assert problem_of(LOG_LEVEL="loud").startswith("LOG_LEVEL='loud' won't do: write one of DEBUG, INFO, ")


def test_a_relative_data_dir_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/alice")
    assert read({"DATA_DIR": "data"}).data_dir == tmp_path / "data"
    assert read({"DATA_DIR": "~/chat"}).data_dir == Path("/home/alice/chat")


def test_a_data_dir_of_an_unknown_user_is_refused():
    problem = problem_of(DATA_DIR="~no-such-person/chat")
    assert problem == "DATA_DIR='~no-such-person/chat' won't do: write the path of a folder, such as /srv/chat."


def test_a_missing_data_dir_is_created(tmp_path):
    make_data_dir(tmp_path / "a" / "b")
    make_data_dir(tmp_path / "a" / "b")
    assert [*(tmp_path / "a" / "b").iterdir()] == []


@pytest.mark.parametrize("path", ["/dev/null", "/dev/null/data", "/proc"])
def test_a_data_dir_without_write_permission_is_refused(path):
    with pytest.raises(EnvironmentProblem, match=rf"DATA_DIR='{path}' won't do: name a folder that we may write to"):
        make_data_dir(Path(path))


def test_allowed_hosts_are_separated_by_commas():
    hosts = "chat.example.com, .example.org,192.168.1.20,[2001:db8::1],*"
    env = read({"ALLOWED_HOSTS": hosts, "SECRET_KEY": LONG_KEY})
    assert env.allowed_hosts == ("chat.example.com", ".example.org", "192.168.1.20", "[2001:db8::1]", "*")


@pytest.mark.parametrize("name", ["https://chat.example.com", "chat.example.com:8000", "2001:db8::1", "a b", "a/b"])
def test_an_allowed_host_that_would_match_no_request_is_refused(name):
    problem = problem_of(ALLOWED_HOSTS=f"localhost,{name}", SECRET_KEY=LONG_KEY)
    assert problem.startswith(f"ALLOWED_HOSTS={name!r} won't do: write names as in chat.example.com")


@pytest.mark.parametrize(("host", "allowed"), [("192.168.1.20",) * 2, ("2001:db8::1", "[2001:db8::1]"), ("[::2]",) * 2])
def test_the_address_in_host_is_an_allowed_host_too(host, allowed):
    assert read({"HOST": host}).allowed_hosts == ("localhost", "127.0.0.1", "[::1]", allowed)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]"])
def test_a_site_that_listens_on_every_address_must_set_allowed_hosts(host):
    problem = problem_of(HOST=host)
    assert problem.startswith(f"ALLOWED_HOSTS is not set: HOST={host} listens on every address, so name the hosts")


def test_nobody_is_a_trusted_proxy_unless_it_is_named():
    assert read({}).trusted_proxies == ()


def test_trusted_proxies_are_addresses_and_networks():
    proxies = read({"TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/24,2001:db8::1"}).trusted_proxies
    assert proxies == ("127.0.0.1", "10.0.0.0/24", "2001:db8::1")


@pytest.mark.parametrize("proxy", ["*", "nginx", "10.0.0.5:80", "[::1]", "10.0.0.1/24", "10.0.0.5 10.0.0.6"])
def test_a_trusted_proxy_that_is_no_address_is_refused(proxy):
    problem = problem_of(TRUSTED_PROXIES=f"127.0.0.1,{proxy}")
    assert problem.startswith(f"TRUSTED_PROXIES={proxy!r} won't do: write addresses or networks as in 127.0.0.1,")


def test_no_other_site_may_use_the_chat_unless_it_is_named():
    assert read({}).origins == ()


def test_origins_are_separated_by_commas():
    sites = "https://shop.example.com, http://localhost:3000,http://[::1]:3000,https://xn--mller-kva.example:8443"
    assert read({"ORIGINS": sites}).origins == tuple(site.strip() for site in sites.split(","))
    assert read({"ORIGINS": "*"}).origins == ("*",)


@pytest.mark.parametrize(
    "origin",
    [
        *("shop.example.com", "//shop.example.com", "https://", "null", "file://", "ftp://shop.example.com"),
        *("https://shop.example.com/", "https://shop.example.com/chat", "https://shop.example.com?a", "https://a@b.c"),
        *("https://Shop.example.com", "HTTPS://shop.example.com", "https://müller.example", "https://*.example.com"),
        *("https://shop.example.com:443", "http://shop.example.com:80", "https://a:0", "https://a b", "https://a;b"),
        *("https://a.example https://b.example", "*", "'self'", "https://[::1", "https://a.example:65536"),
    ],
)
def test_an_origin_that_no_browser_would_send_is_refused(origin):
    problem = problem_of(ORIGINS=f"https://www.example.com,{origin}")
    assert problem.startswith(f"ORIGINS={origin!r} won't do: write sites as in https://shop.example.com,")


@pytest.mark.parametrize(("value", "seconds"), [("0", 0), ("300", 300), ("63072000", 63_072_000)])
def test_hsts_lasts_for_up_to_two_years(value, seconds):
    assert read({"HSTS_SECONDS": value}).hsts_seconds == seconds


def test_there_is_no_hsts_unless_it_is_set():
    assert read({}).hsts_seconds == 0


@pytest.mark.parametrize("value", ["63072001", "31536000000", "-1", "1.5", "on", "1y", "٣", " 300"])
def test_another_value_of_hsts_seconds_is_refused(value):
    problem = problem_of(HSTS_SECONDS=value)
    assert problem == f"HSTS_SECONDS={value!r} won't do: write 0 for none, or a number up to 63072000 (two years)."


ON_POSTGRESQL = {"ALLOWED_HOSTS": "chat.example.com", "DATABASE_URL": "postgres://db/chat"}


def test_production_on_several_servers_needs_a_secret_key():
    problem = problem_of(**ON_POSTGRESQL)
    assert problem.startswith("SECRET_KEY is not set: with ALLOWED_HOSTS and DATABASE_URL set this is production")
    assert "token_urlsafe" in problem


def test_debug_mode_and_a_server_on_sqlite_need_no_secret_key():
    assert read({**ON_POSTGRESQL, "DEBUG": "1"}).secret_key is None
    assert read({"ALLOWED_HOSTS": "chat.example.com"}).secret_key is None


def test_a_secret_key_of_32_characters_is_accepted():
    assert read({"SECRET_KEY": LONG_KEY}).secret_key == LONG_KEY


def test_a_short_secret_key_is_refused_and_not_shown():
    assert problem_of(SECRET_KEY="geheim") == ("SECRET_KEY won't do: it has 6 characters, use at least 32 random ones.")


def test_the_repr_of_the_environment_shows_no_secret():
    """With DEBUG, Django's error page shows the settings."""
    env = read(
        {
            "SECRET_KEY": "geheim" * 6,
            "DATABASE_URL": "postgres://alice:geheim@db/chat",
            "GRIP_URL": "http://proxy:5561?key=geheim",
            "GRIP_VERIFY_KEY": "geheim",
        }
    )
    assert "geheim" not in repr(env)
    assert "geheim" in env.database_url


@pytest.mark.parametrize("name", [name for name in SECRETS if name != "TOKEN_KEYS"])
def test_a_secret_may_be_in_a_file(name, tmp_path):
    (tmp_path / "secret").write_text(f"{LONG_KEY}\n")
    env = read({f"{name}_FILE": str(tmp_path / "secret"), name: ""})
    assert getattr(env, name.lower()) == LONG_KEY


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_and_a_file_with_it_are_too_many(name, tmp_path):
    problem = problem_of(**{name: LONG_KEY, f"{name}_FILE": "/run/secrets/it"})
    assert problem == f"{name}_FILE='/run/secrets/it' won't do: {name} is set too: set only one of the two."


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (None, "name a file that we can read (No such file or directory)."),
        (b"\xff\xfe", "name a file that we can read (it is not text)."),
        (b" \n", "this file is empty: write the secret into it."),
    ],
)
def test_a_file_without_a_secret_is_refused(tmp_path, content, cure):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    assert problem_of(SECRET_KEY_FILE=str(path)) == f"SECRET_KEY_FILE={str(path)!r} won't do: {cure}"


def test_an_empty_name_of_a_file_counts_as_missing():
    assert read({f"{name}_FILE": "" for name in SECRETS}) == read({})


def test_a_bad_secret_in_a_file_is_refused_like_any_other(tmp_path):
    (tmp_path / "secret").write_text("geheim")
    problem = problem_of(SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert problem == "SECRET_KEY won't do: it has 6 characters, use at least 32 random ones."


def test_pushpin_has_one_core_or_as_many_as_set():
    assert [read({"PUSHPIN_CORES": value}).pushpin_cores for value in ("", "2", "16")] == [1, 2, 16]


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "all", "10000", "\u0661"])
def test_a_bad_number_of_cores_is_refused(value):
    cure = "write a number of cores from 1 to 9999."
    assert problem_of(PUSHPIN_CORES=value) == f"PUSHPIN_CORES={value!r} won't do: {cure}"


def test_sources_are_kept_for_thirty_days_or_as_many_as_set():
    assert (read({}).source_days, read({"SOURCE_DAYS": "7"}).source_days) == (30, 7)


def test_messages_are_kept_for_ever_or_for_some_days():
    assert [read({"KEEP_MESSAGES": value}).keep_messages for value in ("", "1d", "365d")] == [None, 1, 365]


@pytest.mark.parametrize("value", ["365", "0d", "-1d", "1.5d", "1w", "d", "100000d", "\u0661d"])
def test_a_bad_time_to_keep_messages_is_refused(value):
    cure = "write a number of days and a d, from 1d to 99999d."
    assert problem_of(KEEP_MESSAGES=value) == f"KEEP_MESSAGES={value!r} won't do: {cure}"


@pytest.mark.parametrize("days", ["0", "3651", "-1", "a week", "1.5"])
def test_bad_source_days_are_refused(days):
    assert problem_of(SOURCE_DAYS=days) == f"SOURCE_DAYS={days!r} won't do: write a number of days from 1 to 3650."


def test_limits_are_on_unless_somebody_switches_them_off():
    assert [read(env).limits for env in ({}, {"LIMITS": "on"}, {"LIMITS": "off"})] == [True, True, False]
    assert problem_of(LIMITS="none") == "LIMITS='none' won't do: write on or off."


def test_addresses_without_limits_are_addresses_and_networks():
    assert read({"LIMITS_FREE": "10.0.0.0/8, ::1"}).limits_free == ("10.0.0.0/8", "::1")
    assert problem_of(LIMITS_FREE="school").startswith("LIMITS_FREE='school' won't do: write addresses or networks")


def test_the_log_is_text_without_requests_unless_set():
    assert (read({}).log_format, read({}).access_log) == ("text", False)
    assert (read({"LOG_FORMAT": "JSON"}).log_format, read({"ACCESS_LOG": "1"}).access_log) == ("json", True)


def test_another_log_format_is_refused():
    assert problem_of(LOG_FORMAT="xml") == "LOG_FORMAT='xml' won't do: write text or json."
    assert problem_of(ACCESS_LOG="file") == "ACCESS_LOG='file' won't do: write on or off."


KEYS = '{"a": {"alg": "HS256", "key": "geheim"}}'


@pytest.mark.parametrize(
    ("value", "policy"),
    [
        ("", "chat.policy.Open"),
        ("open", "chat.policy.Open"),
        ("Users", "chat.policy.SiteUsers"),
        ("tokens", "chat.policy.SignedTokens"),
        ("mysite.rules.Groups", "mysite.rules.Groups"),
    ],
)
def test_a_policy_is_one_of_three_or_a_class(value, policy):
    assert read({"POLICY": value}).policy == policy


@pytest.mark.parametrize("value", ["closed", "a b.c", ".Groups", "mysite.", "mysite..Groups", "1.2"])
def test_another_policy_is_refused(value):
    cure = "write open, users, tokens, or a class of yours like mysite.rules.Groups."
    assert problem_of(POLICY=value) == f"POLICY={value!r} won't do: {cure}"


def test_the_keys_of_tokens_are_json_also_in_a_file(tmp_path):
    (tmp_path / "keys.json").write_text(KEYS)
    wanted = {"a": {"alg": "HS256", "key": "geheim"}}
    assert read({"TOKEN_KEYS": KEYS}).token_keys == wanted
    assert read({"TOKEN_KEYS_FILE": str(tmp_path / "keys.json")}).token_keys == wanted
    assert read({}).token_keys == {}
    assert "geheim" not in repr(read({"TOKEN_KEYS": KEYS}))


@pytest.mark.parametrize("value", ["geheim", "[]", '"geheim"', '{"a": "geheim"'])
def test_other_keys_of_tokens_are_refused_and_not_shown(value):
    assert problem_of(TOKEN_KEYS=value).startswith("TOKEN_KEYS won't do: write JSON")
    assert "geheim" not in problem_of(TOKEN_KEYS=value)


@pytest.mark.parametrize("value", ["a b", "a;b", "a=b", "x" * 65, "ü"])
def test_another_name_of_a_cookie_is_refused(value):
    assert read({"TOKEN_COOKIE": "chat_token"}).token_cookie == "chat_token"
    assert problem_of(TOKEN_COOKIE=value).startswith(f"TOKEN_COOKIE={value!r} won't do: write a cookie's name")


@pytest.mark.parametrize("value", ["example.com/login", "javascript:alert(1)", "//evil.example", "https://", "/a b"])
def test_another_place_to_sign_in_is_refused(value):
    for good in ("https://example.com/login?a=b", "/accounts/login/"):
        assert read({"SIGN_IN_URL": good}).sign_in_url == good
    assert problem_of(SIGN_IN_URL=value).startswith(f"SIGN_IN_URL={value!r} won't do: write an address")
