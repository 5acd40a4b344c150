"""The files of deploy/ that nothing else runs: they are whole, and they agree with each other."""

import dataclasses
import re
import shutil
import subprocess

import pytest
import yaml

from chatsite.env import PROJECT_DIR, Environment

DEPLOY = PROJECT_DIR / "deploy"
UNITS = ["chat.service", "chat-pushpin.service"]
VARIABLES = {field.name.upper() for field in dataclasses.fields(Environment)}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
GUIDE = (PROJECT_DIR / "docs" / "many_machines.md").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()


def check(*command):
    """Run a program's own check; skip where there is no such program."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def upstream(name):
    block = re.search(rf"upstream {name} {{\n(.*?)\n    }}", NGINX, re.S)[1]
    return re.findall(r"^ +server (\S+)", block, re.M)


def test_the_example_names_every_variable_and_no_other():
    named = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.M)
    assert {*named} == VARIABLES


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_unit(name, tmp_path):
    unit = tmp_path / name
    unit.write_text((DEPLOY / name).read_text().replace("/srv/chat/", f"{PROJECT_DIR}/"))
    checked = check("systemd-analyze", "verify", unit)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("name", UNITS)
def test_what_the_unit_starts_is_there(name):
    (program,) = re.findall(r"^ExecStart=/srv/chat/(\S+)", (DEPLOY / name).read_text(), re.M)
    assert (PROJECT_DIR / program).stat().st_mode & 0o100


def test_caddy_understands_its_file():
    checked = check("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    assert checked.returncode == 0, checked.stderr
    assert "Caddyfile input is not formatted" not in checked.stderr


def test_the_containers_have_the_addresses_that_nginx_knows():
    services = COMPOSE["services"]
    addresses = {name: service["networks"]["chat"]["ipv4_address"] for name, service in services.items()}
    assert upstream("django") == [f"{addresses[name]}:8000" for name in ("web1", "web2")]
    assert upstream("pushpins") == [f"{addresses[name]}:7999" for name in ("pushpin1", "pushpin2")]
    for name in ("web1", "web2", "pushpin1", "pushpin2"):
        assert services[name]["environment"]["HOST"] == addresses[name]


@pytest.mark.parametrize("name", ["web1", "web2"])
def test_a_django_server_in_a_container_is_well_if_it_is_ready(name):
    service = COMPOSE["services"][name]
    assert f"http://{service['environment']['HOST']}:8000/-/ready" in service["healthcheck"]["test"][-1]


def test_the_django_servers_publish_to_every_pushpin_in_a_container():
    services = COMPOSE["services"]
    own = [services[name]["environment"]["GRIP_URL"] for name in ("pushpin1", "pushpin2")]
    for name in ("web1", "web2"):
        published_to = services[name]["environment"]["GRIP_URL"]
        assert re.sub(r":\?[^}]*", "", published_to) == " ".join(own)


@pytest.mark.parametrize("service", ["web1", "pushpin1"])
def test_the_containers_set_variables_that_there_are(service):
    assert {*COMPOSE["services"][service]["environment"]} <= VARIABLES


def test_the_guide_and_the_files_have_the_same_addresses():
    known = {address.partition(":")[0] for address in upstream("django") + upstream("pushpins")}
    known |= {service["networks"]["chat"]["ipv4_address"] for service in COMPOSE["services"].values()}
    for text in (GUIDE, (DEPLOY / "env.example").read_text(), *((DEPLOY / name).read_text() for name in UNITS)):
        assert {*re.findall(r"\b10\.0\.0\.[0-9]+\b", text)} <= known
