"""The files of deploy/ that nothing else runs: they are whole, and they agree with each other."""

import dataclasses
import os
import re
import shutil
import subprocess

import pytest
import yaml

from chatsite.env import PROJECT_DIR, Environment, read
from chatsite.serve import front, pushpin
from chatsite.serve.pushpin import WANTED_CONNECTIONS

DEPLOY = PROJECT_DIR / "deploy"
UNITS = ["chat.service", "chat-pushpin.service"]
VARIABLES = {field.name.upper() for field in dataclasses.fields(Environment)}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
GUIDE = (PROJECT_DIR / "docs" / "many_machines.md").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
BARE_MACHINE = (PROJECT_DIR / "docs" / "bare_machine.md").read_text()
PUSHPINS = ["pushpin1", "pushpin2"]
PORT = 8000
DJANGO_BYTES = 300_000_000  # the supervisor, gunicorn and two workers


def check(*command):
    """Run a program's own check; skip where there is no such program."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def unit(name):
    return (DEPLOY / name).read_text()


def upstream(name):
    block = re.search(rf"upstream {name} {{\n(.*?)\n    }}", NGINX, re.S)[1]
    return re.findall(r"^ +server (\S+)", block, re.M)


def test_the_example_names_every_variable_and_no_other():
    named = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.M)
    assert {*named} == VARIABLES


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_unit(name, tmp_path):
    written = tmp_path / name
    written.write_text(unit(name).replace("/srv/chat/", f"{PROJECT_DIR}/"))
    checked = check("systemd-analyze", "verify", written)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("name", UNITS)
def test_what_the_unit_starts_is_there(name):
    (program,) = re.findall(r"^ExecStart=/srv/chat/(\S+)", unit(name), re.M)
    assert (PROJECT_DIR / program).stat().st_mode & 0o100


def test_caddy_understands_its_file():
    checked = check("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    assert checked.returncode == 0, checked.stderr
    assert "Caddyfile input is not formatted" not in checked.stderr


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_reaches_little_of_the_machine(name):
    """systemd rates what a unit may do, from 0 to 10; without these lines it would be more than 8."""
    checked = check("systemd-analyze", "security", "--offline=true", "--threshold=25", DEPLOY / name)
    if "unrecognized option" in checked.stderr:
        pytest.skip("systemd-analyze is too old: version 250 can rate a file")
    assert checked.returncode == 0, checked.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_room_for_all_readers(name):
    """The kernel must not slow down a Pushpin that holds as many readers as it may."""
    speed = (PROJECT_DIR / "docs" / "speed.md").read_text()
    kilobytes = float(re.search(r"^\| memory of a reader who only listens \| ([0-9.]+) kB", speed, re.M)[1])
    high, most = (int(re.search(rf"^{limit}=([0-9]+)G$", unit(name), re.M)[1]) for limit in ("MemoryHigh", "MemoryMax"))
    assert WANTED_CONNECTIONS * kilobytes * 1000 + DJANGO_BYTES < high * 2**30 < most * 2**30
    assert "\nOOMPolicy=continue\n" in unit(name)


def test_nginx_and_the_pushpins_know_the_containers_by_name():
    services = COMPOSE["services"]
    assert upstream("django") == [f"{name}:{PORT}" for name in ("web1", "web2")]
    assert upstream("pushpins") == [f"{name}:{services[name]['environment']['PORT']}" for name in PUSHPINS]
    for name in PUSHPINS:
        assert sorted(services[name]["command"][1:]) == upstream("django")


def test_the_pushpins_of_one_machine_have_different_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})
    ports = [COMPOSE["services"][name]["environment"]["PORT"] for name in PUSHPINS]
    assert {pushpin.command(DEPLOY, port, cores=1)[2] for port in ports} == {"0", "1"}


def test_no_container_has_an_address_of_its_own():
    """Only the networks that are trusted, and Docker's own name server, are written as addresses."""
    addresses = {*re.findall(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", (DEPLOY / "compose.yaml").read_text())}
    assert addresses == {"10.0.0.0", "172.16.0.0", "192.168.0.0", "127.0.0.11"}


def test_nginx_in_a_container_keeps_asking_for_the_addresses(tmp_path):
    shell, option, script = COMPOSE["services"]["nginx"]["command"]
    script = script.replace("/chat/nginx.conf", str(DEPLOY / "nginx.conf")).replace("/etc/nginx/", f"{tmp_path}/")
    subprocess.run([shell, option, script.replace("exec nginx", "true")], check=True, timeout=60)
    written = (tmp_path / "nginx.conf").read_text()
    assert len(re.findall(r"^ +server \w+:[0-9]+ resolve fail_timeout=1s;$", written, re.M)) == 4
    assert written.count("\nhttp { resolver 127.0.0.11 valid=2s;\n") == 1


def test_a_container_is_well_if_it_is_ready():
    assert re.search(r'^HEALTHCHECK .* CMD \["bin/run", "--ready"\]$', DOCKERFILE, re.M)
    assert all(COMPOSE["services"][name]["healthcheck"] == {"disable": True} for name in PUSHPINS)
    assert not any("healthcheck" in COMPOSE["services"][name] for name in ("web1", "web2"))


def test_a_container_without_any_variable_serves_localhost():
    variables = dict(word.split("=", 1) for word in re.search(r"^ENV (.*)", DOCKERFILE, re.M)[1].split())
    env = read(variables)
    assert front.url(env, env.host) == f"http://localhost:{PORT}/"
    assert re.findall(r"^EXPOSE (.*)", DOCKERFILE, re.M) == [str(env.port)]
    assert f"--owner=chat --mode=700 {env.data_dir}\n" in DOCKERFILE


def test_the_django_servers_publish_to_every_pushpin_in_a_container():
    services = COMPOSE["services"]
    own = [services[name]["environment"]["GRIP_URL"] for name in PUSHPINS]
    for name in ("web1", "web2"):
        published_to = services[name]["environment"]["GRIP_URL"]
        assert re.sub(r":\?[^}]*", "", published_to) == " ".join(own)


@pytest.mark.parametrize("service", ["web1", "pushpin1"])
def test_the_containers_set_variables_that_there_are(service):
    assert {*COMPOSE["services"][service]["environment"]} <= VARIABLES


def test_the_guide_and_the_files_have_the_same_addresses():
    known = {*re.findall(r"\b10\.0\.0\.[0-9]+\b", GUIDE)}
    for text in ((DEPLOY / "env.example").read_text(), *map(unit, UNITS)):
        assert {*re.findall(r"\b10\.0\.0\.[0-9]+\b", text)} <= known


def test_a_bare_machine_takes_ten_commands():
    commands = BARE_MACHINE.split("```")[1].strip().splitlines()
    assert len(commands) <= 10
    for path in re.findall(r"/srv/chat/(\S+)", "\n".join(commands)):
        assert (PROJECT_DIR / path).is_file()


def test_the_commands_of_the_bare_machine_make_its_files(tmp_path):
    """Only the commands that write below /etc/chat and /etc/caddy are run here, in a folder."""
    (tmp_path / "etc/caddy").mkdir(parents=True)
    lines = BARE_MACHINE.split("```")[1].splitlines()
    script = "\n".join(line.partition(" && ")[0] for line in lines if re.search("^name=|/etc/(chat|caddy)/", line))
    for there, here in (
        ("<your domain>", "chat.test"),
        ("--group=chat", ""),
        ("/srv/chat", str(PROJECT_DIR)),
        ("/etc", f"{tmp_path}/etc"),
    ):
        script = script.replace(there, here)
    subprocess.run(["sh", "-euc", script], check=True, timeout=60)
    written = re.findall("^[^#\n].*", (tmp_path / "etc/chat/env").read_text(), re.M)
    assert written == ["ALLOWED_HOSTS=chat.test", "TRUSTED_PROXIES=127.0.0.1", "WEB_PORT=8001"]
    adapted = check("caddy", "adapt", "--adapter", "caddyfile", "--config", tmp_path / "etc/caddy/Caddyfile")
    assert (adapted.returncode, '"host":["chat.test"]' in adapted.stdout) == (0, True), adapted.stderr
