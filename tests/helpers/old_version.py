"""Version 1.0.0 in a folder where the current version replaces it later, as an operator's `git pull` does."""

import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.helpers.running import PROJECT

NOT_CODE = {".git", ".venv", "var", "__pycache__"}
# Not bin/run, which would install other requirements into the .venv that all tests share. The current packages are
# those of version 1.0.0, in the same versions, and a few more.
SERVE = (sys.executable, "-m", "chatsite.serve")


def commit_of(version):
    """Return the commit that CHANGELOG.md names for this version."""
    text = (PROJECT / "CHANGELOG.md").read_text()
    part = re.search(rf"^## \[{re.escape(version)}\].*?(?=^## |\Z)", text, re.M | re.S)[0]
    return re.search(r"commit `([0-9a-f]{40})`", part)[1]


def why_missing(commit):
    """Return why git does not have the commit here; None if it has."""
    if not shutil.which("git") or not (PROJECT / ".git").exists():
        return f"the code of commit {commit} is missing, because this is no clone"
    if _git("cat-file", "-e", f"{commit}^{{commit}}").returncode:
        return f"the code of commit {commit} is missing: git fetch --unshallow"
    return None


def check_out(commit, folder):
    """Put the files of the commit into the folder, in the place of all others."""
    archive = _git("archive", "--format=tar", commit)
    assert archive.returncode == 0, archive.stderr
    with tempfile.TemporaryDirectory(dir=folder.parent) as stage:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(stage)
        _move_all(Path(stage), folder)


def check_out_current(folder):
    """Put the files of this project, as they are now, into the folder, in the place of all others."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as stage:
        shutil.copytree(PROJECT, stage, ignore=shutil.ignore_patterns(*NOT_CODE), dirs_exist_ok=True)
        _move_all(Path(stage), folder)


def _move_all(stage, folder):
    """Like git: replace one file after the other, remove the others, and leave what Python has compiled."""
    wanted = [path.relative_to(stage) for path in stage.rglob("*") if not path.is_dir()]
    for path in wanted:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (stage / path).replace(folder / path)
    others = {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()} - {*wanted}
    for path in others:
        if "__pycache__" not in path.parts:
            (folder / path).unlink()


def _git(*arguments):
    return subprocess.run(["git", "-C", PROJECT, *arguments], capture_output=True, timeout=60)
