"""bin/lint is the one place for the checks of style, format and types."""

from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]


def test_the_hook_before_a_commit_runs_bin_lint_and_nothing_else():
    config = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert [hook["entry"] for hook in hooks] == ["bin/lint"]


def test_bin_test_runs_bin_lint_and_no_check_of_its_own():
    lines = (PROJECT / "bin" / "test").read_text().splitlines()
    assert "bin/lint" in lines
    assert not [line for line in lines if "ruff" in line or "mypy" in line]


def test_bin_lint_checks_style_format_and_types():
    commands = (PROJECT / "bin" / "lint").read_text().splitlines()[-3:]
    assert commands == ["run .venv/bin/ruff check .", "run .venv/bin/ruff format --check .", "run .venv/bin/mypy"]
