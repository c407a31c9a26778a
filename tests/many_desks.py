"""A desk is built for nearly every test: what all of them have in common is compiled once for the whole run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any, ClassVar

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import BaseConverter, Rule


class CompiledTemplates(BytecodeCache):
    """In memory; Jinja's key holds the name, and its checksum the text."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.known[bucket.key, bucket.checksum] = bucket.code


class KnownRule(Rule):
    """Werkzeug reads each rule and compiles two functions for it, which know nothing but its text: once is enough."""

    _known: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}
    _read: ClassVar[dict[str, tuple[list[Any], list[tuple[bool, str]], list[tuple[Any, ...]]]]] = {}
    """Of each text its parts, what its address is built of, and the converters that each desk makes for itself."""

    def _parse_rule(self, rule: str) -> Iterable[Any]:
        if rule not in self._read:
            before, self._asked = len(self._trace), []
            parts = list(super()._parse_rule(rule))
            self._read[rule] = parts, self._trace[before:], self._asked
            return parts
        parts, trace, asked = self._read[rule]
        self._trace.extend(trace)
        for variable, name, args, kwargs in asked:
            self._converters[variable] = super().get_converter(variable, name, args, kwargs)
            self.arguments.add(variable)
        return parts

    def get_converter(self, variable_name: str, converter_name: str, args: Any, kwargs: Any) -> BaseConverter:
        self._asked.append((variable_name, converter_name, args, kwargs))
        return super().get_converter(variable_name, converter_name, args, kwargs)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (append_unknown, *self._trace)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy keeps the SQL of each statement for as long as an engine lives, and each desk has one of its own.

    What it keeps is found by the dialect: any two of a kind speak alike here, as there is one server of each kind.
    """
    kept = LRUCache[Any, Any](3000)
    one_for_all = property(lambda _engine: kept, lambda _engine, _own: None)
    patch.setattr(Engine, "_compiled_cache", one_for_all, raising=False)
    patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)), raising=False)
    patch.setattr(DefaultDialect, "__eq__", lambda dialect, other: type(dialect) is type(other), raising=False)


@pytest.fixture(scope="session", autouse=True)
def quick_to_build() -> None:
    """Every desk of the run, also those that a test builds by itself."""
    compiled: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    patch = pytest.MonkeyPatch()  # never undone: at the end of the process desks still say that they stop
    patch.setattr(Flask, "jinja_options", compiled)
    patch.setattr(Flask, "url_rule_class", KnownRule)
    share_statements(patch)


def pytest_collection_finish() -> None:
    """What is there now stays for the whole run: the collector of garbage looks at the rest only, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20)
