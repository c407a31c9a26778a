"""README.md says what is so: what it names exists, and what exists for people who read it is named."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec

import click
from flask import Flask

from tests.provider import provider_of
from webapp.access.demo_users import DEMO_PASSWORD, DEMO_PEOPLE
from webapp.access.permissions import Permission, Role, permissions_of
from webapp.core.settings import ROOT
from webapp.emulators.postpay.server import Sandbox

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```.*?\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", TEXT, flags=re.MULTILINE | re.DOTALL))
CODE = [*BLOCKS, *SPANS]
"""What stands there as code: a name in it is meant to the letter."""
OF_FLASK = {"run", "routes", "shell", "database"}
PLACEHOLDER = re.compile(r"\b(AREA|NAME|FILE)\b")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CONSTANTS = {"AREAS", "PLACES"}
FOLDERS = r"(?:webapp|templates|tests|static|migrations|\.ci)"
PATHS = rf"(?<![\w./-])(?:{FOLDERS}/[\w./-]*|\.env\.example|[\w-]+\.(?:toml|txt|md))(?!\w)"
ROWS = {
    "see orders and refunds, personal data masked": Permission.ORDER_READ,
    "open the personal data of an order (each opening is recorded)": Permission.PERSONAL_DATA_OPEN,
    "capture": Permission.CAPTURE,
    "refund, up to the limits of the role; beyond them, ask for approval": Permission.REFUND_CREATE,
    "approve, return or reject what somebody else asked for": Permission.REFUND_APPROVE,
    "check again what became of an unclear refund": Permission.REFUND_CHECK,
    "send an unclear refund again, or ask for its close": Permission.REFUND_RESOLVE,
    "people: invite, give roles, disable, unlock, end sessions (admin for every account)": Permission.PEOPLE_MANAGE,
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


def test_every_command_of_the_desk_is_named(app: Flask) -> None:
    words = {word for code in CODE for word in re.findall(r"[a-z][a-z-]+", code)}
    assert set(app.cli.commands) - OF_FLASK - {"up"} <= words


def test_every_module_it_tells_to_run_exists() -> None:
    named = [name for code in CODE for name in re.findall(r"python -m ([a-z_.]+)", code)]
    assert len(named) > 1
    assert not [name for name in named if find_spec(name) is None]


def test_every_setting_it_names_exists() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    of_make = re.findall(r"^([A-Z]+) \?=", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    known = {"NAME", "THOROUGH", *of_make, *re.findall(r"^#?([A-Z_]+)=", example, flags=re.MULTILINE)}
    given = {name for code in CODE for name in re.findall(r"(?<![\w.])([A-Z][A-Z_]+)=", code)}
    spoken = {name for span in SPANS for name in re.findall(r"^[A-Z]+(?:_[A-Z]+)+$|^NAME$", span)}
    assert len(given) > 9
    assert len(spoken) > 9
    assert {name.removesuffix("_FILE") if name not in known else name for name in given | spoken - CONSTANTS} <= known


def test_every_path_it_names_exists() -> None:
    paths = {path for code in CODE for path in re.findall(PATHS, code) if not PLACEHOLDER.search(path)}
    assert len(paths) > 40
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_the_layout_names_every_folder_of_the_program() -> None:
    layout = next(block for block in BLOCKS if "create_app" in block)
    lines = [line for line in layout.splitlines() if line.startswith("webapp/")]
    for line in lines:
        folder, _, words = line.partition(" ")
        assert not [part for part in re.findall(r"\b[a-z]+/", words) if not (ROOT / folder / part).is_dir()], line
    folders = {path.name for path in (ROOT / "webapp").iterdir() if (path / "__init__.py").exists()}
    assert {line.split("/")[1] for line in lines if line.split()[0].endswith("/")} == folders


def test_every_address_it_names_is_served(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    named = {span for span in SPANS if re.fullmatch(r"/[a-z]+/?", span)}
    assert len(named) > 3
    assert not [address for address in named if not any(rule.startswith(address) for rule in rules)]


def test_every_name_of_the_code_it_tells_of_is_there() -> None:
    """Classes, tables and constants that the section for contributors sends its readers to."""
    told = re.findall(r"`([A-Za-z]+)`[^`|]{0,30}[(]?(?:in )?`(webapp/[a-z_/]+\.py)`", TEXT)
    assert len(told) > 3
    for name, path in told:
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8")), (name, path)


def test_the_orders_to_try_are_there_and_are_what_it_says() -> None:
    with Sandbox(orders=500, seed=1) as sandbox:
        provider = provider_of(sandbox)
        states = {order_id: provider.state(order_id) for order_id in set(re.findall(r"`(order-[a-z0-9-]+)`", TEXT))}
    assert len(states) == 4
    for order_id, state in states.items():
        assert table_row(f"`{order_id}`")[0].startswith(state["status"].capitalize()), order_id
    first = states["order-01"]
    assert (first["currency"], first["total_amount"], first["refunded"]) == ("AED", 814_80, 100_00)


def test_every_file_it_points_to_is_there() -> None:
    pointed = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert "static/readme/orders.png" in pointed
    assert not [path for path in pointed if not (ROOT / path).exists()]
