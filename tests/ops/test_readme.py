"""README.md says what is so: commands, people, roles, dependencies and files that exist."""

from __future__ import annotations

import re
import tomllib

import click
from flask import Flask

from webapp.access.demo_users import DEMO_PASSWORD, DEMO_PEOPLE
from webapp.access.permissions import Permission, Role, permissions_of
from webapp.core.settings import ROOT, Settings

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ROWS = {
    "see orders and refunds, personal data masked": Permission.ORDER_READ,
    "open the personal data of an order (each opening is recorded)": Permission.PERSONAL_DATA_OPEN,
    "capture": Permission.CAPTURE,
    "refund, up to the limits of the role": Permission.REFUND_CREATE,
    "look again what became of an unclear refund": Permission.REFUND_CHECK,
    "send an unclear refund again, or close it": Permission.REFUND_RESOLVE,
    "own sessions": Permission.OWN_SESSIONS,
}


def table_row(first: str) -> list[str]:
    rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if line.startswith("| "))
    return next(cells[1:] for cells in rows if cells[0] == first)


def test_every_command_it_names_exists(app: Flask) -> None:
    named = set(re.findall(r"flask --app webapp\s+((?:audit )?[a-z][a-z-]+)", TEXT)) - {"audit"}
    assert len(named) > 8
    for name in named:
        command: click.Command | None = app.cli
        for part in name.split():
            assert isinstance(command, click.Group)
            command = command.commands.get(part)
        assert command is not None, name


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)`?", TEXT)) - {"it"} <= targets
    assert set(re.findall(r"\.PHONY: (.*)", MAKEFILE)[0].split()) == targets


def test_the_people_of_the_demo_are_those_that_exist() -> None:
    assert set(re.findall(r"[a-z]+@demo\.example", TEXT)) == {person.email for person in DEMO_PEOPLE}
    assert f"`{DEMO_PASSWORD}`" in TEXT


def test_the_roles_can_do_what_the_table_says() -> None:
    roles = table_row("")
    assert roles == [role.value for role in Role]
    for words, permission in ROWS.items():
        assert table_row(words) == ["yes" if permission in permissions_of(role) else "–" for role in roles], words
    reads = [Permission.AUDIT_READ_ALL in permissions_of(role) for role in roles]
    exports = [Permission.AUDIT_EXPORT in permissions_of(role) for role in roles]
    assert [cell.startswith("all") for cell in table_row("audit log")] == reads
    assert [cell.endswith("export") for cell in table_row("audit log")] == exports


def test_every_dependency_is_given_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[~=\[]", one)[0] for one in project["dependencies"]}
    section = TEXT.partition("## Dependencies")[2].partition("\nFor development")[0]
    assert names <= set(re.findall(r"[a-z0-9-]+", section))


def test_every_setting_it_names_exists() -> None:
    known = {name.upper() for name in Settings.model_fields}
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", TEXT)) - {"NAME_FILE", "ACCOUNTS_FILE"}
    assert named
    assert named <= known


def test_every_file_it_points_to_is_there() -> None:
    pointed = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert "static/readme/orders.png" in pointed
    assert not [path for path in pointed if not (ROOT / path).exists()]
