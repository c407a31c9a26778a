"""Python files read as `ast`: what each imports, calls and mentions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One module under its dotted name, `webapp.web.orders.views`."""

    name: str
    text: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> set[str]:
        """Every module and every name that is imported, dotted and absolute: `webapp.money.Money`, `requests`."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        base = package[: len(package) - node.level + 1]
        return ".".join([*base, *([node.module] if node.module else [])])

    @cached_property
    def calls(self) -> set[str]:
        """Names of the methods that are called or handed on: `capture_order` of `client.capture_order(…)`."""
        return {node.attr for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}

    @cached_property
    def dotted(self) -> set[str]:
        """Two names with a dot between them: `os.environ`."""
        attributes = (node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute))
        return {f"{node.value.id}.{node.attr}" for node in attributes if isinstance(node.value, ast.Name)}

    @cached_property
    def texts(self) -> set[str]:
        """All literal texts but docstrings."""
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
        }
        constants = (node for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        return {node.value for node in constants if isinstance(node.value, str) and id(node) not in docstrings}

    @cached_property
    def inner_imports(self) -> set[str]:
        """What is imported of webapp inside of a function, dotted and absolute."""
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inner = [node for function in functions for node in ast.walk(function)]
        found = {alias.name for node in inner if isinstance(node, ast.Import) for alias in node.names}
        found |= {self._absolute(node) for node in inner if isinstance(node, ast.ImportFrom)}
        return {name for name in found if name.split(".")[0] == "webapp"}

    def imports_from(self, *modules: str) -> set[str]:
        """What it imports of these modules or anything below them."""
        return {one for one in self.imports if any(one == each or one.startswith(f"{each}.") for each in modules)}

    def is_in(self, *modules: str) -> bool:
        """Whether it is one of these modules or below one."""
        return any(self.name == each or self.name.startswith(f"{each}.") for each in modules)


def read_sources() -> list[Source]:
    """All of webapp/."""
    return [_read(path) for path in sorted((ROOT / "webapp").rglob("*.py"))]


def _read(path: Path) -> Source:
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Source(".".join(parts[:-1] if is_package else parts), path.read_text(encoding="utf-8"), is_package)
