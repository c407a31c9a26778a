"""The table of requirements, from requirements.toml and the marks of the tests; nothing is imported or run for it."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from webapp.core.settings import ROOT

FOLDER = ROOT / "tests" / "security"
TABLE = FOLDER / "requirements.md"
HEAD = """# Requirements

What the desk must hold, by the numbers of its security design, where the code holds it, and which tests prove it.
`make requirements` writes this file from `requirements.toml` and from the marks of the tests.

| | requirement | code | tests |
| --- | --- | --- | --- |
"""


class Requirement(NamedTuple):
    """In a sentence, with the paths of the code; `open`: why it is not held, empty where tests prove it."""

    says: str
    code: tuple[str, ...]
    open: str


def requirements() -> dict[str, Requirement]:
    """All of them by their numbers."""
    told = tomllib.loads((FOLDER / "requirements.toml").read_text(encoding="utf-8"))
    return {number: Requirement(one["says"], tuple(one["code"]), one.get("open", "")) for number, one in told.items()}


def proofs(tests: Path = ROOT / "tests") -> dict[str, list[tuple[str, str]]]:
    """(file, test) by the number that it is marked with, in the order of the files."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.requirement(" in text:
            for name, number in _marks(ast.parse(text)):
                found[number].append((path.relative_to(tests).as_posix(), name))
    return found


def _marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.requirement":
                    yield from ((node.name, ast.literal_eval(argument)) for argument in mark.args)


def written(asked: Mapping[str, Requirement], proved: Mapping[str, list[tuple[str, str]]]) -> str:
    """The file's text."""
    return HEAD + "".join(_row(number, one, proved.get(number, [])) for number, one in asked.items())


def _row(number: str, one: Requirement, tests: list[tuple[str, str]]) -> str:
    code = ", ".join(f"[{path}](../../{path})" for path in one.code) or "–"
    links = "<br>".join(f"[{path.removesuffix('.py')}](../{path}): `{name}`" for path, name in tests)
    return f"| {number} | {one.says} | {code} | {one.open.capitalize() or links} |\n"
