"""Reads a page as html5lib's strict parser does, in a fifth of the time: every page of every test is read.

What html5lib says about markup whose elements are all closed by themselves depends on nothing but what stands in what.
So it is asked once for each such nesting; a page that holds no other is built from its tags as they stand. Whatever
looks unusual goes to html5lib as before.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from typing import ClassVar

import html5lib
from bs4 import NavigableString, Tag
from bs4.builder import HTML5TreeBuilder
from bs4.element import Doctype
from html5lib._inputstream import invalid_unicode_re
from html5lib.constants import adjustSVGAttributes, namespaces

GIVEN = r"""\s+[A-Za-z][A-Za-z0-9-]*(?:="[^"]*"|='[^']*')?"""
TOKEN = re.compile(rf"<(/?)([a-z][a-z0-9]*)((?:{GIVEN})*)\s*(/?)>|([^<]+)")
ATTRIBUTE = re.compile(r"""\s+([A-Za-z][A-Za-z0-9-]*)(?:="([^"]*)"|='([^']*)')?""")
BEGINNING = re.compile(r"<!doctype html>\s*(?=<html)")
UNUSUAL = re.compile(r"\r|&(?!(?:#3[49]|#x27|[A-Za-z]+);)")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NO_WORDS = {"script", "style", "template", "rt", "rp", "table", "tbody", "thead", "tfoot", "tr", "colgroup", "select"}
"""Words in these are of a kind of their own, or end up somewhere else."""
IMPLIED = {("table", "tr"), ("table", "col")}
"""A browser puts an element between these."""
CAMEL = {*adjustSVGAttributes.values()}


class Unusual(Exception):
    """Left to html5lib."""


class StrictBuilder(HTML5TreeBuilder):
    """Reads as a browser does, but what a browser mends in silence is an error."""

    known: ClassVar[set[str]] = set()
    """Where something may stand: `html/body/main/p/a`, and `html/body/main/p/#` for words."""

    def feed(self, markup: str) -> None:  # type: ignore[override]
        """Raises html5lib's ParseError."""
        try:
            used = _Page(self, markup).build()
        except Unusual:
            self.soup.reset()  # type: ignore[union-attr]
            html5lib.HTMLParser(tree=self.create_treebuilder, strict=True).parse(markup)
            return
        if not used <= self.known:
            html5lib.HTMLParser(strict=True).parse(markup)
            self.known.update(used)


class _Page:
    """One page on its way from text to a tree."""

    def __init__(self, builder: StrictBuilder, markup: str) -> None:
        self.builder, self.markup = builder, markup
        self.soup = builder.soup
        assert self.soup is not None
        self.open: list[Tag] = [self.soup]
        self.paths = [""]
        self.used: set[str] = set()
        self.last: Tag | NavigableString = self.soup
        self.words = ""
        self.is_after_body = False
        self.foreign = 0
        """How many elements are open from the outermost `svg` on."""

    def build(self) -> set[str]:
        """Returns what stands where. Raises Unusual."""
        begins = BEGINNING.match(self.markup)
        if begins is None or invalid_unicode_re.search(self.markup) or _has_unusual_references(self.markup):
            raise Unusual
        self._append(Doctype("html"))
        position = begins.end()
        for token in TOKEN.finditer(self.markup, position):
            if token.start() != position:
                raise Unusual
            position = token.end()
            end, name, attributes, is_empty, words = token.groups()
            if words is not None:
                self.words += words
            elif end:
                self._close(name, attributes)
            else:
                self._open(name, attributes, bool(is_empty))
        self._flush()
        if position != len(self.markup) or len(self.open) != 3 or not self.is_after_body:
            raise Unusual
        return self.used

    def _open(self, name: str, attributes: str, is_empty: bool) -> None:
        self._flush()
        parent = self.open[-1].name
        is_foreign = bool(self.foreign) or name == "svg"
        if self.is_after_body or (parent, name) in IMPLIED or (is_empty and not is_foreign and name not in VOID):
            raise Unusual
        path = f"{self.paths[-1]}/{name}" if self.paths[-1] else name
        given = _attributes(attributes, is_foreign)
        self.used.add(f"{path}={given.get('type')}" if name == "input" else path)
        tag = Tag(
            None, self.builder, name, namespaces["svg" if is_foreign else "html"], None,
            self.builder.attribute_dict_class(given),
        )  # fmt: skip
        self._append(tag)
        if is_empty or (name in VOID and not is_foreign):
            return
        self.open.append(tag)
        self.paths.append(path)
        self.foreign += is_foreign

    def _close(self, name: str, attributes: str) -> None:
        if attributes:
            raise Unusual
        if name == "body" and self.paths[-1] == "html/body":
            self.is_after_body = True
            return
        if name == "html" and self.is_after_body:
            return
        self._flush()
        if self.is_after_body or len(self.open) == 1 or self.open[-1].name != name:
            raise Unusual
        self.open.pop()
        self.paths.pop()
        self.foreign -= bool(self.foreign)

    def _flush(self) -> None:
        """Puts the words that have come into the tree."""
        words, self.words = self.words, ""
        parent, path = self.open[-1], self.paths[-1]
        if parent.name in ("pre", "textarea") and not parent.contents:
            words = words.removeprefix("\n")
        if not words:
            return
        if words.strip(" \t\n\f"):
            if path in ("", "html") or parent.name in NO_WORDS or self.is_after_body:
                raise Unusual
            self.used.add(f"{path}/#")
        elif path == "" or (path == "html" and not parent.contents):
            return
        self._append(NavigableString(unescape(words) if "&" in words else words))

    def _append(self, node: Tag | NavigableString) -> None:
        parent = self.open[-1]
        node.parent, node.previous_element = parent, self.last
        self.last.next_element = node
        if parent.contents:
            before = parent.contents[-1]
            node.previous_sibling, before.next_sibling = before, node  # type: ignore[assignment]
        parent.contents.append(node)
        self.last = node


def _has_unusual_references(markup: str) -> bool:
    if UNUSUAL.search(markup):
        return True
    return any(f"{name};" not in html5 for name in set(re.findall(r"&([A-Za-z]+);", markup)))


def _attributes(text: str, is_foreign: bool) -> dict[str, str]:
    if not text:
        return {}
    pairs = ATTRIBUTE.findall(text)
    given = {name: unescape(one or other) if "&" in text else one or other for name, one, other in pairs}
    if len(given) != len(pairs) or any(not name.islower() and not (is_foreign and name in CAMEL) for name in given):
        raise Unusual
    return given
