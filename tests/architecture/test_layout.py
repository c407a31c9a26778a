"""Where things are: a newcomer finds each file by guessing."""

from __future__ import annotations

import ast
import subprocess
from pathlib import PurePosixPath

import pytest

from .reading import ROOT

TOP = {"pyproject.toml", "README.md", "Procfile", "webapp", "templates", "static", "tests", "migrations", "Makefile",
       "requirements.txt"}  # fmt: skip
NEVER = {"utils", "util", "helpers", "helper", "common", "constants", "misc", "base_classes"}


def tracked() -> list[PurePosixPath]:
    """The project's files, as git lists them, and new ones that it would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [PurePosixPath(line) for line in listed.splitlines()]


def test_the_top_level_is_fixed() -> None:
    names = {path.parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP


def test_no_file_is_called_by_what_it_is_not() -> None:
    assert not [str(path) for path in tracked() if path.suffix == ".py" and path.stem in NEVER]


def test_the_house_has_few_rooms_on_its_ground_floor() -> None:
    inside = {path.parts[1] for path in tracked() if path.parts[0] == "webapp"}
    assert len([name for name in inside if name.endswith(".py")]) <= 6
    assert len([name for name in inside if not name.endswith(".py")]) <= 16


def test_no_file_and_no_function_is_long() -> None:
    long = []
    for path in (path for path in tracked() if path.suffix == ".py" and path.parts[0] in ("webapp", "tests")):
        text = (ROOT / path).read_text(encoding="utf-8")
        if text.count("\n") > (150 if path.name == "conftest.py" else 300):
            long.append(str(path))
        functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        long += [f"{path}: {one.name}" for one in functions if (one.end_lineno or 0) - one.lineno >= 40]
    assert not long


def test_no_data_key_or_setting_is_kept_in_the_project() -> None:
    endings = (".sqlite3", ".db", ".pem", ".key", ".log", ".pyc")
    assert not [str(path) for path in tracked() if path.name == ".env" or path.name.endswith(endings)]


@pytest.mark.parametrize("folder", ["webapp", "migrations", "tests"])
def test_nothing_names_the_machine_it_was_written_on(folder: str) -> None:
    ours = [path for path in tracked() if path.parts[0] == folder and path.suffix in (".py", ".sh", ".html")]
    assert ours
    assert not [str(path) for path in ours if "/work" + "/" in (ROOT / path).read_text(encoding="utf-8")]


def test_migrations_are_one_numbered_line() -> None:
    names = sorted(path.stem for path in (ROOT / "migrations").glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_every_vendored_file_is_listed_with_its_licence() -> None:
    readme = (ROOT / "static" / "vendor" / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in (ROOT / "static" / "vendor").iterdir() if path.name != "README.md"]
    assert files
    assert not [name for name in files if name not in readme]
