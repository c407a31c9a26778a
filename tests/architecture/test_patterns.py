"""No regular expression of the desk takes long, whatever it is given: each is found in the code and tried."""

from __future__ import annotations

import ast
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from webapp.core.settings import ROOT

LENGTH = 32 * 1024
BUDGET = 0.5
"""Seconds of the processor for one text. A linear pattern takes a few milliseconds; a quadratic one a second or more,
and with four times the text, which a form may hold, a minute."""
PATIENCE = 60
METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "subn")
STRANGERS = {"webapp/emulators/postpay/expressions.py"}
"""Patterns of whoever asks the emulator: they run in a child process with a deadline of its own."""

TRY = """
import json, re, signal, sys
pattern, flags, methods, length, budget, texts = json.load(sys.stdin)
compiled = re.compile(pattern, flags)
for piece in texts:
    text = (piece * (length // len(piece) + 1))[:length]
    for given in (text + "\\x00", text[: length // 2] + "\\x00" + text[: length // 2]):
        for method in methods:
            print(f"{method} of {piece!r} again and again", flush=True)
            signal.setitimer(signal.ITIMER_VIRTUAL, budget)
            getattr(compiled, method)(*["-"] * (method == "sub"), given)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
"""
"""Its end is the signal of the timer where a text takes too long: nothing else interrupts a matcher."""


class Pattern(NamedTuple):
    """A pattern in the code: where it stands, what it says, its flags, and how it is used."""

    where: str
    text: str
    flags: int
    methods: tuple[str, ...]


def patterns() -> Iterator[Pattern]:
    """Every constant pattern given to `re`, and to pydantic as `pattern=`."""
    for file in sorted((ROOT / "webapp").rglob("*.py")):
        name = str(file.relative_to(ROOT))
        if name not in STRANGERS:
            yield from patterns_in(name, ast.parse(file.read_text(encoding="utf-8")))


def patterns_in(name: str, tree: ast.Module) -> Iterator[Pattern]:
    constants = _constants(tree)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        module, _, method = ast.unparse(call.func).rpartition(".")
        given = [word.value for word in call.keywords if word.arg == "pattern"]
        if module == "re" and method in (*METHODS, "compile"):
            given = call.args[:1]
        if given:
            flags = [constants(one) for one in call.args[1:] if ast.unparse(one).startswith("re.")]
            methods = (method,) if method in METHODS else _methods(tree, call)
            text = constants(given[0])
            plain = text.decode() if isinstance(text, bytes) else str(text)
            yield Pattern(f"{name}:{call.lineno}", plain, int(flags[0]) if flags else 0, methods)


def _constants(tree: ast.Module) -> Callable[[ast.expr], Any]:
    """Works out an expression of the module's own constants: some patterns are put together of them."""
    known: dict[str, Any] = {"re": re}
    for line in tree.body:
        if isinstance(line, ast.Assign) and not [one for one in ast.walk(line.value) if isinstance(one, ast.Lambda)]:
            with suppress(Exception):
                exec(ast.unparse(line), known)  # noqa: S102 - our own code
    return lambda expression: eval(ast.unparse(expression), known)  # noqa: S307 - our own code


def _methods(tree: ast.Module, compiled: ast.Call) -> tuple[str, ...]:
    """What the module does with a pattern that it keeps under a name; with one that it does not, all there is."""
    names = [
        ast.unparse(line.targets[0])
        for line in ast.walk(tree)
        if isinstance(line, ast.Assign) and line.value is compiled
    ]
    used = {ast.unparse(call.func) for call in ast.walk(tree) if isinstance(call, ast.Call)}
    found = tuple(method for method in METHODS for name in names if f"{name}.{method}" in used)
    return found or ("search",)


def hostile(text: str) -> list[str]:
    """Pieces to repeat: the characters that the pattern names, one or two after each other, and of every kind one."""
    named = [one for one in dict.fromkeys(text) if one not in "()[]{}?*+|^$\\"][:8]
    kinds = [*"a0 \t\n\"'", "\u0663", "\u00e9"]
    ones = list(dict.fromkeys([*named, *kinds]))
    words = re.findall(r"[A-Za-z]{3,}(?:[-_@:.][A-Za-z]+)*", re.sub(r"\[([-_])[-_]\]", r"\1", text))
    begun = [f"{word}{between}" for word in words for between in (":", ": ", "\n", "")]
    return [*ones, *(one + other for one in ones for other in ones if one != other), *begun]


def test_the_patterns_are_found() -> None:
    found = list(patterns())
    assert len(found) > 40
    assert {one.where.partition(":")[0] for one in found} >= {
        "webapp/money.py",
        "webapp/core/accounts.py",
        "webapp/web/live_pages.py",
    }


def slowest(pattern: Pattern) -> str:
    """Which text took longer than it may; empty for none. In a process of its own, which is ended."""
    asked = json.dumps([pattern.text, pattern.flags, pattern.methods, LENGTH, BUDGET, hostile(pattern.text)])
    done = subprocess.run([sys.executable, "-c", TRY], input=asked, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode == 0:
        return ""
    assert done.returncode == -signal.SIGVTALRM, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("pattern", list(patterns()), ids=lambda one: one.where)
def test_a_hostile_text_takes_no_time(pattern: Pattern) -> None:
    assert slowest(pattern) == ""


@pytest.mark.parametrize("text", [r"[^\s@]+@x", r"(?m)^[\s>]*Date", r"a[\s\w]*c"])
def test_a_planted_pattern_takes_too_long(text: str) -> None:
    (planted,) = patterns_in("planted", ast.parse(f"re.search({text!r}, typed)"))
    assert "again and again" in slowest(planted)
