"""The files that platforms, pip and CI read: each says what the others say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from webapp.core.settings import ROOT

REQUIREMENT = re.compile(r"([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)(?: ;[^-]*)?((?:\s+--hash=sha256:[0-9a-f]{64})+)")
LOCKS = ("requirements.txt", "webapp/access/single_sign_on/requirements.txt", "tests/requirements.txt")


def pinned(lock: str) -> Iterator[tuple[str, str, int]]:
    """(name, version, number of hashes) of each line of a lock."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        requirement = re.fullmatch(
            r"([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)(?: ;[^-]*)?((?:\s+--hash=sha256:[0-9a-f]{64})+)", line
        )
        assert requirement, f"{lock}: {line[:60]}"
        yield requirement[1], requirement[2], requirement[3].count("--hash")


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.requirement("R56")
def test_a_lock_pins_each_file_and_names_no_place(lock: str) -> None:
    assert all(hashes for _, _, hashes in pinned(lock))
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_what_is_tested_is_what_is_deployed() -> None:
    deployed, with_single_sign_on, tested = ({name: version for name, version, _ in pinned(lock)} for lock in LOCKS)
    assert deployed.items() <= with_single_sign_on.items() <= tested.items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock, asked in (
        ("requirements.txt", project["dependencies"]),
        (LOCKS[1], [*project["dependencies"], *project["optional-dependencies"]["oidc"]]),
        ("tests/requirements.txt", project["optional-dependencies"]["dev"]),
    ):
        names = {re.split(r"[~=\[<>]", one)[0] for one in asked}
        assert names <= {name for name, _, _ in pinned(lock)}


@pytest.mark.requirement("R56")
def test_the_list_of_what_is_deployed_is_the_lock_with_its_hashes(tmp_path: Path) -> None:
    """Checked against CycloneDX's schema by the tool that makes it."""
    path = tmp_path / "sbom.json"
    done = subprocess.run(
        ["make", "--old-file=.venv/test.stamp", "sbom", f"SBOM={path}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )
    assert done.returncode == 0, done.stderr
    sbom = json.loads(path.read_text(encoding="utf-8"))
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "postpay-desk")
    listed = {(one["name"], one["version"], len(_hashes(one))) for one in sbom["components"]}
    assert listed == set(pinned("requirements.txt"))


def _hashes(component: dict[str, Any]) -> list[dict[str, str]]:
    return [each for place in component["externalReferences"] for each in place["hashes"]]


def test_a_platform_is_told_three_processes() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "release: flask --app webapp migrate",
        "web: flask --app webapp serve",
        "worker: flask --app webapp work",
    ]


@pytest.mark.parametrize("name", ["run", "check-python", "system-packages"])
def test_a_script_can_be_run_and_stops_at_the_first_failure(name: str) -> None:
    path = ROOT / ".ci" / name
    assert os.access(path, os.X_OK)
    assert re.search(r"^set -eu", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_what_must_pass_is_the_linters_and_all_tests() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["make lint", "make test"]
