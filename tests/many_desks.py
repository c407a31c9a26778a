"""A desk is built for nearly every test: what all of them have in common is compiled once for the whole run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, ClassVar

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


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
    """Werkzeug compiles two functions for each rule, which know nothing but its text: once is enough for all desks."""

    _known: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (append_unknown, *self._trace)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


@pytest.fixture(scope="session", autouse=True)
def quick_to_build() -> Iterator[None]:
    """Every desk of the run, also those that a test builds by itself."""
    compiled: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", compiled)
        patch.setattr(Flask, "url_rule_class", KnownRule)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The storms take longest: they come first, so that no worker is alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("storm") is None)


def pytest_collection_finish() -> None:
    """What is there now stays for the whole run: the collector of garbage looks at the rest only, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20)
