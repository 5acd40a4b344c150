"""The README is true: its settings, its files, its addresses."""

import dataclasses
import re
from pathlib import Path

import pytest
from django.urls import resolve

from chatsite.env import Environment

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text()


def section(title):
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text):
    return re.findall(r"^\| `(.+?)`", text, re.MULTILINE)


def test_every_setting_is_in_the_table_and_nothing_else():
    settings = {field.name.upper() for field in dataclasses.fields(Environment)}
    assert sorted(first_cells(section("Settings"))) == sorted(settings)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w./]+/[\w.]+\.\w+)`", README))))
def test_every_file_it_names_exists(name):
    assert (PROJECT / name).is_file()


@pytest.mark.parametrize("request_line", first_cells(section("The interface")))
def test_every_address_it_names_is_served(request_line):
    path = request_line.split()[1].partition("?")[0].replace("<room>", "lobby").replace("<id>", "1")
    assert resolve(path)


def test_the_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("https://") or (PROJECT / target).is_file(), target
