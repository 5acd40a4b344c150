"""The requirements: each package has a version and its hashes, the files agree, and none names a registry."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FILES = ["requirements", "requirements-dev", "bench/requirements"]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; [^\\]+?)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.MULTILINE)


def compiled(name):
    return (PROJECT / f"{name}.txt").read_text()


def versions(name):
    """Return {package: its versions} of a compiled file: some packages have one for each version of Python."""
    found = {}
    for package, version in PIN.findall(compiled(name)):
        found.setdefault(package, set()).add(version)
    return found


def source_versions(name):
    """Return {package: its version} of a source file."""
    found = re.findall(r"^([\w-]+)(?:\[[\w,-]+\])?==(\S+)", (PROJECT / f"{name}.in").read_text(), re.MULTILINE)
    return {package.lower(): {version} for package, version in found}


@pytest.mark.parametrize("name", FILES)
def test_a_compiled_file_holds_pins_with_hashes_and_comments_only(name):
    rest = PIN.sub("", compiled(name))
    assert [line for line in rest.splitlines() if not line.lstrip().startswith("#")] == []


@pytest.mark.parametrize("name", FILES)
def test_a_compiled_file_names_no_registry(name):
    assert "://" not in compiled(name)


@pytest.mark.parametrize("name", FILES)
def test_a_compiled_file_has_the_versions_of_its_source(name):
    wanted = source_versions(name)
    assert wanted
    assert {package: versions(name).get(package) for package in wanted} == wanted


@pytest.mark.parametrize("name", FILES)
def test_files_that_list_the_same_package_list_the_same_versions(name):
    own = versions(name)
    for other in map(versions, FILES):
        shared = own.keys() & other.keys()
        assert {package: own[package] for package in shared} == {package: other[package] for package in shared}


def test_the_scripts_install_these_files():
    scripts = [path.read_text() for path in [*(PROJECT / "bin").iterdir(), PROJECT / "deploy" / "Dockerfile"]]
    installed = {name for script in scripts for name in re.findall(r"install_requirements (\S+)\.txt", script)}
    assert installed == {*FILES}
