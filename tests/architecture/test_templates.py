"""Templates receive values: nothing that can ask, read or write, and nothing that the browser would have to trust."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import meta
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.core.extensions import db
from webapp.providers.postpay.client import PostpayClient

from .reading import ROOT, read_sources

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CAN_ACT = {
    "client",
    "provider",
    "db",
    "session",
    "engine",
    "connection",
    "current_app",
    "config",
    "app",
    "g",
    "request",
}
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*="),
    "style element": re.compile(r"<style"),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "handler": re.compile(r"\son[a-z]+\s*="),
    "htmx handler": re.compile(r"\s(?:data-)?hx-(?:on|vars|vals=['\"]js)"),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false"),
    "foreign address": re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//"),
}


def bare(path: Path) -> str:
    """The template's text without its comments."""
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_template_holds(kind: str) -> None:
    assert not [str(path.relative_to(ROOT)) for path in TEMPLATES if FORBIDDEN[kind].search(bare(path))]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("inline style", '<p style="color:red">'),
        ("style element", "<style>"),
        ("inline script", "<script>alert(1)</script>"),
        ("handler", '<a onclick="x()">'),
        ("htmx handler", '<a hx-on:click="x()">'),
        ("script address", '<a href="javascript:x()">'),
        ("unescaped value", "{{ name|safe }}"),
        ("foreign address", '<img src="//cdn.example/x.png">'),
    ],
)
def test_a_planted_offence_is_seen(kind: str, text: str) -> None:
    assert FORBIDDEN[kind].search(text)


def test_no_template_asks_for_something_that_can_act(app: Flask) -> None:
    parse = app.jinja_env.parse
    asked = {
        str(path.relative_to(ROOT)): names & CAN_ACT
        for path in TEMPLATES
        if (names := meta.find_undeclared_variables(parse(path.read_text(encoding="utf-8")))) & CAN_ACT
    }
    assert not asked


def test_no_template_is_given_something_that_can_act(app: Flask) -> None:
    given = list(app.jinja_env.globals.values()) + list(app.jinja_env.filters.values())
    assert not [one for one in given if one is db or isinstance(one, PostpayClient | Session | Engine)]


def rendered_names() -> Iterator[tuple[str, str]]:
    """(module, keyword) of each call that renders a template."""
    for source in read_sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render_template":
                yield from ((source.name, str(keyword.arg)) for keyword in node.keywords)


def test_no_view_hands_over_something_that_can_act() -> None:
    names = list(rendered_names())
    assert names
    assert not [(module, name) for module, name in names if name in CAN_ACT]
